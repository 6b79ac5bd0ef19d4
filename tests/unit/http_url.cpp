#include "http/url.hpp"

#include "base/error.hpp"
#include "http/form.hpp"

#include "tests/support/catch.hpp"

using namespace tinystacks;

TEST_CASE("percent_encode leaves unreserved characters, and slashes where they are kept", "[http]")
{
    CHECK(http::percent_encode("AZaz09-._~/ :\xff") == "AZaz09-._~%2F%20%3A%FF");
    CHECK(http::percent_encode("a/b c", http::Slash::keep) == "a/b%20c");
}

TEST_CASE("find_percent_decoded takes escapes back, and refuses half ones", "[http]")
{
    CHECK(http::find_percent_decoded("a%2Fb%0ac+") == "a/b\nc+");
    for (const auto* text : {"%", "%4", "%zz", "a%2"}) {
        CAPTURE(text);
        CHECK_FALSE(http::find_percent_decoded(text));
    }
}

TEST_CASE("path_segment encodes what somebody chose and refuses what would be another path", "[http]")
{
    CHECK(http::path_segment("shop/api?x#y%") == "shop%2Fapi%3Fx%23y%25");
    CHECK(http::path_segment("...") == "...");
    for (const auto* text : {"", ".", ".."}) {
        CAPTURE(text);
        CHECK_THROWS_AS(http::path_segment(text), Error);
    }
}

TEST_CASE("parse_url makes equal URLs equal", "[http]")
{
    const auto url = http::parse_url("HTTPS://API.Example.com:443/Base/?a=1");
    CHECK(url == http::Url{"https", "api.example.com", std::nullopt, "/Base/", "a=1"});
    CHECK(http::to_string(url) == "https://api.example.com/Base/?a=1");
    CHECK(http::parse_url("https://api.example.com").path == "/");
    CHECK(http::parse_url("http://[::1]:80") == http::Url{"http", "[::1]", std::nullopt, "/", ""});
    CHECK(http::origin(http::parse_url("http://127.0.0.1:3000/x?y")) == "http://127.0.0.1:3000");
    CHECK(http::parse_url("https://a?b=/c") == http::Url{"https", "a", std::nullopt, "/", "b=/c"});
}

TEST_CASE("parse_url refuses what is no plain URL and quotes none of it", "[http]")
{
    const auto* text =
        GENERATE("", "api.example.com", "ftp://a/", "javascript:alert(1)", "--help", "//a/b", "https://", "https:///x",
                 "https://user:s3cret@a/", "https://s3cret@a/", "https://a\\b/", "https://a/\nb", "https://a b/",
                 "https://a/#s3cret", "https://a:0/", "https://a:70000/", "https://a:x/", "https://a:/", "https://-a/",
                 "https://.a/", "https://[::1/", "https://g\xd1\x96thub.com/", "https://a%41/");
    CAPTURE(text);
    try {
        (void)http::parse_url(text);
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid_input);
        CHECK(error.message().find("s3cret") == std::string::npos);
    }
}

TEST_CASE("same_origin compares scheme, host and port", "[http]")
{
    CHECK(http::same_origin("https://a.example/x", "https://A.example:443/y?z"));
    for (const auto* other : {"http://a.example/x", "https://a.example:8443/", "https://a.example.evil/",
                              "https://a.example@evil/", "/x", "", "//a.example/"}) {
        CAPTURE(other);
        CHECK_FALSE(http::same_origin("https://a.example/x", other));
    }
}

TEST_CASE("join_url has one slash between base and path", "[http]")
{
    for (const auto* base : {"https://a/b", "https://a/b/", "https://a/b//"}) {
        for (const auto* path : {"c/d", "/c/d"}) {
            CAPTURE(base, path);
            CHECK(http::join_url(base, path) == "https://a/b/c/d");
        }
    }
}

TEST_CASE("parse_form takes back what form_encode made, and what other programs make", "[http]")
{
    const http::Form form = {{"a b", "1&2=3"}, {"+", "\xc3\xa4%"}, {"empty", ""}};
    CHECK(http::form_encode(form) == "a%20b=1%262%3D3&%2B=%C3%A4%25&empty=");
    CHECK(http::parse_form(http::form_encode(form)) == form);
    CHECK(http::parse_form("a+b=c+d&&x&y=%zz") == http::Form{{"a b", "c d"}, {"x", ""}, {"y", "%zz"}});
    CHECK(http::find_value(form, "+") == "\xc3\xa4%");
    CHECK_FALSE(http::find_value(form, "b"));
}
