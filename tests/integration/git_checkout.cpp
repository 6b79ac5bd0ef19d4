#include "git/repository.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/git_repository.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace tinystacks;
using support::GitRepository;

namespace {

unsigned mode_of(const std::filesystem::path& path)
{
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

/// Configuration, hooks and attributes that leave a file `canary` when a careless git runs here.
std::filesystem::path make_hostile(GitRepository& made)
{
    const auto canary = made.outside() / "canary";
    const auto touch = "touch " + canary.string();
    made.write(".gitattributes", "* filter=evil diff=evil\n");
    made.write("file", "content\n");
    made.commit("attributes");
    const auto script = "#!/bin/sh\n" + touch + "\ncat 2>/dev/null\n";
    for (const auto* hook : {"post-checkout", "pre-commit", "post-commit", "post-index-change", "reference-transaction",
                             "fsmonitor-watchman"}) {
        replace_file(made.path() / ".git/hooks" / hook, script, 0755);
    }
    for (const auto* name : {"smudge", "clean", "process"}) {
        made.git({"config", std::string("filter.evil.") + name, touch + "; cat"});
    }
    made.git({"config", "filter.evil.required", "true"});
    made.git({"config", "core.fsmonitor", touch + "; false"});
    made.git({"config", "core.sshCommand", touch});
    made.git({"config", "core.pager", touch});
    made.git({"config", "core.alternateRefsCommand", touch});
    made.git({"config", "uploadpack.packObjectsHook", touch});
    made.git({"config", "diff.evil.textconv", touch});
    std::filesystem::remove(canary);  // the set-up itself runs git, carelessly
    return canary;
}

process::Environment hostile_environment(const GitRepository& made, const std::filesystem::path& canary)
{
    auto environment = made.environment();
    const auto touch = "touch " + canary.string();
    environment["GIT_SSH_COMMAND"] = touch;
    environment["GIT_PAGER"] = touch;
    environment["GIT_EXTERNAL_DIFF"] = touch;
    environment["GIT_CONFIG_COUNT"] = "1";
    environment["GIT_CONFIG_KEY_0"] = "core.fsmonitor";
    environment["GIT_CONFIG_VALUE_0"] = touch;
    environment["GIT_DIR"] = "/nowhere";
    environment["GIT_TEMPLATE_DIR"] = (made.path() / ".git").string();
    return environment;
}

}  // namespace

TEST_CASE("check_out gives the commit's files, modes, tags and origin", "[git]")
{
    GitRepository made;
    made.write("run.sh", "#!/bin/sh\n", 0700);
    made.write("data/file", "committed", 0600);
    std::filesystem::create_symlink("data/file", made.path() / "link");
    const auto commit = made.commit();
    made.git({"tag", "v1"});
    made.git({"config", "remote.origin.url", "https://user:hunter2@github.com/a/b.git"});
    made.write("data/file", "changed since");
    made.commit();
    made.write("untracked", "x");

    const auto checkout = made.outside() / "checkout";
    const auto repository = git::Repository::discover(made.path());
    git::check_out(made.launcher(), made.environment(), repository, commit, checkout);

    CHECK(read_file(checkout / "data/file", 100) == "committed");
    CHECK_FALSE(std::filesystem::exists(checkout / "untracked"));
    CHECK(mode_of(checkout / "run.sh") == 0755);
    CHECK(mode_of(checkout / "data/file") == 0644);
    CHECK(mode_of(checkout / "data") == 0755);
    CHECK(std::filesystem::is_symlink(checkout / "link"));
    CHECK(made.git_in(checkout, {"rev-parse", "HEAD"}) == commit);
    CHECK(made.git_in(checkout, {"rev-parse", "--abbrev-ref", "HEAD"}) == "HEAD");
    CHECK(made.git_in(checkout, {"status", "--porcelain"}).empty());
    CHECK(made.git_in(checkout, {"describe", "--tags"}) == "v1");
    CHECK(made.git_in(checkout, {"remote", "get-url", "origin"}) == "https://github.com/a/b.git");
    CHECK(made.git_in(checkout, {"rev-parse", "origin/main"}) == made.git({"rev-parse", "main"}));
}

TEST_CASE("check_out refuses what exists and what is no commit", "[git]")
{
    GitRepository made;
    const auto commit = made.commit();
    const auto repository = git::Repository::discover(made.path());
    const auto kind_of = [&](const std::string& id, const std::filesystem::path& directory) {
        try {
            git::check_out(made.launcher(), made.environment(), repository, id, directory);
        } catch (const Error& error) {
            return error.kind();
        }
        FAIL("expected an Error");
        throw 0;
    };
    CHECK(kind_of(commit, made.outside()) == ErrorKind::conflict);
    CHECK(kind_of("main", made.outside() / "new") == ErrorKind::invalid_input);
    CHECK(kind_of("--help", made.outside() / "new") == ErrorKind::invalid_input);
    CHECK(kind_of(std::string(40, '1'), made.outside() / "new") == ErrorKind::failed);
}

TEST_CASE("check_out leaves submodules empty and LFS pointers as they are", "[git]")
{
    GitRepository made;
    const auto commit = made.commit();
    made.write(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ext::sh -c touch% canary\n");
    made.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
    made.write("a.bin", "version https://git-lfs.github.com/spec/v1\n");
    made.git({"add", "--all"});
    made.git({"update-index", "--add", "--cacheinfo", "160000," + commit + ",x"});
    made.git({"commit", "--quiet", "--message", "submodule"});
    const auto repository = git::Repository::discover(made.path());
    CHECK_FALSE(repository.has_changes());
    const auto checkout = made.outside() / "checkout";
    git::check_out(made.launcher(), made.environment(), repository, repository.parse_commit("HEAD"), checkout);
    CHECK(std::filesystem::is_empty(checkout / "x"));
    CHECK(read_file(checkout / "a.bin", 100) == "version https://git-lfs.github.com/spec/v1\n");
}

TEST_CASE("check_out and snapshot_working_tree run nothing that configuration or environment name", "[git]")
{
    GitRepository made;
    const auto canary = make_hostile(made);
    const auto environment = hostile_environment(made, canary);
    const auto repository = git::Repository::discover(made.path());
    const auto head = repository.parse_commit("HEAD");
    git::check_out(made.launcher(), environment, repository, head, made.outside() / "checkout");
    CHECK(read_file(made.outside() / "checkout/file", 100) == "content\n");
    CHECK_FALSE(std::filesystem::exists(canary));

    made.write("file", "changed\n");
    made.write("new", "new\n");
    CHECK(repository.has_changes());
    const auto snapshot = git::snapshot_working_tree(made.launcher(), environment, repository);
    CHECK(repository.find_file(snapshot, "file", 100) == "changed\n");
    CHECK(repository.find_file(snapshot, "new", 100) == "new\n");
    CHECK_FALSE(std::filesystem::exists(canary));
}

TEST_CASE("check_out works for root in a repository of another user", "[git]")
{
    if (::geteuid() != 0) {
        WARN("skipped: only root can give files away");
        return;
    }
    GitRepository made;
    made.write("a", "1");
    const auto commit = made.commit();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(made.outside())) {
        REQUIRE(::lchown(entry.path().c_str(), 65534, 65534) == 0);
    }
    const auto repository = git::Repository::discover(made.path());
    git::check_out(made.launcher(), made.environment(), repository, commit, made.outside() / "checkout");
    CHECK(read_file(made.outside() / "checkout/a", 10) == "1");
    made.write("b", "2");
    CHECK(git::snapshot_working_tree(made.launcher(), made.environment(), repository) != commit);
}
