#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "source/name.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;

namespace {

const std::vector<std::string> allowed = {"github.com", "gitlab.com"};

}  // namespace

TEST_CASE("Name::parse takes a repository's name", "[source]")
{
    const std::string text = GENERATE("a", "test-demo", "awscdk-samples-eks-rds", "Web_2.0", "0x");
    CAPTURE(text);
    CHECK(source::Name::parse(text).str() == text);
}

TEST_CASE("Name::parse refuses what would steer a URL or a log, and says which characters it takes", "[source]")
{
    const std::string text =
        GENERATE("", ".", "..", ".git", "-a", "a/b", "a b", "a\r\nb", "$(id)", "caf\xC3\xA9", "a%2fb");
    CAPTURE(text);
    try {
        (void)source::Name::parse(text);
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid_input);
        CHECK(error.message().find("characters") != std::string::npos);
        CHECK(error.message().find('\n') == std::string::npos);
    }
    CHECK_NOTHROW(source::Name::parse(std::string(100, 'a')));
    CHECK_THROWS_AS(source::Name::parse(std::string(101, 'a')), Error);
}

TEST_CASE("find_near makes a name of any repository's", "[source]")
{
    CHECK(source::Name::find_near(".my repo/x")->str() == "my-repo-x");
    CHECK_FALSE(source::Name::find_near("...").has_value());
}

TEST_CASE("check_existing_name takes names as a server has them, but for those no URL can carry", "[source]")
{
    const std::string fine = GENERATE("group:TinyStacks", "My Stack", "caf\xC3\xA9", "a/b", "...");
    CHECK_NOTHROW(source::check_existing_name("stack", fine));
    const std::string refused = GENERATE("", ".", "..", "a\nb", "\x1b[31m", "\xFF");
    CHECK_THROWS_AS(source::check_existing_name("stack", refused), Error);
}

TEST_CASE("find_clone_url_refusal takes the three forms", "[source]")
{
    const std::string url = GENERATE("https://github.com/acme/web.git", "https://github.com:443/acme/web",
                                     "ssh://git@github.com/acme/web.git", "ssh://git@gitlab.com:22/a/b/c.git",
                                     "git@github.com:acme/web.git");
    CAPTURE(url);
    CHECK(source::find_clone_url_refusal(url) == std::nullopt);
    CHECK(source::find_clone_url_refusal(url, allowed) == std::nullopt);
}

TEST_CASE("find_clone_url_refusal leaves an inner host to those who allow it by name", "[source]")
{
    const std::string url = "https://git.corp.internal/acme/web";
    CHECK(source::find_clone_url_refusal(url).has_value());
    CHECK(source::find_clone_url_refusal(url, {"git.corp.internal"}) == std::nullopt);
    CHECK(source::find_clone_url_refusal("https://10.0.0.1/acme/web", {"10.0.0.1"}).has_value());
}

TEST_CASE("find_clone_url_refusal looks at the path alone where the operator named the server", "[source]")
{
    const std::vector<std::string> named = {"https://git.corp.internal:8443", "http://127.0.0.1:3000"};
    for (const auto* url : {"https://git.corp.internal:8443/acme/web.git", "http://127.0.0.1:3000/acme/web"}) {
        CAPTURE(url);
        CHECK(source::find_clone_url_refusal(url).has_value());
        CHECK(source::find_clone_url_refusal(url, {}, named) == std::nullopt);
    }
    for (const auto* url : {"https://git.corp.internal:8443/acme/../web", "https://git.corp.internal:8443/",
                            "https://git.corp.internal:8443", "https://git.corp.internal:84431/acme/web",
                            "http://127.0.0.1:3000@evil.example/acme/web", "http://127.0.0.1:3000/acme/web#x",
                            "http://127.0.0.1:3000/a%0aweb", "http://127.0.0.1:3001/acme/web",
                            "http://git.corp.internal:8443/acme/web"}) {
        CAPTURE(url);
        CHECK(source::find_clone_url_refusal(url, {}, named).has_value());
    }
}

TEST_CASE("find_clone_url_refusal refuses the attack cases with the words they ask for", "[source]")
{
    const auto text = read_file(TS_FIXTURES "/attack/urls/clone-urls.tsv", 1 << 20);
    std::size_t rows = 0;
    for (const auto line : split(text, '\n')) {
        const auto tab = line.rfind('\t');
        if (tab == std::string_view::npos) {
            continue;
        }
        ++rows;
        const auto url = line.substr(0, tab);
        const std::string word(line.substr(tab + 1));
        CAPTURE(url.substr(0, 100), word);
        const auto refusal = source::find_clone_url_refusal(url, allowed);
        REQUIRE(refusal.has_value());
        CHECK_THAT(*refusal, Catch::Contains(word));
    }
    CHECK(rows == 30);
}
