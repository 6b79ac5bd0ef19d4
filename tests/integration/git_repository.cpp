#include "git/repository.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/git_repository.hpp"

using namespace tinystacks;
using support::GitRepository;

namespace {

template <typename Call>
Error error_of(Call call)
{
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    FAIL("expected an Error");
    throw 0;  // unreachable
}

}  // namespace

TEST_CASE("Repository::discover finds the repository above and says when there is none", "[git]")
{
    GitRepository made;
    made.write("deep/er/file", "x");
    const auto found = git::Repository::discover(made.path() / "deep/er");
    CHECK(std::filesystem::equivalent(found.root(), made.path()));
    CHECK(std::filesystem::equivalent(found.git_directory(), made.path() / ".git"));

    const TempDir elsewhere;
    const auto error = error_of([&] { (void)git::Repository::discover(elsewhere.path()); });
    CHECK(error.kind() == ErrorKind::not_found);
    CHECK(error.hint().starts_with("git init"));
}

TEST_CASE("Repository::root refuses a bare repository", "[git]")
{
    const TempDir directory;
    GitRepository made;
    made.git_in(directory.path(), {"init", "--quiet", "--bare"});
    const auto bare = git::Repository::discover(directory.path());
    CHECK(error_of([&] { (void)bare.root(); }).kind() == ErrorKind::invalid_input);
}

TEST_CASE("Repository::discover names SHA-256 as the reason it cannot read a repository", "[git]")
{
    GitRepository made({"init", "--quiet", "--object-format=sha256"});
    const auto error = error_of([&] { (void)git::Repository::discover(made.path()); });
    CHECK(error.kind() == ErrorKind::unavailable);
    CHECK(error.message().find("SHA-256") != std::string::npos);
}

TEST_CASE("Repository::parse_commit resolves names and peels tags", "[git]")
{
    GitRepository made;
    const auto first = made.commit("first");
    made.git({"tag", "--annotate", "--message", "x", "v1"});
    made.git({"branch", "release/1"});
    const auto second = made.commit("second");
    const auto repository = git::Repository::discover(made.path());
    CHECK(repository.parse_commit("HEAD") == second);
    CHECK(repository.parse_commit("main") == second);
    CHECK(repository.parse_commit("v1") == first);
    CHECK(repository.parse_commit("release/1") == first);
    CHECK(repository.parse_commit(first) == first);
    CHECK(repository.parse_commit(first.substr(0, 10)) == first);
    CHECK(repository.find_head() == second);

    CHECK(error_of([&] { (void)repository.parse_commit("nowhere"); }).kind() == ErrorKind::not_found);
    const auto no_id = error_of([&] { (void)repository.parse_commit(std::string(40, 'g')); });
    CHECK(no_id.kind() == ErrorKind::not_found);
    CHECK(no_id.message().find("40") != std::string::npos);
    CHECK(error_of([&] { (void)repository.parse_commit("-x"); }).kind() == ErrorKind::invalid_input);
    const auto tree = made.git({"rev-parse", "HEAD^{tree}"});
    CHECK(error_of([&] { (void)repository.parse_commit(tree); }).kind() == ErrorKind::invalid_input);
}

TEST_CASE("Repository tells unborn, attached and detached HEAD apart", "[git]")
{
    GitRepository made;
    {
        const auto repository = git::Repository::discover(made.path());
        CHECK_FALSE(repository.find_branch().has_value());
        CHECK_FALSE(repository.find_head().has_value());
        CHECK_FALSE(repository.has_changes());
        const auto error = error_of([&] { (void)repository.parse_commit("HEAD"); });
        CHECK(error.kind() == ErrorKind::not_found);
        CHECK(error.hint().find("git commit") != std::string::npos);
    }
    made.commit();
    const auto repository = git::Repository::discover(made.path());
    CHECK(repository.find_branch() == "main");
    made.git({"checkout", "--quiet", "--detach"});
    CHECK_FALSE(repository.find_branch().has_value());
}

TEST_CASE("Repository::find_remote_url leaves credentials out", "[git]")
{
    const auto& [configured, shown] = GENERATE(table<std::string, std::string>({
        {"https://user:hunter2@github.com/a/b.git", "https://github.com/a/b.git"},
        {"https://ghp_token@github.com/a/b.git", "https://github.com/a/b.git"},
        {"https://a:b@c@github.com/a/b@c", "https://github.com/a/b@c"},
        {"ssh://git:hunter2@github.com:22/a/b", "ssh://git@github.com:22/a/b"},
        {"git@github.com:a/b.git", "git@github.com:a/b.git"},
        {"https://github.com/a/b", "https://github.com/a/b"},
        {"/srv/git/a.git", "/srv/git/a.git"},
    }));
    CAPTURE(configured);
    GitRepository made;
    CHECK_FALSE(git::Repository::discover(made.path()).find_remote_url().has_value());
    made.git({"config", "remote.origin.url", configured});
    CHECK(git::Repository::discover(made.path()).find_remote_url() == shown);
}

TEST_CASE("Repository::has_changes sees modified, staged and untracked files, not ignored ones", "[git]")
{
    GitRepository made;
    made.write("a", "1");
    made.write(".gitignore", "ignored\n");
    made.commit();
    made.write("ignored", "x");
    const auto repository = git::Repository::discover(made.path());
    CHECK_FALSE(repository.has_changes());
    SECTION("modified")
    {
        made.write("a", "22");
        CHECK(repository.has_changes());
    }
    SECTION("staged")
    {
        made.write("a", "22");
        made.git({"add", "a"});
        CHECK(repository.has_changes());
    }
    SECTION("untracked")
    {
        made.write("new/file", "x");
        CHECK(repository.has_changes());
    }
    SECTION("removed")
    {
        std::filesystem::remove(made.path() / "a");
        CHECK(repository.has_changes());
    }
}

TEST_CASE("Repository::find_file reads a commit's file and nothing else", "[git]")
{
    GitRepository made;
    made.write("dir/file", "committed");
    made.write("dir/script", "#!/bin/sh\n", 0755);
    std::filesystem::create_symlink("/etc/passwd", made.path() / "link");
    const auto commit = made.commit();
    made.write("dir/file", "changed since");
    const auto repository = git::Repository::discover(made.path());
    CHECK(repository.find_file(commit, "dir/file", 100) == "committed");
    CHECK(repository.find_file(commit, "./dir/../dir/file", 100) == "committed");
    CHECK(repository.find_file(commit, "dir/script", 100) == "#!/bin/sh\n");
    CHECK_FALSE(repository.find_file(commit, "none", 100).has_value());
    CHECK_FALSE(repository.find_file(commit, "dir/file/none", 100).has_value());
    CHECK_FALSE(repository.find_file(commit, "../outside", 100).has_value());
    CHECK(error_of([&] { (void)repository.find_file(commit, "dir/file", 8); }).kind() == ErrorKind::invalid_input);
    CHECK(error_of([&] { (void)repository.find_file(commit, "link", 100); }).kind() == ErrorKind::invalid_input);
    CHECK(error_of([&] { (void)repository.find_file(commit, "dir", 100); }).kind() == ErrorKind::invalid_input);
    CHECK(error_of([&] { (void)repository.find_file(std::string(40, '0'), "a", 9); }).kind() == ErrorKind::not_found);
}

TEST_CASE("Repository::subject is UTF-8 whatever the commit's encoding", "[git]")
{
    GitRepository made;
    const auto plain = made.commit("One line\n\nand a body");
    made.git({"config", "i18n.commitEncoding", "ISO-8859-1"});
    const auto latin = made.commit("caf\xE9");
    const auto repository = git::Repository::discover(made.path());
    CHECK(repository.subject(plain) == "One line");
    CHECK(repository.subject(latin) == "caf\xC3\xA9");
}

TEST_CASE("Repository works in a linked working tree, a shallow and a sparse clone", "[git]")
{
    GitRepository made;
    made.write("a", "1");
    made.write("b/c", "2");
    made.commit("first");
    const auto head = made.commit("second");
    const auto other = made.outside() / "other";
    SECTION("linked working tree")
    {
        made.git({"worktree", "add", "--quiet", other.string()});
    }
    SECTION("shallow clone")
    {
        made.git({"clone", "--quiet", "--depth", "1", "file://" + made.path().string(), other.string()});
    }
    SECTION("sparse clone, whose configuration has an extension")
    {
        made.git({"clone", "--quiet", "--sparse", made.path().string(), other.string()});
        CHECK_FALSE(std::filesystem::exists(other / "b"));
    }
    const auto repository = git::Repository::discover(other);
    CHECK(std::filesystem::equivalent(repository.root(), other));
    CHECK(repository.parse_commit("HEAD") == head);
    CHECK_FALSE(repository.has_changes());
    CHECK(repository.find_file(head, "b/c", 100) == "2");

    const auto checkout = made.outside() / "checkout";
    git::check_out(made.launcher(), made.environment(), repository, head, checkout);
    CHECK(read_file(checkout / "b/c", 100) == "2");
    CHECK(git::snapshot_working_tree(made.launcher(), made.environment(), repository) == head);
    replace_file(other / "new", "x");
    const auto snapshot = git::snapshot_working_tree(made.launcher(), made.environment(), repository);
    CHECK(snapshot != head);
    CHECK(repository.find_file(snapshot, "b/c", 100) == "2");
    CHECK(repository.find_file(snapshot, "new", 100) == "x");
}
