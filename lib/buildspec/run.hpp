#pragma once

#include "base/error.hpp"
#include "base/interruption.hpp"
#include "base/time.hpp"
#include "buildspec/buildspec.hpp"
#include "log/event.hpp"
#include "process/launcher.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tinystacks::buildspec {

enum class Status { succeeded, failed, timed_out, stopped };
enum class PhaseStatus { skipped, succeeded, failed, timed_out, stopped };

struct PhaseRecord {
    std::string name;  ///< as CodeBuild's API spells it: DOWNLOAD_SOURCE, INSTALL, …
    PhaseStatus status = PhaseStatus::skipped;
    double seconds = 0;
    std::string message;  ///< the context message of a phase that failed
};

struct ArtifactFiles {
    std::string name;
    std::vector<std::string> files;  ///< relative to the artifact's root, sorted
};

struct Result {
    Status status = Status::succeeded;
    std::vector<PhaseRecord> phases;  ///< all six, in order; those not reached are skipped
    std::map<std::string, std::string> exported_variables;
    std::optional<ArtifactFiles> artifacts;
    std::map<std::string, ArtifactFiles> secondary_artifacts;
    std::optional<Error> error;  ///< why DOWNLOAD_SOURCE failed: an invalid file, a missing parameter
    std::vector<Problem> problems;
};

using Variable = std::pair<std::string, std::string>;

struct RunOptions {
    std::filesystem::path file;       ///< the buildspec
    std::string name;                 ///< what messages call it; empty for its path
    std::filesystem::path directory;  ///< becomes CODEBUILD_SRC_DIR; commands work in it
    std::filesystem::path work;       ///< an existing private directory for the script and the saved state
    std::optional<std::filesystem::path>
        artifacts;                    ///< where artifacts are copied to; `primary` and `secondary` in it are replaced
    std::vector<Variable> overrides;  ///< beat the file's variables, as a start-build override does; later ones win
    std::map<std::string, std::string> immutable;      ///< set again before every command; a change is reported
    std::map<std::string, std::string> defaults;       ///< set before the file's own variables, which may change them
    process::Environment environment;                  ///< the caller's: what the build image's ENV is to CodeBuild
    std::string shell;                                 ///< beats env.shell; empty for the default
    std::optional<std::chrono::milliseconds> timeout;  ///< of the whole build
    std::string project = "local";                     ///< the project part of CODEBUILD_BUILD_ID
    std::string source_url;
    std::string source_version;
    log::Channel channel = log::Channel::build;
    std::string stage;
};

/// Runs a buildspec as AWS CodeBuild does and reports to `sink`: the log with CodeBuild's wording as Lines, each phase
/// as a step. Nothing it started is left running when it returns.
///
/// What goes wrong is data: a file that is missing or invalid, a parameter that cannot be had and a shell that is not
/// installed make DOWNLOAD_SOURCE fail and are told in Result::error; an interruption ends with Status::stopped. Throws
/// Error{failed} when the work directory cannot be written.
/// Source of the rules: AWS CodeBuild User Guide; where it is silent, docs/buildspec.md says what was chosen.
[[nodiscard]] Result run(const RunOptions& options, const process::MakeLauncher& make_launcher, log::Sink& sink,
                         const Clock& clock, const Interruption& interruption);

/// Reads lines NAME=VALUE; empty lines and those starting with # are skipped, quotes are part of the value.
/// Throws Error{invalid_input} with the line.
[[nodiscard]] std::vector<Variable> parse_env_file(std::string_view text, const std::string& file);

[[nodiscard]] std::string_view to_string(Status status);
[[nodiscard]] std::string_view to_string(PhaseStatus status);

/// 0 when it succeeded, the error's code when DOWNLOAD_SOURCE failed, 130 when stopped, else 10.
[[nodiscard]] int exit_code(const Result& result);

}  // namespace tinystacks::buildspec
