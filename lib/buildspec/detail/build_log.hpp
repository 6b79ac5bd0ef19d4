#pragma once

#include "base/time.hpp"
#include "log/event.hpp"
#include "mask/masker.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tinystacks::buildspec {

/// The log of one run: CodeBuild's own lines and what commands print, masked, numbered, in blocks.
class BuildLog {
public:
    BuildLog(log::Sink& sink, const Clock& clock, log::Channel channel, std::string stage);

    /// Registers a value to hide from now on.
    void hide(std::string_view secret);
    [[nodiscard]] const mask::Secrets& secrets() const { return secrets_; }

    /// One line of CodeBuild's agent: "[Container] <time> text".
    void say(std::string_view text);
    /// A warning or note of ours: in the log and as a Note.
    void warn(const Position& where, const std::string& message, const std::string& hint = {});
    /// What a command printed; an empty text lets go of what is held back.
    void output(std::string_view bytes);
    /// Everything held back comes out.
    void end_output();
    /// Ends a command's output: everything held back comes out, then an empty line.
    void end_command();
    /// Begins to keep the last 8 KiB of output, for a retry's pattern.
    void keep_tail();
    [[nodiscard]] std::string take_tail();

    void begin_step(const std::string& name);
    void end_step(const std::string& name, std::string_view status, double seconds, const std::string& message);

private:
    void write_block();
    void write_line(std::string_view text);

    log::Sink& sink_;
    const Clock& clock_;
    mask::Secrets secrets_;
    std::optional<mask::Masker> masker_;  ///< of the running command; new secrets count from the next command on
    log::Event block_;                    ///< its text is the buffer that output is collected in
    std::uint64_t line_ = 1;
    bool at_line_start_ = true;
    std::optional<std::string> tail_;
    std::chrono::steady_clock::time_point written_;  ///< when output was last let go
};

}  // namespace tinystacks::buildspec
