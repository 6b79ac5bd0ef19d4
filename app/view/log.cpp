#include "view/log.hpp"

#include "base/printable_json.hpp"
#include "log/to_json.hpp"
#include "view/progress.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::app::view {

LogPrinter::LogPrinter(LogFilter filter, const Services& services, Console& out, Console& err)
    : filter_(std::move(filter)), events_(services.options().events), out_(services.options().json ? err : out),
      fence_(out_, services.in_github() && !events_ && !out_.is_file()), terminal_(services.wants_colour())
{}

void LogPrinter::show(const log::Event& event, const control::LogPlace& place)
{
    if (filter_.since && event.time < *filter_.since) {
        return;
    }
    const auto* lines = std::get_if<log::Lines>(&event.body);
    const auto* gap = std::get_if<log::Gap>(&event.body);
    const auto channel = lines != nullptr ? lines->channel : gap != nullptr ? gap->channel : log::Channel::deployment;
    const bool of_place = channel == place.channel && event.stage == place.stage;
    if (!of_place) {
        return;
    }
    if (events_) {
        write(
            printable_json(log::to_json(event).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"));
    } else if (gap != nullptr) {
        write("[" + describe(event) + "]\n");  // whatever lines are picked
    } else if (lines == nullptr) {
        const auto line = describe(event);
        write_matching(line.empty() ? line : line + "\n");
    } else {
        write_matching(lines->text);
    }
}

void LogPrinter::finish()
{
    if (!partial_.empty() && partial_.find(filter_.text) != std::string::npos) {
        write(partial_ + "\n");
    }
    partial_.clear();
    fence_.end();
}

void LogPrinter::write(std::string_view text)
{
    if (!text.empty()) {
        fence_.begin();
    }
    out_.write(out_.is_terminal() && !events_ ? terminal_.filter(text) : std::string(text));
}

void LogPrinter::write_matching(std::string_view text)
{
    if (filter_.text.empty()) {
        write(text);
        return;
    }
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        partial_ += text.substr(0, end + 1);
        if (partial_.find(filter_.text) != std::string::npos) {
            write(partial_);
        }
        partial_.clear();
        text.remove_prefix(end + 1);
    }
    partial_ += text;
}

}  // namespace tinystacks::app::view
