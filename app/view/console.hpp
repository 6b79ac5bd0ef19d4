#pragma once

#include <atomic>
#include <string>
#include <string_view>

namespace tinystacks::app::view {

/// A stream we print to. A reader that went away is remembered, not an error; what cannot be written is.
class Console {
public:
    explicit Console(int descriptor);

    /// Writes all of it. Throws Error{failed} when it cannot be written for another reason than a closed reader.
    void write(std::string_view bytes);
    [[nodiscard]] bool closed() const { return closed_; }
    [[nodiscard]] bool is_terminal() const { return terminal_; }
    /// Whether it is a file: what goes there is not read while it is written.
    [[nodiscard]] bool is_file() const;
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_;
    bool terminal_;
    std::atomic<bool> closed_ = false;  ///< two threads write to standard error
};

/// Makes a program's output harmless for a terminal: colour (SGR) passes where `colour` is on, every other control
/// character is made visible, a carriage return inside a line starts a new one (security requirement LG-02).
/// Keeps its place when a sequence is cut between two pieces.
class TerminalFilter {
public:
    explicit TerminalFilter(bool colour) : colour_(colour) {}
    [[nodiscard]] std::string filter(std::string_view bytes);

private:
    bool colour_;
    std::string held_;  ///< the beginning of a sequence or character that the next piece completes
};

}  // namespace tinystacks::app::view
