#pragma once

#include "base/interruption.hpp"
#include "process/launcher.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tinystacks::git {

/// The full name of a commit: 40 (or 64) lower-case hexadecimal digits.
using CommitId = std::string;

/// A repository on this machine, looked at with libgit2 (opened when first needed: it takes milliseconds to load).
/// Nothing here runs a hook, a filter or a program named by the repository's configuration.
class Repository {
public:
    /// The repository that `directory` lies in. Throws Error{not_found} with the hint `git init`.
    [[nodiscard]] static Repository discover(const std::filesystem::path& directory);
    Repository(Repository&&) noexcept;
    Repository& operator=(Repository&&) noexcept;
    ~Repository();

    /// The top of the working tree. Throws Error{invalid_input} for a bare repository.
    [[nodiscard]] std::filesystem::path root() const;
    [[nodiscard]] std::filesystem::path git_directory() const;
    /// The commit `revision` names ("HEAD", a branch, a tag, an abbreviated id); annotated tags are peeled.
    /// Throws Error{not_found} naming it, with the hint `git commit` when there is no commit at all, and
    /// Error{invalid_input} for a name git would not take (security requirement GT-02) such as one starting with '-'.
    [[nodiscard]] CommitId parse_commit(std::string_view revision) const;
    /// The branch HEAD is on; empty when detached or unborn.
    [[nodiscard]] std::optional<std::string> find_branch() const;
    /// The URL of remote `name`, without user and password; empty when there is none.
    [[nodiscard]] std::optional<std::string> find_remote_url(std::string_view name = "origin") const;
    /// Whether files under version control differ from HEAD, or untracked, not ignored ones exist.
    [[nodiscard]] bool has_changes() const;
    /// The text of `path` in `commit`, at most `limit` bytes; empty when the commit has no such file.
    /// Throws Error{invalid_input} when it is larger, a symbolic link, or not a file.
    [[nodiscard]] std::optional<std::string> find_file(const CommitId& commit, const std::filesystem::path& path,
                                                       std::size_t limit) const;
    /// The first line of the commit's message, as UTF-8.
    [[nodiscard]] std::string subject(const CommitId& commit) const;

private:
    struct Handle;
    explicit Repository(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

/// A clean checkout of `commit` in the new directory `directory` (which must not exist), with HEAD detached at it and
/// `git rev-parse HEAD` checked to be it, with the git program: a local clone sharing objects, no hooks, no
/// templates, no submodules. Files get modes as under umask 022. origin's URL is the original repository's.
void check_out(process::Launcher& launcher, const process::Environment& environment, const Repository& repository,
               const CommitId& commit, const std::filesystem::path& directory, const Interruption& interruption = {});

/// A commit of the working tree as it is, made in a throw-away index: untracked files in, ignored ones out, HEAD as
/// parent, fixed author and date, so that equal content has an equal id. Neither refs nor the user's index change.
[[nodiscard]] CommitId snapshot_working_tree(process::Launcher& launcher, const process::Environment& environment,
                                             const Repository& repository, const Interruption& interruption = {});

/// The environment the git program gets: `environment` without GIT_* and SSH_*, with prompts, hooks, fsmonitor and
/// foreign protocols off (security requirement GT-04).
[[nodiscard]] process::Environment safe_environment(const process::Environment& environment);

}  // namespace tinystacks::git
