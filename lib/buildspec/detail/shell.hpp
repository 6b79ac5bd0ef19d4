#pragma once

#include "buildspec/buildspec.hpp"
#include "buildspec/detail/build_log.hpp"
#include "buildspec/detail/state.hpp"
#include "buildspec/run.hpp"
#include "process/launcher.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::buildspec {

/// Runs the commands of one build. Each is a script of its own, run by a new shell; directory and exported
/// environment are saved after it and restored before the next (AWS's codecatalyst-runner-cli does the same).
class Shell {
public:
    struct Settings {
        std::vector<std::string> argv;  ///< the shell and its options
        Version version = Version::v0_2;
        std::filesystem::path source;                  ///< CODEBUILD_SRC_DIR
        std::filesystem::path work;                    ///< where script and state lie
        std::map<std::string, std::string> variables;  ///< the environment of the first command
        std::map<std::string, std::string> immutable;
        std::optional<std::chrono::steady_clock::time_point> deadline;
        std::map<std::string, process::User> users;  ///< those that `run-as` names and that we can become
    };

    Shell(Settings settings, process::Launcher& launcher, BuildLog& log, const Interruption& interruption);

    /// Runs the commands that follow as this user of `users`, else as ourselves.
    void become(const std::string& user);
    /// Runs one command and streams its output to the log.
    process::Outcome run(const std::string& command);
    /// Sets a variable for the commands that follow, as if a command had exported it.
    void set(const std::string& name, const std::string& value);
    /// The environment as the last command that saved its state left it.
    [[nodiscard]] std::map<std::string, std::string> environment() const;
    /// `text`, one line, evaluated by the shell as in a here-document, with the final state.
    [[nodiscard]] std::string evaluate(const std::string& text);

private:
    [[nodiscard]] std::string preamble(bool lost_directory) const;
    [[nodiscard]] std::string epilogue() const;
    process::Outcome start(const std::string& script, const process::OnOutput& on_output);
    void write_file(std::string_view name, std::string_view text) const;
    void adopt_state();
    [[nodiscard]] std::string to_keep(const Exported& variable) const;
    void look_at(const std::vector<Exported>& variables);
    void report_changes();
    [[nodiscard]] std::filesystem::path file(std::string_view name) const { return settings_.work / name; }

    Settings settings_;
    process::Launcher& launcher_;
    BuildLog& log_;
    const Interruption& interruption_;
    std::optional<process::User> user_;
    std::string state_;                ///< what env.sh holds
    std::string directory_;            ///< where the next command starts
    std::set<std::string> warned_of_;  ///< variables that are too long for execve(2)
};

/// Whether `shell` exists on Windows only (PowerShell, cmd.exe).
[[nodiscard]] bool is_windows_shell(std::string_view shell);

/// The name of a variable as an assignment that a shell reads back: NAME='value'.
[[nodiscard]] std::string assignment(std::string_view name, std::string_view value);

}  // namespace tinystacks::buildspec
