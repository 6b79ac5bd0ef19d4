#include "view/progress.hpp"

#include "base/text.hpp"
#include "log/to_json.hpp"

#include <nlohmann/json.hpp>

#include <type_traits>
#include <variant>

namespace tinystacks::app::view {
namespace {

constexpr std::chrono::milliseconds heartbeat = std::chrono::seconds(30);

std::string remark(const log::Note& note)
{
    const auto place = to_string(note.where);
    auto line =
        fmt::format("{}{}{}: {}", place, place.empty() ? "" : ": ", to_string(note.severity), printable(note.message));
    return note.hint.empty() ? line : line + "\n  try: " + printable(note.hint);
}

}  // namespace

Progress::Progress(Style style, Console& out, Console& err, bool quiet, bool colour)
    : style_(style), out_(out), err_(err), log_(style == Style::log ? out : err), quiet_(quiet), filter_(colour),
      next_heartbeat_(heartbeat)
{}

void Progress::say(const std::string& line)
{
    if (!quiet_) {
        err_.write(line + "\n");
    }
}

void Progress::show_lines(const log::Event& event, const log::Lines& lines)
{
    if (quiet_ && style_ == Style::steps) {
        return;
    }
    (void)event;
    // Bytes stay as they are for a file or pipe; a terminal gets what cannot steer it.
    if (log_.is_terminal()) {
        log_.write(filter_.filter(lines.text));
    } else {
        log_.write(lines.text);
    }
}

void Progress::show(const log::Event& event)
{
    next_heartbeat_ = heartbeat;
    if (style_ == Style::events) {
        out_.write(log::to_json(event).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
        return;
    }
    const auto stage = event.stage.empty() ? std::string() : event.stage + ": ";
    std::visit(
        [&](const auto& body) {
            using Body = std::decay_t<decltype(body)>;
            if constexpr (std::is_same_v<Body, log::Lines>) {
                show_lines(event, body);
            } else if constexpr (std::is_same_v<Body, log::StepBegan>) {
                step_ = stage + body.name;
                if (style_ == Style::steps) {
                    say(fmt::format("==> {}{}", stage, body.name));
                }
            } else if constexpr (std::is_same_v<Body, log::StepEnded>) {
                if (style_ == Style::steps) {
                    say(fmt::format("<== {}{} {} in {:.1f}s{}{}", stage, body.name, body.status, body.seconds,
                                    body.message.empty() ? "" : ": ", printable(body.message)));
                }
            } else if constexpr (std::is_same_v<Body, log::ResourceChanged>) {
                say(fmt::format("    {}{} {}: {}{}{}", stage, body.kind, printable(body.name), body.status,
                                body.detail.empty() ? "" : ", ", printable(body.detail)));
            } else if constexpr (std::is_same_v<Body, log::WaitingFor>) {
                say(fmt::format("    {}waiting for {}{}{}", stage, printable(body.what),
                                body.hint.empty() ? "" : "\n  try: ", printable(body.hint)));
            } else if constexpr (std::is_same_v<Body, log::Note>) {
                say(stage + remark(body));
            } else {
                say(fmt::format("{}{} lines ({} bytes) of the log were lost: the disk is full", stage, body.lines,
                                body.bytes));
            }
        },
        event.body);
}

void Progress::idle(std::chrono::milliseconds silence)
{
    if (style_ != Style::events && silence >= next_heartbeat_) {
        next_heartbeat_ += heartbeat;
        say(fmt::format("    still at {} after {}", step_.empty() ? "work" : step_, to_short_text(silence)));
    }
}

}  // namespace tinystacks::app::view
