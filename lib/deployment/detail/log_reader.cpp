#include "deployment/detail/log_reader.hpp"

#include "aws/error.hpp"

#include <algorithm>

namespace tinystacks::deployment {
namespace {

using namespace std::chrono_literals;

constexpr auto overlap = 30s;
/// How far a round looks back when nothing is printed: further, and CloudWatch would search hours of silence each time.
constexpr auto longest_look_back = 15min;
constexpr std::size_t most_remembered = 20'000;

}  // namespace

void LogReader::begin_round()
{
    round_from_ = from_;
    page_.clear();
    next_.clear();
    more_ = true;
    missing_ = false;
}

const aws::LogEvent* LogReader::peek(aws::Logs& logs, const Interruption& interruption)
{
    while (page_.empty() && more_) {
        load(logs, interruption);
    }
    return page_.empty() ? nullptr : &page_.front();
}

aws::LogEvent LogReader::take()
{
    auto event = std::move(page_.front());
    page_.pop_front();
    remember(event);
    return event;
}

void LogReader::load(aws::Logs& logs, const Interruption& interruption)
{
    try {
        auto page = logs.filter_events(source_.group, source_.stream_prefix, round_from_, next_, interruption);
        more_ = !page.next.empty() && page.next != next_;
        next_ = std::move(page.next);
        for (auto& event : page.events) {
            if (holds_stream(source_, event.stream) && !given_.contains({event.at, event.id})) {
                page_.push_back(std::move(event));
            }
        }
    } catch (const aws::Refusal& refusal) {
        if (refusal.kind() != ErrorKind::not_found) {
            throw;
        }
        missing_ = true;
        more_ = false;
    }
}

void LogReader::remember(const aws::LogEvent& event)
{
    newest_ = std::max(newest_.value_or(event.at), event.at);
    given_.emplace(event.at, event.id);
    if (given_.size() > most_remembered) {
        // What is forgotten would be given again: the next round begins behind it.
        from_ = given_.begin()->first + 1ms;
        std::erase_if(given_, [&](const auto& given) { return given.first < from_; });
    }
}

void LogReader::end_round(Time now)
{
    from_ = std::max(from_, now - longest_look_back);
    if (newest_) {
        from_ = std::max(from_, *newest_ - overlap);
    }
    given_.erase(given_.begin(), given_.lower_bound({from_, std::string()}));
}

}  // namespace tinystacks::deployment
