#include "registry/registry.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "process/guarded_launcher.hpp"

#include "tests/support/catch.hpp"

#include <sys/stat.h>

using namespace tinystacks;
using registry::find_docker_credentials;

namespace {

/// A docker configuration and a credential helper of its own.
struct Home {
    TempDir directory;
    process::GuardedLauncher launcher;
    process::Environment environment{{"HOME", directory.path()},
                                     {"PATH", directory.path().string() + ":/usr/bin:/bin"}};

    void configure(const std::string& json) { write(".docker/config.json", json); }

    void write(const std::string& name, const std::string& text, unsigned mode = 0600)
    {
        create_private_directories((directory.path() / name).parent_path());
        replace_file(directory.path() / name, text, mode);
    }

    /// "user password", or "" for none.
    std::string find(const std::string& host)
    {
        const auto found = find_docker_credentials(launcher, environment, host);
        return found ? found->user + " " + found->password.reveal() : "";
    }
};

constexpr const char* helper = R"SH(#!/bin/sh
read -r server
case "$1 $server" in
"get helped.example" | "get https://index.docker.io/v1/") echo '{"ServerURL":"x","Username":"helped","Secret":"s3"}' ;;
"get token.example") echo '{"Username":"<token>","Secret":"refresh"}' ;;
"get broken.example") echo "SENTINEL"; echo "the keyring is locked" >&2; exit 1 ;;
*) echo "credentials not found in native keychain"; exit 1 ;;
esac
)SH";

}  // namespace

TEST_CASE("find_docker_credentials reads auths under the keys docker writes", "[registry]")
{
    Home home;
    CHECK(home.find("127.0.0.1:5000").empty());
    home.configure(R"({"auths": {
        "127.0.0.1:5000": {"auth": "QVdTOmE6YjpjPT0="},
        "https://legacy.example/v1/": {"auth": "dTpw"},
        "https://index.docker.io/v1/": {"auth": "aHViOnA="},
        "plain.example": {"username": "u", "password": "p"},
        "acr.example": {"auth": "dTo=", "identitytoken": "refresh"},
        "empty.example": {}, "wrong.example": {"auth": "!!!"}, "odd.example": []}})");
    CHECK(home.find("127.0.0.1:5000") == "AWS a:b:c==");
    CHECK(home.find("legacy.example") == "u p");
    CHECK(home.find("docker.io") == "hub p");
    CHECK(home.find("plain.example") == "u p");
    CHECK(home.find("acr.example") == "<token> refresh");
    for (const auto* host : {"empty.example", "wrong.example", "odd.example", "127.0.0.1", "127.0.0.1:50"}) {
        CAPTURE(host);
        CHECK(home.find(host).empty());
    }
}

TEST_CASE("find_docker_credentials asks the credential helper and falls back on auths", "[registry]")
{
    Home home;
    home.write("docker-credential-test", helper, 0700);
    home.configure(R"({"credsStore": "test", "auths": {"filed.example": {"auth": "dTpw"}}})");
    CHECK(home.find("helped.example") == "helped s3");
    CHECK(home.find("docker.io") == "helped s3");
    CHECK(home.find("token.example") == "<token> refresh");
    CHECK(home.find("filed.example") == "u p");
    CHECK(home.find("unknown.example").empty());
    home.configure(R"({"credHelpers": {"helped.example": "test"}})");
    CHECK(home.find("helped.example") == "helped s3");
    CHECK(home.find("token.example").empty());
}

TEST_CASE("find_docker_credentials tells a helper's trouble without its output", "[registry]")
{
    Home home;
    home.write("docker-credential-test", helper, 0700);
    home.configure(R"({"credsStore": "test"})");
    try {
        (void)home.find("broken.example");
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::failed);
        CHECK(error.message().find("the keyring is locked") != std::string::npos);
        CHECK(error.message().find("SENTINEL") == std::string::npos);
    }
    home.configure(R"({"credsStore": "no-such-helper"})");
    try {
        (void)home.find("a.example");
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::unavailable);
        CHECK(error.message().find("docker-credential-no-such-helper") != std::string::npos);
    }
}

TEST_CASE("find_docker_credentials refuses a configuration that is no JSON object", "[registry]")
{
    Home home;
    for (const auto* text : {"", "[]", "{", "null"}) {
        CAPTURE(text);
        home.configure(text);
        try {
            (void)home.find("a.example");
            FAIL("expected an Error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::invalid_input);
            CHECK(error.where().file == (home.directory.path() / ".docker/config.json").string());
        }
    }
    home.environment["DOCKER_CONFIG"] = home.directory.path() / "elsewhere";
    CHECK(home.find("a.example").empty());
}
