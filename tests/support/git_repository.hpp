#pragma once

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "base/text.hpp"
#include "process/guarded_launcher.hpp"

#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

namespace tinystacks::support {

/// A real git repository in a temporary directory of its own, beside which tests may put what they like.
class GitRepository {
public:
    explicit GitRepository(const std::vector<std::string>& init = {"init", "--quiet", "--initial-branch=main"})
    {
        std::filesystem::create_directories(path());
        git(init);
        for (const auto& [key, value] : {std::pair("user.name", "Test"), {"user.email", "test@example.invalid"}}) {
            git({"config", key, value});
        }
    }

    [[nodiscard]] std::filesystem::path path() const { return outside_.path() / "repository"; }
    [[nodiscard]] std::filesystem::path outside() const { return outside_.path(); }
    [[nodiscard]] process::GuardedLauncher& launcher() { return launcher_; }

    /// PATH and a HOME without configuration of this machine's user.
    [[nodiscard]] process::Environment environment() const
    {
        return {{"PATH", std::getenv("PATH")}, {"HOME", (outside_.path() / "home").string()}};
    }

    void write(const std::string& name, const std::string& text, unsigned mode = 0644)
    {
        std::filesystem::create_directories((path() / name).parent_path());
        replace_file(path() / name, text, mode);
    }

    /// What git printed, without the last newline; a failure ends the test.
    std::string git(const std::vector<std::string>& arguments) { return git_in(path(), arguments); }

    std::string git_in(const std::filesystem::path& directory, const std::vector<std::string>& arguments)
    {
        process::Command command;
        command.argv = {"git"};
        command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
        command.directory = directory;
        command.environment = environment();
        command.umask = 022;
        const auto finished = process::run_and_keep(launcher_, command);
        if (!finished.succeeded()) {
            throw Error(ErrorKind::failed, "git {} in a test: {}", join(arguments, " "), finished.err);
        }
        return std::string(trim(finished.out));
    }

    /// Commits everything there is and returns the commit's id.
    std::string commit(const std::string& message = "change")
    {
        git({"add", "--all"});
        git({"commit", "--quiet", "--allow-empty", "--message", message});
        return git({"rev-parse", "HEAD"});
    }

private:
    TempDir outside_;
    process::GuardedLauncher launcher_;
};

}  // namespace tinystacks::support
