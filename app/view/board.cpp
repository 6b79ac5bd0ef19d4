#include "view/board.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "view/progress.hpp"

#include <sys/ioctl.h>

#include <algorithm>
#include <variant>

namespace tinystacks::app::view {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 2s;
constexpr std::size_t usual_width = 80;

std::size_t width_of(const Console& terminal)
{
    winsize size = {};
    const bool known = ::ioctl(terminal.descriptor(), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : usual_width;
}

/// A line that wrapped would be two, and the board be drawn a line too low.
std::string cut(const std::string& line, std::size_t width)
{
    std::size_t characters = 0;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const bool begins = (static_cast<unsigned char>(line[at]) & 0xC0U) != 0x80;
        characters += begins ? 1 : 0;
        if (characters == width) {
            return line.substr(0, at);
        }
    }
    return line;
}

}  // namespace

Board::~Board()
{
    try {
        erase();
    } catch (const Error&) {
        // Standard error cannot be written: the command's end says so.
    }
}

Board::Row& Board::row(const std::string& stage)
{
    const auto found = std::ranges::find(rows_, stage, &Row::stage);
    return found != rows_.end() ? *found : rows_.emplace_back(Row{stage, {}, {}});
}

void Board::take(const log::Event& event)
{
    if (const auto* change = std::get_if<log::ResourceChanged>(&event.body)) {
        auto& stage = row(event.stage);
        if (change->kind == "stage") {
            stage.state = change->status + "; " + change->detail;
            stage.detail.clear();
        }
    } else if (const auto* waiting = std::get_if<log::WaitingFor>(&event.body)) {
        row(event.stage).detail = waiting->what;
    } else if (std::holds_alternative<log::Note>(event.body)) {
        remarks_.push_back(describe(event));
    }
}

void Board::erase()
{
    if (drawn_ > 0) {
        terminal_.write(fmt::format("\x1b[{}A\x1b[J", drawn_));  // up, and clear to the end of the screen
        drawn_ = 0;
    }
}

void Board::draw()
{
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) {
        return;
    }
    next_ = now + interval;
    erase();
    for (const auto& remark : remarks_) {
        terminal_.write(remark + "\n");
    }
    remarks_.clear();
    const auto width = width_of(terminal_);
    for (const auto& row : rows_) {
        const auto line = fmt::format("{}  {}{}{}", row.stage, row.state, row.detail.empty() ? "" : "; ", row.detail);
        terminal_.write(cut(printable(line), width) + "\n");
        ++drawn_;
    }
}

}  // namespace tinystacks::app::view
