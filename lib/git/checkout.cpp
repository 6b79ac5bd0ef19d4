#include "git/repository.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "git/detail/borrowed.hpp"
#include "git/detail/program.hpp"

#include <fcntl.h>

#include <algorithm>

namespace tinystacks::git {
namespace {

constexpr std::size_t largest_shallow_file = std::size_t{64} << 20;
constexpr unsigned readable = 0644;

/// Gives the new repository the original's tags, and its branches as origin's: what a clone has, for builds that
/// run `git describe`.
void copy_references(const detail::Program& git, const Repository& repository)
{
    constexpr std::string_view heads = "refs/heads/";
    std::string updates;
    for (const auto& [name, id] : repository.references()) {
        const auto copied = name.starts_with(heads) ? "refs/remotes/origin/" + name.substr(heads.size()) : name;
        updates += fmt::format("create {} {}\n", copied, id);
    }
    if (!updates.empty()) {
        git.run({"update-ref", "--stdin"}, updates);
    }
}

}  // namespace

namespace detail {

void borrow_objects(const Repository& repository, const std::filesystem::path& git_directory)
{
    const auto common = repository.common_directory();
    const auto objects = std::filesystem::absolute(common / "objects").string();
    if (objects.find('\n') != std::string::npos) {
        throw Error(ErrorKind::invalid_input, "git cannot share objects of a folder whose name holds a newline: '{}'",
                    printable(objects));
    }
    replace_file(git_directory / "objects/info/alternates", objects + "\n", readable);
    // Without this file git takes the cut-off parents of a shallow clone for missing objects.
    if (const auto shallow = find_file(common / "shallow", largest_shallow_file)) {
        replace_file(git_directory / "shallow", *shallow, readable);
    }
}

}  // namespace detail

void check_out(process::Launcher& launcher, const process::Environment& environment, const Repository& repository,
               const CommitId& commit, const std::filesystem::path& directory, const Interruption& interruption)
{
    const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (commit.size() != 40 || !std::ranges::all_of(commit, is_hex)) {
        throw Error(ErrorKind::invalid_input, "'{}' is not the full id of a commit", printable(commit));
    }
    if (std::filesystem::exists(std::filesystem::symlink_status(directory))) {
        throw Error(ErrorKind::conflict, "'{}' exists already", directory.string());
    }
    const auto target = std::filesystem::absolute(directory);
    const auto safe = safe_environment(environment);
    const detail::Program outside{launcher, safe, target.parent_path(), interruption};
    const detail::Program git{launcher, safe, target, interruption};
    try {
        outside.run({"init", "--quiet", "--template=", "--", target.string()});
        std::filesystem::create_directories(target / ".git/objects/info");
        detail::borrow_objects(repository, target / ".git");
        // References come after: none can be mistaken for the id, and none is needed.
        git.run({"checkout", "--quiet", "--detach", "--no-recurse-submodules", commit, "--"});
        copy_references(git, repository);
        if (const auto url = repository.find_remote_url()) {
            git.run({"remote", "add", "--", "origin", *url});
        }
        const auto head = git.output({"rev-parse", "--verify", "HEAD"});
        if (trim(head) != commit) {
            throw Error(ErrorKind::failed, "git checked out {} instead", printable(trim(head)));
        }
    } catch (const Error& error) {
        throw error.while_doing(fmt::format("check out commit {}", commit));
    }
}

}  // namespace tinystacks::git
