#pragma once

#include "log/event.hpp"
#include "view/board.hpp"
#include "view/console.hpp"
#include "view/fence.hpp"

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
        board,   ///< a line for each stage on the terminal `err`, drawn anew in place (status --watch)
        events,  ///< NDJSON on `out`
    };

    struct Settings {
        Style style = Style::steps;
        bool quiet = false;
        bool colour = false;
        bool github = false;  ///< GitHub Actions: groups, and program output that cannot give commands
    };

    Progress(Settings settings, Console& out, Console& err);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();

    void show(const log::Event& event);
    /// Nothing may have happened for a while: in CI, where a silent step is ended, a heartbeat every 30 s.
    void idle(std::chrono::milliseconds silence);

private:
    void show_lines(const log::Lines& lines);
    void say(const std::string& line);
    void group(const log::Event& event);

    Settings settings_;
    Console& out_;
    Console& err_;
    Console& log_;
    TerminalFilter filter_;
    Board board_;
    std::string step_;
    Fence fence_;
    bool in_group_ = false;
    std::chrono::milliseconds next_heartbeat_;
};

}  // namespace tinystacks::app::view
