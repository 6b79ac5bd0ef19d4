#pragma once

#include "control/control_plane.hpp"
#include "services.hpp"
#include "view/console.hpp"
#include "view/fence.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tinystacks::app::view {

/// Which lines of a log are wanted.
struct LogFilter {
    std::optional<Time> since;
    std::string text;  ///< that a line must hold; empty: any
};

/// Prints one log of a run: its lines, and for the deployment's the changes in between. With --events as NDJSON.
class LogPrinter {
public:
    LogPrinter(LogFilter filter, const Services& services, Console& out, Console& err);

    void show(const log::Event& event, const control::LogPlace& place);
    /// Prints a last line that has no end.
    void finish();
    /// Whether the reader has gone away.
    [[nodiscard]] bool closed() const { return out_.closed(); }

private:
    void write(std::string_view text);
    void write_matching(std::string_view text);

    LogFilter filter_;
    bool events_;
    Console& out_;
    Fence fence_;
    TerminalFilter terminal_;
    std::string partial_;  ///< the beginning of a line, while lines are picked
};

}  // namespace tinystacks::app::view
