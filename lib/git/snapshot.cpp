#include "git/repository.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "base/text.hpp"
#include "git/detail/borrowed.hpp"
#include "git/detail/program.hpp"
#include "git/detail/settings.hpp"

#include <array>

namespace tinystacks::git {
namespace {

constexpr std::size_t largest_exclude_file = std::size_t{1} << 20;

/// After 1980, so that what puts the commit's date into a zip file works.
constexpr auto fixed_date = "2000-01-01T00:00:00+0000";

/// Where git looks for the user's ignore rules. Source: gitignore(5).
std::string user_excludes_file(const process::Environment& environment, const Repository& repository)
{
    const auto value = [&](const char* name) {
        const auto found = environment.find(name);
        return found == environment.end() ? std::string() : found->second;
    };
    if (const auto set = repository.find_setting("core.excludesfile")) {
        return set->starts_with("~/") ? value("HOME") + set->substr(1) : *set;
    }
    const auto xdg = value("XDG_CONFIG_HOME");
    return (xdg.empty() ? value("HOME") + "/.config" : xdg) + "/git/ignore";
}

/// The environment of a repository of our own, `git_directory`, over the user's files. Its configuration is empty but
/// for what says how files become blobs: the user's own names programs (filters, fsmonitor, hooks) that must not run.
process::Environment snapshot_environment(const process::Environment& environment, const Repository& repository,
                                          const std::filesystem::path& git_directory)
{
    auto safe = safe_environment(environment);
    safe["GIT_DIR"] = git_directory.string();
    safe["GIT_WORK_TREE"] = repository.root().string();
    safe["GIT_INDEX_FILE"] = (git_directory / "index").string();
    safe["GIT_OBJECT_DIRECTORY"] = (repository.common_directory() / "objects").string();
    for (const auto* role : {"AUTHOR", "COMMITTER"}) {
        safe[fmt::format("GIT_{}_NAME", role)] = "tinystacks";
        safe[fmt::format("GIT_{}_EMAIL", role)] = "tinystacks@localhost";
        safe[fmt::format("GIT_{}_DATE", role)] = fixed_date;
    }
    detail::add_setting(safe, "core.excludesFile", user_excludes_file(environment, repository));
    static constexpr std::array kept = {"core.filemode", "core.symlinks", "core.ignorecase", "core.autocrlf",
                                        "core.eol"};
    for (const auto* key : kept) {
        if (const auto value = repository.find_setting(key)) {
            detail::add_setting(safe, key, *value);
        }
    }
    return safe;
}

/// Starts from the user's index: what is unchanged since then is not read again, and files that are tracked although
/// ignored, or left out by a sparse checkout, are known.
void copy_index(const Repository& repository, const std::filesystem::path& git_directory)
{
    const auto private_directory = repository.git_directory();
    std::error_code none;
    std::filesystem::copy_file(private_directory / "index", git_directory / "index", none);  // absent before `git add`
    for (const auto& entry : std::filesystem::directory_iterator(private_directory)) {
        if (entry.path().filename().string().starts_with("sharedindex.")) {
            std::filesystem::copy_file(entry.path(), git_directory / entry.path().filename());
        }
    }
    for (const auto* name : {"exclude", "attributes", "sparse-checkout"}) {
        if (const auto text = find_file(repository.common_directory() / "info" / name, largest_exclude_file)) {
            replace_file(git_directory / "info" / name, *text);
        }
    }
}

/// "." and the submodules as exclusions: looking for changes in one, git starts itself there, with its configuration.
std::vector<std::string> paths_to_add(const detail::Program& git)
{
    std::vector<std::string> paths = {"."};
    const auto staged = git.output({"ls-files", "--stage", "-z"});
    for (const auto line : split(staged, '\0')) {
        const auto tab = line.find('\t');
        if (line.starts_with("160000 ") && tab != std::string_view::npos) {
            paths.push_back(":(top,exclude,literal)" + std::string(line.substr(tab + 1)));
        }
    }
    return paths;
}

CommitId commit_tree(const detail::Program& git, const Repository& repository, const std::string& tree)
{
    std::vector<std::string> command = {"commit-tree", tree};
    const auto head = repository.find_head();
    if (head) {
        if (trim(git.output({"rev-parse", "--verify", "--end-of-options", *head + "^{tree}"})) == tree) {
            return *head;
        }
        command.insert(command.end(), {"-p", *head});
    }
    return CommitId(trim(git.output(command, "Working tree, as tinystacks found it\n")));
}

}  // namespace

CommitId snapshot_working_tree(process::Launcher& launcher, const process::Environment& environment,
                               const Repository& repository, const Interruption& interruption)
{
    const auto root = repository.root();
    const TempDir temporary;
    const auto git_directory = temporary.path() / "git";
    try {
        const detail::Program outside{launcher, safe_environment(environment), temporary.path(), interruption};
        outside.run({"init", "--quiet", "--bare", "--template=", "--", git_directory.string()});
        std::filesystem::create_directories(git_directory / "info");
        std::filesystem::create_directories(git_directory / "objects/info");
        detail::borrow_objects(repository, git_directory);
        copy_index(repository, git_directory);
        const detail::Program git{launcher, snapshot_environment(environment, repository, git_directory), root,
                                  interruption};
        std::vector<std::string> add = {"add", "--all", "--"};
        const auto paths = paths_to_add(git);
        add.insert(add.end(), paths.begin(), paths.end());
        git.run(add);
        return commit_tree(git, repository, std::string(trim(git.output({"write-tree"}))));
    } catch (const Error& error) {
        throw error.while_doing("snapshot the working tree");
    }
}

}  // namespace tinystacks::git
