#pragma once

#include "base/interruption.hpp"
#include "process/launcher.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
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
    /// Where objects and references lie: git_directory(), or the main repository's in a linked working tree.
    [[nodiscard]] std::filesystem::path common_directory() const;
    /// The commit `revision` names ("HEAD", a branch, a tag, an abbreviated id); annotated tags are peeled.
    /// Throws Error{not_found} naming it, with the hint `git commit` when there is no commit at all, and
    /// Error{invalid_input} for a name git would not take (security requirement GT-02) such as one starting with '-'
    /// or an expression such as HEAD~1, whose hint resolves it.
    [[nodiscard]] CommitId parse_commit(std::string_view revision) const;
    /// The commit HEAD names; empty before the first one.
    [[nodiscard]] std::optional<CommitId> find_head() const;
    /// The branch HEAD is on; empty when detached or unborn.
    [[nodiscard]] std::optional<std::string> find_branch() const;
    /// The URL of remote `name` as configured, without password, and without user unless ssh needs it; empty when
    /// there is none.
    [[nodiscard]] std::optional<std::string> find_remote_url(std::string_view name = "origin") const;
    /// The value of a configuration key such as `core.excludesfile`, of all files git reads; empty when not set.
    [[nodiscard]] std::optional<std::string> find_setting(const std::string& key) const;
    /// Branches and tags by full name, with what they point at (a tag object is not peeled).
    [[nodiscard]] std::map<std::string, std::string> references() const;
    /// Whether files under version control differ from HEAD, or untracked, not ignored ones exist. Submodules do not
    /// count: no build sees them.
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

/// Throws Error{invalid_input} unless git would take `name` as a branch's and no shell or refspec would misread it.
/// Source: git-check-ref-format(1), --branch; security requirement GT-02.
void check_revision(std::string_view name);

/// A clean checkout of `commit` in the new directory `directory` (which must not exist), with HEAD detached at it and
/// `git rev-parse HEAD` checked to be it, with the git program: a repository of its own that borrows the original's
/// objects, without hooks, templates, filters (LFS pointers stay pointers) and submodules. Nothing of the original's
/// configuration is read but origin's URL, so neither its owner nor its protocol settings matter. Its tags come along,
/// its branches as origin's, a shallow history stays shallow. Files get modes as under umask 022.
void check_out(process::Launcher& launcher, const process::Environment& environment, const Repository& repository,
               const CommitId& commit, const std::filesystem::path& directory, const Interruption& interruption = {});

/// A commit of the working tree as it is, made in a throw-away index: untracked files in, ignored ones out, HEAD as
/// parent (none before the first commit), fixed author and date, so that equal content has an equal id; HEAD itself
/// when nothing differs from it. Submodules stay as the index has them. No filter runs. Neither refs nor the user's
/// index change; the new objects lie in the repository, where git's garbage collection finds them in two weeks.
[[nodiscard]] CommitId snapshot_working_tree(process::Launcher& launcher, const process::Environment& environment,
                                             const Repository& repository, const Interruption& interruption = {});

/// The environment the git program gets: `environment` without GIT_* and SSH_*, with prompts, hooks, fsmonitor and
/// foreign protocols off, and no configuration file but the repository's (security requirement GT-04).
[[nodiscard]] process::Environment safe_environment(const process::Environment& environment);

}  // namespace tinystacks::git
