#include "base/error.hpp"
#include "git/repository.hpp"

#include "tests/support/catch.hpp"

using namespace tinystacks;

TEST_CASE("check_revision takes the names git takes", "[git]")
{
    const std::string name = GENERATE("main", "HEAD", "feature/x-1", "v1.0", "origin/main", "0123abc",
                                      "dependabot/npm_and_yarn/lodash-4.17.21", "caf\xC3\xA9", "user@work", "a#b");
    CAPTURE(name);
    CHECK_NOTHROW(git::check_revision(name));
}

TEST_CASE("check_revision refuses options, expressions, patterns and shell text", "[git]")
{
    // Source: git-check-ref-format(1); the first rows are security requirement GT-02's cases.
    const std::string name = GENERATE_COPY(from_range(std::vector<std::string>{"--upload-pack=touch /tmp/ts-canary",
                                                                               "--orphan=x",
                                                                               "a b",
                                                                               "+main",
                                                                               "HEAD~1",
                                                                               "main^{/fix}",
                                                                               "a\\nb",
                                                                               "main/",
                                                                               "a/.b",
                                                                               std::string(201, 'x'),
                                                                               "main;touch /tmp/ts-canary",
                                                                               "`id`",
                                                                               "",
                                                                               "@",
                                                                               "a..b",
                                                                               "a@{1}",
                                                                               "/a",
                                                                               "a//b",
                                                                               "a.",
                                                                               "a.lock",
                                                                               "a.lock/b",
                                                                               "a\nb",
                                                                               "a\x7F",
                                                                               "a:b",
                                                                               "a?",
                                                                               "a*",
                                                                               "a[b",
                                                                               "$(id)",
                                                                               std::string("a\0b", 3)}));
    CAPTURE(name);
    try {
        git::check_revision(name);
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid_input);
        CHECK(error.message().find("branch") != std::string::npos);
    }
}

TEST_CASE("check_revision says how to resolve an expression", "[git]")
{
    try {
        git::check_revision("HEAD~1");
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.hint().find("git rev-parse 'HEAD~1'") != std::string::npos);
    }
}

TEST_CASE("safe_environment strips what steers git and ssh", "[git]")
{
    const auto safe = git::safe_environment({{"PATH", "/bin"},
                                             {"HOME", "/root"},
                                             {"GIT_SSH_COMMAND", "touch canary"},
                                             {"GIT_DIR", "/elsewhere"},
                                             {"GIT_CONFIG_COUNT", "1"},
                                             {"GIT_CONFIG_KEY_0", "core.fsmonitor"},
                                             {"GIT_CONFIG_VALUE_0", "touch canary"},
                                             {"GIT_EXEC_PATH", "/elsewhere"},
                                             {"SSH_ASKPASS", "canary"},
                                             {"SSH_AUTH_SOCK", "/socket"}});
    CHECK(safe.at("PATH") == "/bin");
    CHECK(safe.at("HOME") == "/root");
    for (const auto* name : {"GIT_SSH_COMMAND", "GIT_DIR", "GIT_EXEC_PATH", "SSH_ASKPASS", "SSH_AUTH_SOCK"}) {
        CAPTURE(name);
        CHECK(safe.count(name) == 0);
    }
    CHECK(safe.at("GIT_ALLOW_PROTOCOL") == "https:ssh");
    CHECK(safe.at("GIT_TERMINAL_PROMPT") == "0");
    CHECK(safe.at("GIT_CONFIG_KEY_0") == "core.hooksPath");
    CHECK(safe.at("GIT_CONFIG_KEY_1") == "core.fsmonitor");
    CHECK(safe.at("GIT_CONFIG_VALUE_1") == "false");
}
