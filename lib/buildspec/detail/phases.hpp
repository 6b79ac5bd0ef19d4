#pragma once

#include "base/interruption.hpp"
#include "buildspec/buildspec.hpp"
#include "buildspec/detail/build_log.hpp"
#include "buildspec/detail/shell.hpp"
#include "buildspec/run.hpp"

#include <chrono>
#include <regex>
#include <string>
#include <string_view>

namespace tinystacks::buildspec {

/// Runs the four command phases in order, with CodeBuild's transitions.
/// Source: AWS CodeBuild User Guide, "Build phase transitions" and "on-failure".
class Phases {
public:
    Phases(const Buildspec& spec, Shell& shell, BuildLog& log) : spec_(spec), shell_(shell), log_(log) {}

    /// Runs them and fills in their records. True when UPLOAD_ARTIFACTS is to follow.
    [[nodiscard]] bool run(Result& result);

private:
    void run_phase(PhaseName name, PhaseRecord& record);
    /// One attempt at a phase; the message of the first command that failed, empty when none did.
    [[nodiscard]] std::string attempt(const Phase& phase);
    [[nodiscard]] std::string run_all(const std::vector<ShellCommand>& commands, bool stop_at_failure);
    [[nodiscard]] bool may_retry(const Phase& phase, int attempt, const std::string& message);
    void set_succeeding(bool succeeding);

    const Buildspec& spec_;
    Shell& shell_;
    BuildLog& log_;
    bool succeeding_ = true;
    bool timed_out_ = false;
    std::string tail_;  ///< the end of what the attempt's first failing command printed
};

/// The pattern of RETRY, for matches(). A leading `(?i)`, which CodeBuild's own expressions (Go's RE2) know, makes it
/// ignore case. Throws Error{invalid_input} when it does not compile.
[[nodiscard]] std::regex compile_pattern(const std::string& pattern);
/// Whether the pattern is found anywhere in `text`.
[[nodiscard]] bool matches(const std::string& text, const std::regex& pattern);

/// INSTALL, PRE_BUILD, … as CodeBuild's API spells it.
[[nodiscard]] std::string api_name(PhaseName name);

/// Writes the two lines that end a phase, and the step's end.
void end_phase(BuildLog& log, PhaseRecord& record, PhaseStatus status, std::string_view code,
               const std::string& message, std::chrono::steady_clock::time_point began);

}  // namespace tinystacks::buildspec
