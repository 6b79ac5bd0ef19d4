#pragma once

#include "log/event.hpp"
#include "view/console.hpp"

#include <chrono>
#include <string>

namespace tinystacks::app::view {

/// An event for people, without line end; empty for Lines and for the phases of a buildspec, which its log tells.
[[nodiscard]] std::string describe(const log::Event& event);

/// Shows a run's events to whoever watches it.
class Progress {
public:
    enum class Style {
        log,     ///< the log itself goes to `out`, remarks to `err` (buildspec run)
        steps,   ///< the log goes to `err`, and a line for each step (build, release, deploy)
        events,  ///< NDJSON on `out`
    };

    Progress(Style style, Console& out, Console& err, bool quiet, bool colour);

    void show(const log::Event& event);
    /// Nothing has happened for a while: in CI, where a silent step is ended, a heartbeat every 30 s.
    void idle(std::chrono::milliseconds silence);

private:
    void show_lines(const log::Lines& lines);
    void say(const std::string& line);

    Style style_;
    Console& out_;
    Console& err_;
    Console& log_;
    bool quiet_;
    TerminalFilter filter_;
    std::string step_;
    std::chrono::milliseconds next_heartbeat_;
};

}  // namespace tinystacks::app::view
