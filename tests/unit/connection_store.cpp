#include "connection/store.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "process/guarded_launcher.hpp"

#include "tests/support/catch.hpp"

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <thread>

using namespace tinystacks;
using connection::Connection;
using connection::Keeper;
using connection::Kind;
using connection::Store;
using connection::Tokens;

namespace {

namespace fs = std::filesystem;

/// A folder of settings, and programs that stand for the keyring's.
struct Desk {
    TempDir folder;
    process::Environment environment = {{"PATH", "/usr/bin:/bin"}};

    fs::path settings() const { return folder.path() / "config/tinystacks"; }
    Store store() const
    {
        return Store({settings(), environment, [] { return std::make_unique<process::GuardedLauncher>(); }});
    }
    /// A secret-tool that is this script.
    void give_keyring(const std::string& script)
    {
        const auto bin = folder.path() / "bin";
        fs::create_directories(bin);
        replace_file(bin / "secret-tool", "#!/bin/sh\n" + script, 0700);
        environment["PATH"] = bin.string() + ":/usr/bin:/bin";
        environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere";
    }
};

/// Keeps secrets in files by name, as the real one keeps them in the session; its arguments in another file.
std::string working_keyring(const fs::path& folder)
{
    return "cd '" + folder.string() + R"('
echo "$@" >> arguments
verb=$1
for name; do :; done
file=$(echo "$name" | tr ' /:' '___').secret
case $verb in
  store) cat > "$file" ;;
  lookup) test -f "$file" && cat "$file" ;;
  clear) rm -f "$file" ;;
esac
)";
}

Connection github()
{
    Connection connection;
    connection.kind = Kind::github;
    connection.address = "github.com";
    connection.account = "octocat";
    connection.scopes = {"repo"};
    connection.expires_at = find_rfc3339("2026-12-30T00:00:00Z");
    return connection;
}

Connection api(const std::string& url)
{
    Connection connection;
    connection.address = url;
    connection.group = "acme";
    return connection;
}

Tokens tokens(const std::string& access, const std::string& refresh = {})
{
    return {Secret(access), Secret(refresh)};
}

unsigned mode_of(const fs::path& path)
{
    struct stat about = {};
    REQUIRE(::lstat(path.c_str(), &about) == 0);
    return about.st_mode & 07777U;
}

template <typename Call>
Error error_of(Call&& call)
{
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    FAIL("expected an Error");
    throw std::logic_error("not reached");
}

}  // namespace

TEST_CASE("normalised_url makes equal APIs equal", "[connection]")
{
    for (const auto* url : {"https://API.example.com", "https://api.example.com/", "https://api.example.com:443//"}) {
        CAPTURE(url);
        CHECK(connection::normalised_url(url) == "https://api.example.com");
    }
    CHECK(connection::normalised_url("https://a/Base/v1/") == "https://a/Base/v1");
    CHECK(connection::normalised_url("http://127.0.0.1:4010/") == "http://127.0.0.1:4010");
    for (const auto* url : {"", "api.example.com", "http://api.example.com", "https://a?x=1", "https://a/?",
                            "https://a#x", "https://s3cret@a", "https://u:s3cret@a", "ftp://a"}) {
        CAPTURE(url);
        const auto error = error_of([&] { (void)connection::normalised_url(url); });
        CHECK(error.kind() == ErrorKind::usage);
        CHECK(error.message().find("s3cret") == std::string::npos);
    }
}

TEST_CASE("Store keeps connections and their tokens apart, in files of ours alone", "[connection]")
{
    Desk desk;
    auto store = desk.store();
    CHECK(store.list().empty());
    CHECK_FALSE(fs::exists(desk.settings()));
    CHECK(store.put(github(), tokens("gho_s3cret", "ghr_s3cret")) == Keeper::file);
    CHECK(store.put(api("https://api.example.com"), tokens("s3cret")) == Keeper::file);

    const auto kept = desk.store().find(Kind::github, "github.com");
    REQUIRE(kept);
    auto expected = github();
    expected.keeper = Keeper::file;
    CHECK(*kept == expected);
    CHECK(store.find_tokens(*kept)->access.reveal() == "gho_s3cret");
    CHECK(store.find_tokens(*kept)->refresh.reveal() == "ghr_s3cret");
    CHECK(store.find_api("https://API.example.com:443/")->group == "acme");
    CHECK_FALSE(store.find_api("https://api.example.com/v2"));
    CHECK_FALSE(store.find(Kind::gitlab, "github.com"));

    CHECK(read_file(desk.settings() / "connections.json", 1 << 20).find("s3cret") == std::string::npos);
    CHECK(mode_of(desk.settings()) == 0700);
    for (const auto* file : {"connections.json", "credentials.json", "lock"}) {
        CAPTURE(file);
        CHECK(mode_of(desk.settings() / file) == 0600);
    }
}

TEST_CASE("Store replaces and removes, and forgets the default that it removes", "[connection]")
{
    Desk desk;
    auto store = desk.store();
    store.put(api("https://a"), tokens("1"));
    store.put(api("https://b"), tokens("2"));
    store.put(api("https://a"), tokens("3"));
    REQUIRE(store.list().size() == 2);
    CHECK(store.find_tokens(*store.find_api("https://a"))->access.reveal() == "3");
    store.set_default_api("https://A/");
    CHECK(store.default_api() == "https://a");
    store.remove(*store.find_api("https://b"));
    CHECK(store.default_api() == "https://a");
    store.remove(*store.find_api("https://a"));
    CHECK_FALSE(store.default_api());
    CHECK(store.list().empty());
    CHECK(read_file(desk.settings() / "credentials.json", 1 << 20).find("https://") == std::string::npos);
}

TEST_CASE("Store refuses files that others could have written or can read", "[connection]")
{
    const auto* file = GENERATE("connections.json", "credentials.json");
    CAPTURE(file);
    Desk desk;
    auto store = desk.store();
    store.put(github(), tokens("gho_s3cret"));
    const auto path = desk.settings() / file;
    const auto read = [&] { (void)store.find_tokens(store.list().front()); };
    for (const auto open : {fs::perms::group_read, fs::perms::others_write}) {
        fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write | open);
        const auto error = error_of(read);
        CHECK(error.kind() == ErrorKind::failed);
        CHECK(error.message().find(path.string()) != std::string::npos);
        CHECK(error.hint().find("chmod 600") != std::string::npos);
        CHECK_THROWS_AS(store.put(github(), tokens("x")), Error);
    }
    fs::rename(path, desk.folder.path() / "elsewhere");
    fs::permissions(desk.folder.path() / "elsewhere", fs::perms::owner_read | fs::perms::owner_write);
    fs::create_symlink(desk.folder.path() / "elsewhere", path);
    CHECK(error_of(read).message().find("symbolic link") != std::string::npos);
}

TEST_CASE("Store refuses files that it cannot read, and does not write over them", "[connection]")
{
    const auto* text =
        GENERATE("", "[]", "{", R"({"version": 2})", R"({"version": 1, "connections": [1]})",
                 R"({"version": 1, "connections": [{"kind": "ftp", "address": "a", "kept_in": "file"}]})",
                 R"({"version": 1, "connections": [{"kind": "api", "address": 1, "kept_in": "file"}]})");
    CAPTURE(text);
    Desk desk;
    create_private_directories(desk.settings());
    replace_file(desk.settings() / "connections.json", text);
    auto store = desk.store();
    CHECK(error_of([&] { (void)store.list(); }).kind() == ErrorKind::invalid_input);
    CHECK_THROWS_AS(store.put(github(), tokens("x")), Error);
    CHECK(read_file(desk.settings() / "connections.json", 1 << 20) == text);
}

TEST_CASE("Store does not write over credentials of another version or shape", "[connection]")
{
    const auto* text = GENERATE("", "[]", R"({"version": 2, "credentials": {}})", R"({"credentials": {}})",
                                R"({"version": 1, "credentials": []})");
    CAPTURE(text);
    Desk desk;
    create_private_directories(desk.settings());
    replace_file(desk.settings() / "credentials.json", text);
    auto store = desk.store();
    const auto error = error_of([&] { store.put(github(), tokens("x")); });
    CHECK(error.kind() == ErrorKind::invalid_input);
    CHECK(std::string(error.what()).find("credentials.json") != std::string::npos);
    CHECK(read_file(desk.settings() / "credentials.json", 1 << 20) == text);
    CHECK(store.list().empty());
}

TEST_CASE("Store refuses what is no file, naming it", "[connection]")
{
    const auto* file = GENERATE("connections.json", "credentials.json");
    CAPTURE(file);
    Desk desk;
    create_private_directories(desk.settings() / file);
    const auto error = error_of([&] { desk.store().put(github(), tokens("x")); });
    CHECK(error.kind() == ErrorKind::failed);
    CHECK(error.message().find((desk.settings() / file).string()) != std::string::npos);
}

TEST_CASE("Store takes from others a folder that is theirs to write to", "[connection]")
{
    const auto mode = GENERATE(0755U, 0777U, 01777U);
    CAPTURE(mode);
    Desk desk;
    fs::create_directories(desk.settings());
    REQUIRE(::chmod(desk.settings().c_str(), mode) == 0);
    desk.store().put(github(), tokens("x"));
    CHECK(mode_of(desk.settings()) == 0700);
}

TEST_CASE("Store tells scopes that nobody told from none", "[connection]")
{
    Desk desk;
    auto connection = github();
    connection.scopes = GENERATE(std::optional<std::vector<std::string>>(), std::vector<std::string>(),
                                 std::vector<std::string>{"repo"});
    desk.store().put(connection, tokens("x"));
    CHECK(desk.store().list().front().scopes == connection.scopes);
}

TEST_CASE("Store gives secrets to a keyring by standard input", "[connection]")
{
    Desk desk;
    desk.give_keyring(working_keyring(desk.folder.path()));
    auto store = desk.store();
    CHECK(store.put(github(), tokens("gho_s3cret", "r")) == Keeper::keyring);
    const auto kept = store.find(Kind::github, "github.com");
    CHECK(store.find_tokens(*kept)->access.reveal() == "gho_s3cret");
    CHECK(store.find_tokens(*kept)->refresh.reveal() == "r");
    CHECK_FALSE(fs::exists(desk.settings() / "credentials.json"));
    CHECK(read_file(desk.folder.path() / "arguments", 1 << 20).find("s3cret") == std::string::npos);
    store.remove(*kept);
    CHECK_FALSE(fs::exists(desk.folder.path() / "github_github.com.secret"));
}

TEST_CASE("Store moves a secret from one keeper to the other", "[connection]")
{
    Desk desk;
    desk.store().put(github(), tokens("in the file"));
    desk.give_keyring(working_keyring(desk.folder.path()));
    auto store = desk.store();
    CHECK(store.put(github(), tokens("in-the-keyring")) == Keeper::keyring);
    CHECK(read_file(desk.settings() / "credentials.json", 1 << 20).find("in the file") == std::string::npos);

    desk.environment.erase("DBUS_SESSION_BUS_ADDRESS");
    const auto error = error_of([&] { (void)desk.store().find_tokens(store.list().front()); });
    CHECK(error.kind() == ErrorKind::unavailable);
    CHECK(desk.store().put(github(), tokens("again in the file")) == Keeper::file);
}

TEST_CASE("Store does not wait for a keyring that never answers", "[connection]")
{
    Desk desk;
    desk.give_keyring("exec sleep 60\n");
    const auto start = std::chrono::steady_clock::now();
    CHECK(desk.store().put(github(), tokens("x")) == Keeper::file);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("Store::renew asks once, however many want new tokens", "[connection]")
{
    Desk desk;
    auto stale = github();
    stale.expires_at = find_rfc3339("2026-11-24T10:00:00Z");
    desk.store().put(stale, tokens("old", "r1"));
    const auto fresh = *find_rfc3339("2026-11-24T12:00:00Z");
    std::atomic<int> asked = 0;
    std::atomic<int> given = 0;
    const auto renew_once = [&] {
        auto store = desk.store();
        const auto got = store.renew(stale, [&](const Connection& connection, const Tokens& old) {
            if (connection.expires_at == fresh) {
                return std::optional<Store::Renewed>();
            }
            ++asked;
            given += old.refresh.reveal() == "r1" ? 1 : 0;
            return std::optional(Store::Renewed{tokens("new", "r2"), fresh});
        });
        return got.access.reveal() == "new";
    };
    std::atomic<int> good = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] { good += renew_once() ? 1 : 0; });
        }
    }
    CHECK(asked == 1);
    CHECK(given == 1);
    CHECK(good == 8);
    const auto kept = desk.store().find(Kind::github, "github.com");
    CHECK(kept->expires_at == fresh);
    CHECK(desk.store().find_tokens(*kept)->refresh.reveal() == "r2");
}

TEST_CASE("Store::renew leaves the old pair when no new one came", "[connection]")
{
    Desk desk;
    auto store = desk.store();
    store.put(github(), tokens("old", "r1"));
    CHECK_THROWS_AS(store.renew(github(),
                                [](const Connection&, const Tokens&) -> std::optional<Store::Renewed> {
                                    throw Error(ErrorKind::failed, "no answer");
                                }),
                    Error);
    CHECK(store.find_tokens(store.list().front())->refresh.reveal() == "r1");
    const auto none = [](const Connection&, const Tokens&) { return std::optional<Store::Renewed>(); };
    CHECK(error_of([&] { (void)store.renew(api("https://a"), none); }).kind() == ErrorKind::unauthenticated);
}

TEST_CASE("Store loses nothing when several write at once", "[connection]")
{
    Desk desk;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&, i] { desk.store().put(api("https://a/" + std::to_string(i)), tokens("t")); });
        }
    }
    CHECK(desk.store().list().size() == 8);
}
