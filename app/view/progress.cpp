#include "view/progress.hpp"

#include "base/printable_json.hpp"
#include "base/text.hpp"
#include "log/to_json.hpp"
#include "view/github.hpp"

#include <nlohmann/json.hpp>

#include <utility>
#include <variant>

namespace tinystacks::app::view {
namespace {

constexpr std::chrono::milliseconds heartbeat = std::chrono::seconds(30);

std::string remark(const log::Note& note)
{
    const auto place = printable(to_string(note.where));
    auto line =
        fmt::format("{}{}{}: {}", place, place.empty() ? "" : ": ", to_string(note.severity), printable(note.message));
    return note.hint.empty() ? line : line + "\n  try: " + printable(note.hint);
}

/// What each event but Lines is to people, without the stage in front.
struct Describe {
    /// A buildspec's phases are told by its log; only the pipeline's own steps are told here.
    static bool is_phase(const std::string& name) { return name == to_upper(name); }

    std::string operator()(const log::Lines&) const { return {}; }
    std::string operator()(const log::StepBegan& step) const
    {
        return is_phase(step.name) ? std::string() : "==> " + step.name;
    }
    std::string operator()(const log::StepEnded& step) const
    {
        if (is_phase(step.name)) {
            return {};
        }
        return fmt::format("<== {} {} in {:.1f}s{}{}", step.name, step.status, step.seconds,
                           step.message.empty() ? "" : ": ", printable(step.message));
    }
    std::string operator()(const log::ResourceChanged& change) const
    {
        return fmt::format("    {} {}: {}{}{}", change.kind, printable(change.name), change.status,
                           change.detail.empty() ? "" : ", ", printable(change.detail));
    }
    std::string operator()(const log::WaitingFor& waiting) const
    {
        return fmt::format("    waiting for {}{}{}", printable(waiting.what),
                           waiting.hint.empty() ? "" : "\n  try: ", printable(waiting.hint));
    }
    std::string operator()(const log::Note& note) const { return remark(note); }
    std::string operator()(const log::Gap& gap) const
    {
        if (gap.bytes == 0 && gap.lines == 0) {
            return "the log is not as it was: lines may be missing here";
        }
        return fmt::format("{} lines ({} bytes) of the log are not kept: it grew too long, or its disk was full",
                           gap.lines, gap.bytes);
    }
};

}  // namespace

std::string describe(const log::Event& event)
{
    const auto text = std::visit(Describe{}, event.body);
    if (text.empty() || event.stage.empty()) {
        return text;
    }
    // "==> dev: release"
    const auto words = text.find_first_not_of("=<> ");
    return text.substr(0, words) + event.stage + ": " + text.substr(words);
}

Progress::Progress(Settings settings, Console& out, Console& err)
    : settings_(settings), out_(out), err_(err), log_(settings.style == Style::log ? out : err),
      filter_(settings.colour), board_(err), fence_(log_, settings.github), next_heartbeat_(heartbeat)
{}

Progress::~Progress()
{
    try {
        fence_.end();
        if (in_group_) {
            err_.write("::endgroup::\n");
        }
    } catch (const Error&) {
        // Standard error cannot be written: the command's end says so.
    }
}

void Progress::say(const std::string& line)
{
    if (!settings_.quiet && !line.empty()) {
        fence_.end();
        err_.write(line + "\n");
    }
}

/// One group a step of the pipeline: those do not nest, and neither do GitHub's groups.
void Progress::group(const log::Event& event)
{
    const auto* began = std::get_if<log::StepBegan>(&event.body);
    const auto* ended = std::get_if<log::StepEnded>(&event.body);
    const bool told = !describe(event).empty();
    if (!settings_.github || settings_.quiet || !told || (began == nullptr && ended == nullptr)) {
        return;
    }
    fence_.end();
    if (in_group_) {
        err_.write("::endgroup::\n");
    }
    in_group_ = began != nullptr;
    if (in_group_) {
        err_.write(fmt::format("::group::{}\n", step_));
    }
}

void Progress::show_lines(const log::Lines& lines)
{
    if (settings_.quiet && settings_.style == Style::steps) {
        return;
    }
    fence_.begin();
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
    if (settings_.style == Style::events) {
        out_.write(
            printable_json(log::to_json(event).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"));
        return;
    }
    if (settings_.style == Style::board) {
        board_.take(event);
        return;
    }
    if (const auto* lines = std::get_if<log::Lines>(&event.body)) {
        show_lines(*lines);
        return;
    }
    if (const auto* began = std::get_if<log::StepBegan>(&event.body)) {
        step_ = event.stage.empty() ? began->name : event.stage + ": " + began->name;
    }
    const bool is_step =
        std::holds_alternative<log::StepBegan>(event.body) || std::holds_alternative<log::StepEnded>(event.body);
    // The log of a buildspec run tells its phases itself.
    if (settings_.style == Style::steps || !is_step) {
        group(event);
        say(describe(event));
    }
}

void Progress::idle(std::chrono::milliseconds silence)
{
    if (settings_.style == Style::board) {
        board_.draw();
    } else if (settings_.style != Style::events && silence >= next_heartbeat_) {
        next_heartbeat_ += heartbeat;
        say(fmt::format("    still at {} after {}", step_.empty() ? "work" : step_, to_short_text(silence)));
    }
}

}  // namespace tinystacks::app::view
