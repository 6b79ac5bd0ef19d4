#include "git/repository.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/git_repository.hpp"

using namespace tinystacks;
using support::GitRepository;

namespace {

std::string snapshot(GitRepository& made)
{
    return git::snapshot_working_tree(made.launcher(), made.environment(), git::Repository::discover(made.path()));
}

}  // namespace

TEST_CASE("snapshot_working_tree holds changed, new and removed files and changes nothing of the user's", "[git]")
{
    GitRepository made;
    made.write("kept", "1");
    made.write("changed", "1");
    made.write("removed", "1");
    made.write(".gitignore", "*.log\n");
    made.write("forced.log", "1");
    made.git({"add", "--force", "forced.log"});
    const auto head = made.commit();
    made.write("changed", "22");
    made.write("staged", "1");
    made.git({"add", "staged"});
    made.write("new/file", "1");
    made.write("ignored.log", "1");
    made.write("forced.log", "22");
    std::filesystem::remove(made.path() / "removed");
    const auto status = made.git({"status", "--porcelain"});
    const auto index = read_file(made.path() / ".git/index", 1 << 20);
    const auto references = made.git({"for-each-ref"});

    const auto commit = snapshot(made);

    CHECK(made.git({"show", "--name-status", "--no-renames", "--format=%P %an %at", commit}) ==
          head + " tinystacks 946684800\n\nM\tchanged\nM\tforced.log\nA\tnew/file\nD\tremoved\nA\tstaged");
    CHECK(read_file(made.path() / ".git/index", 1 << 20) == index);
    CHECK(made.git({"for-each-ref"}) == references);
    CHECK(made.git({"rev-parse", "HEAD"}) == head);
    CHECK(made.git({"status", "--porcelain"}) == status);
}

TEST_CASE("snapshot_working_tree gives equal content an equal id", "[git]")
{
    GitRepository made;
    made.write("a", "1");
    const auto head = made.commit();
    CHECK(snapshot(made) == head);
    made.write("a", "2");
    const auto first = snapshot(made);
    made.git({"add", "a"});
    CHECK(snapshot(made) == first);
    made.write("a", "3");
    CHECK(snapshot(made) != first);
    made.write("a", "2");
    CHECK(snapshot(made) == first);
    made.write("a", "1");
    CHECK(snapshot(made) == head);
}

TEST_CASE("snapshot_working_tree works before the first commit", "[git]")
{
    GitRepository made;
    made.write("a", "1");
    const auto commit = snapshot(made);
    CHECK(made.git({"ls-tree", "--name-only", commit}) == "a");
    CHECK(made.git({"show", "--no-patch", "--format=%P", commit}).empty());
    const auto repository = git::Repository::discover(made.path());
    CHECK_FALSE(repository.find_head().has_value());
    git::check_out(made.launcher(), made.environment(), repository, commit, made.outside() / "checkout");
    CHECK(read_file(made.outside() / "checkout/a", 10) == "1");
}

TEST_CASE("snapshot_working_tree obeys the user's and the repository's private ignore rules", "[git]")
{
    GitRepository made;
    made.commit();
    made.write("of-user", "secret");
    made.write("of-repository", "secret");
    made.write("new", "1");
    std::filesystem::create_directories(made.outside() / "home/.config/git");
    replace_file(made.outside() / "home/.config/git/ignore", "of-user\n");
    replace_file(made.path() / ".git/info/exclude", "of-repository\n");
    CHECK(made.git({"ls-tree", "--name-only", snapshot(made)}) == "new");
}

TEST_CASE("snapshot_working_tree leaves submodules as they are and survives replaced folders", "[git]")
{
    GitRepository made;
    made.write("folder/file", "1");
    made.write("file", "1");
    const auto first = made.commit();
    made.git({"update-index", "--add", "--cacheinfo", "160000," + first + ",sub"});
    made.git({"commit", "--quiet", "--message", "submodule"});
    made.git({"clone", "--quiet", made.path().string(), (made.path() / "sub").string()});
    made.git_in(made.path() / "sub", {"checkout", "--quiet", "--detach", first});
    std::filesystem::remove_all(made.path() / "folder");
    std::filesystem::create_symlink("file", made.path() / "folder");
    std::filesystem::remove(made.path() / "file");
    made.write("file/inside", "1");
    CHECK(made.git({"ls-tree", "-r", "--name-only", snapshot(made)}) == "file/inside\nfolder\nsub");
}
