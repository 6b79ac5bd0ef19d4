#include "registry/registry.hpp"

#include "base/error.hpp"

#include "tests/support/catch.hpp"

using namespace tinystacks;
using registry::Repository;

TEST_CASE("Repository::parse splits host and name", "[registry]")
{
    const auto check = [](const std::string& text, const std::string& host, const std::string& name) {
        CAPTURE(text);
        const auto repository = Repository::parse(text);
        CHECK(repository.host == host);
        CHECK(repository.name == name);
        CHECK(repository.str() == text);
    };
    check("127.0.0.1:5000/shop/api", "127.0.0.1:5000", "shop/api");
    check("localhost/a", "localhost", "a");
    check("localhost:5000/a", "localhost:5000", "a");
    check("[::1]:5000/a", "[::1]:5000", "a");
    check("ghcr.io/o-1/a_b/c__d/e.f/g--h", "ghcr.io", "o-1/a_b/c__d/e.f/g--h");
    check("123456789012.dkr.ecr.us-east-1.amazonaws.com/shop-api", "123456789012.dkr.ecr.us-east-1.amazonaws.com",
          "shop-api");
}

TEST_CASE("Repository::parse refuses what names no repository", "[registry]")
{
    for (const std::string text : {"",
                                   "web",
                                   "library/web",
                                   "https://ghcr.io/a",
                                   "ghcr.io",
                                   "ghcr.io/",
                                   "ghcr.io/a:tag",
                                   "ghcr.io/a@sha256:0",
                                   "ghcr.io/a:5000/b",
                                   "ghcr.io/A",
                                   "GHCR.io/a",
                                   "ghcr.io//a",
                                   "ghcr.io/a/",
                                   "ghcr.io/a..b",
                                   "ghcr.io/a___b",
                                   "ghcr.io/-a",
                                   "ghcr.io/a-",
                                   "ghcr.io/a b",
                                   "ghcr.io/a\nb",
                                   "ghcr.io:0/a",
                                   "ghcr.io:99999/a",
                                   "ghcr.io:/a",
                                   "-a.io/a",
                                   "a..io/a",
                                   "[::1/a",
                                   "[]:5/a",
                                   "[::1]x/a",
                                   "user@ghcr.io/a",
                                   "ghcr.io/a._b"}) {
        CAPTURE(text);
        try {
            (void)Repository::parse(text);
            FAIL("expected an Error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::invalid_input);
        }
    }
    CHECK_THROWS_AS(Repository::parse("ghcr.io/" + std::string(256, 'a')), Error);
    CHECK_NOTHROW(Repository::parse("ghcr.io/" + std::string(255, 'a')));
}

TEST_CASE("is_digest and is_tag know the grammar", "[registry]")
{
    CHECK(registry::is_digest("sha256:" + std::string(64, 'a')));
    for (const auto& text : {"sha256:" + std::string(63, 'a'), "sha256:" + std::string(64, 'A'),
                             "sha512:" + std::string(64, 'a'), std::string(64, 'a'), std::string()}) {
        CHECK_FALSE(registry::is_digest(text));
    }
    for (const auto* text : {"latest", "v1.0", "_x", "A-b.c_d"}) {
        CHECK(registry::is_tag(text));
    }
    for (const auto& text : {std::string(), std::string("-a"), std::string(".a"), std::string("a/b"),
                             std::string("a:b"), std::string(129, 'a')}) {
        CHECK_FALSE(registry::is_tag(text));
    }
}
