#include "deployment/detail/log_follower.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <string_view>

namespace tinystacks::deployment {
namespace {

using namespace std::chrono_literals;

constexpr auto default_look_back = 1h;
/// CloudWatch lets an account ask FilterLogEvents 5 times a second in the smallest regions.
constexpr auto pause = 2s;
/// Every how many rounds a new task definition is looked for.
constexpr int rounds_between_looks = 15;
constexpr std::size_t longest_piece = std::size_t{64} << 10;

/// Whether asking again later may help.
bool may_pass(const Error& error)
{
    return error.kind() == ErrorKind::failed || error.kind() == ErrorKind::unavailable;
}

}  // namespace

void LogFollower::run()
{
    since_ = options_.since.value_or(world_.clock() - default_look_back);
    find_sources();
    if (options_.follow) {
        follow();
    }
    read_round();
    finish();
}

void LogFollower::find_sources()
{
    auto found = find_();
    several_tasks_ = several_tasks_ || found.several_tasks;
    for (auto& source : found.sources) {
        const bool known =
            std::ranges::any_of(readers_, [&](const LogReader& reader) { return reader.source() == source; });
        if (!known) {
            several_containers_ = several_containers_ || std::ranges::any_of(readers_, [&](const LogReader& reader) {
                                      return reader.source().container != source.container;
                                  });
            readers_.emplace_back(std::move(source), since_);
        }
    }
    if (readers_.empty()) {
        throw Error(ErrorKind::unavailable, "stage '{}' prints nothing to CloudWatch: {}", options_.stage,
                    found.elsewhere.empty() ? "it has no containers" : found.elsewhere.front());
    }
    for (const auto& sentence : found.elsewhere) {
        note(sentence);
    }
}

LogReader* LogFollower::find_oldest()
{
    LogReader* oldest = nullptr;
    Time at;
    for (auto& reader : readers_) {
        const auto* event = reader.peek(logs_, interruption_);
        if (event != nullptr && (oldest == nullptr || event->at < at)) {
            oldest = &reader;
            at = event->at;
        }
    }
    return oldest;
}

void LogFollower::read_round()
{
    const auto now = world_.clock();
    for (auto& reader : readers_) {
        reader.begin_round();
    }
    while (auto* reader = find_oldest()) {
        const auto event = reader->take();
        write(reader->source(), event);
    }
    for (auto& reader : readers_) {
        reader.end_round(now);
    }
}

void LogFollower::follow()
{
    for (int rounds = 1;; ++rounds) {
        try {
            read_round();
            unreadable_ = false;
            for (const auto& reader : readers_) {
                if (reader.missing()) {
                    note(fmt::format("there is no log group '{}' yet", reader.source().group));
                }
            }
            if (rounds % rounds_between_looks == 0) {
                find_sources();
            }
        } catch (const Error& error) {
            // A log that is followed for hours outlives a lost connection.
            if (!may_pass(error)) {
                throw;
            }
            // Said once a trouble: each refusal names another request.
            if (!unreadable_) {
                unreadable_ = true;
                note(fmt::format("the log cannot be read at the moment: {}", error.message()));
            }
        }
        world_.wait(pause, interruption_);
    }
}

/// Silence is said: it may mean that the wrong place was looked at.
void LogFollower::finish()
{
    const auto missing = std::ranges::find_if(readers_, [](const LogReader& reader) { return reader.missing(); });
    if (next_line_ > 1) {
        return;
    }
    if (missing != readers_.end()) {
        throw Error(ErrorKind::not_found, "there is no log group '{}': stage '{}' has printed nothing yet",
                    missing->source().group, options_.stage)
            .with_hint("aws logs describe-log-groups");
    }
    note(fmt::format("nothing was printed since {}", to_rfc3339(since_)),
         fmt::format("tinystacks logs runtime --stage {} --since 24h", options_.stage));
}

std::string LogFollower::label(const LogSource& source, const aws::LogEvent& event) const
{
    std::vector<std::string> parts;
    if (several_containers_) {
        parts.push_back(source.container);
    }
    if (several_tasks_) {
        parts.push_back(task_of(event.stream));
    }
    return parts.empty() ? std::string() : fmt::format("[{}] ", join(parts, " "));
}

void LogFollower::write(const LogSource& source, const aws::LogEvent& event)
{
    const auto task = task_of(event.stream);
    if (first_task_.empty()) {
        first_task_ = task;
    }
    several_tasks_ = several_tasks_ || task != first_task_;
    const auto head = label(source, event);
    const auto hidden = options_.secrets.hide(event.message);
    std::string text;
    for (auto rest = std::string_view(hidden); !rest.empty() || text.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        text += fmt::format("{}{}\n", head, rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    for (auto rest = std::string_view(text); !rest.empty();) {
        const auto piece = rest.substr(0, longest_piece);
        sink_.write({event.at, options_.stage,
                     log::Lines{log::Channel::runtime, log::Source::output, next_line_, std::string(piece)}});
        next_line_ += static_cast<std::uint64_t>(std::ranges::count(piece, '\n'));
        rest.remove_prefix(piece.size());
    }
}

void LogFollower::note(const std::string& message, const std::string& hint)
{
    if (std::ranges::find(notes_, message) == notes_.end()) {
        notes_.push_back(message);
        sink_.write({world_.clock(), options_.stage, log::Note{Severity::warning, {}, message, hint}});
    }
}

}  // namespace tinystacks::deployment
