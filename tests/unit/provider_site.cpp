#include "provider/site.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include "tests/support/catch.hpp"

using namespace tinystacks;
using provider::Kind;
using provider::Remote;
using provider::Site;

TEST_CASE("parse_site takes a host with or without a port and nothing else", "[provider]")
{
    CHECK(provider::parse_site(Kind::github, "GitHub.Acme.com") == Site{Kind::github, "github.acme.com"});
    CHECK(provider::parse_site(Kind::gitlab, "127.0.0.1:3000").host == "127.0.0.1:3000");
    CHECK(provider::parse_site(Kind::gitlab, "git.acme.com:443").host == "git.acme.com");
    for (const auto* host : {"", "https://a", "a/b", "a/", "user@a", "a?b", "a#b", "-a", "a b", "a:b"}) {
        CAPTURE(host);
        try {
            (void)provider::parse_site(Kind::github, host);
            FAIL("expected an Error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::usage);
        }
    }
}

TEST_CASE("api_base is where a provider's programs ask", "[provider]")
{
    CHECK(provider::api_base({Kind::github, "github.com"}) == "https://api.github.com");
    CHECK(provider::api_base({Kind::github, "acme.ghe.com"}) == "https://api.acme.ghe.com");
    CHECK(provider::api_base({Kind::github, "github.acme.com"}) == "https://github.acme.com/api/v3");
    CHECK(provider::api_base({Kind::github, "127.0.0.1:3000"}) == "http://127.0.0.1:3000/api/v3");
    CHECK(provider::api_base({Kind::gitlab, "gitlab.com"}) == "https://gitlab.com/api/v4");
    CHECK(provider::api_base({Kind::gitlab, "[::1]:3000"}) == "http://[::1]:3000/api/v4");
}

TEST_CASE("parse_remote reads the forms that git knows", "[provider]")
{
    const Remote web{{Kind::github, "github.com"}, "acme", "web"};
    for (const auto* url :
         {"git@github.com:acme/web.git", "https://github.com/acme/web", "https://github.com/acme/web.git",
          "https://GitHub.com:443/acme/web/", "ssh://git@github.com/acme/web.git", "ssh://github.com:22/acme/web"}) {
        CAPTURE(url);
        CHECK(provider::parse_remote(url) == web);
    }
    CHECK(provider::clone_url(web) == "https://github.com/acme/web.git");
    CHECK(provider::parse_remote("git@gitlab.com:acme/platform/web.js.git") ==
          Remote{{Kind::gitlab, "gitlab.com"}, "acme/platform", "web.js"});
}

TEST_CASE("parse_remote knows the hosts that are connected", "[provider]")
{
    const provider::Hosts hosts = {{"git.acme.com", Kind::gitlab}, {"127.0.0.1:3000", Kind::github}};
    CHECK(provider::parse_remote("git@git.acme.com:a/b/c.git", hosts) ==
          Remote{{Kind::gitlab, "git.acme.com"}, "a/b", "c"});
    const auto local = provider::parse_remote("http://127.0.0.1:3000/acme/web", hosts);
    CHECK(local == Remote{{Kind::github, "127.0.0.1:3000"}, "acme", "web"});
    CHECK(provider::clone_url(local) == "http://127.0.0.1:3000/acme/web.git");
    CHECK_THROWS_AS(provider::parse_remote("http://git.acme.com/a/b", hosts), Error);
    CHECK_THROWS_AS(provider::parse_remote("https://git.acme.com:8443/a/b", hosts), Error);
}

TEST_CASE("parse_remote refuses a clone URL that could lead elsewhere", "[provider]")
{
    struct Case {
        std::string url;
        std::string word;  ///< of the refusal
    };
    const auto row = GENERATE(values<Case>({
        {"ext::sh -c touch% /tmp/ts-canary", "scheme"},
        {"fd::17/foo", "scheme"},
        {"-u./payload", "must start with https:// or"},
        {"file:///etc", "scheme"},
        {"../../other-customer/repo", "must start with https:// or"},
        {"ssh://-oProxyCommand=touch%20/tmp/ts-canary/x", "host"},
        {"ssh://git@github.com:-1/acme/web.git", "port"},
        {"http://github.com/acme/web.git", "https"},
        {"rsync://github.com/acme/web", "scheme"},
        {"https://ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@github.com/acme/web.git", "token"},
        {"ssh://git:ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@github.com/acme/web.git", "token"},
        {"https://x%0ahost=github.com%0aprotocol=https@evil.example/r", "control"},
        {"https://github.com/acme/web\nprotocol=ssh", "control"},
        {"https://github.com/acme/web\\nprotocol=ssh", "characters"},
        {"https://127.1/acme/web.git", "address"},
        {"https://0x7f.0.0.1/acme/web.git", "address"},
        {"https://0/acme/web.git", "address"},
        {"https://2130706433/acme/web.git", "address"},
        {"https://[::ffff:127.0.0.1]/acme/web.git", "address"},
        {"https://[fe80::1%25eth0]/r", "address"},
        {"https://169.254.169.254/latest/meta-data/", "address"},
        {"https://100.100.100.200/r", "address"},
        {"https://192.168.1.1/acme/web.git", "address"},
        {"git@192.168.1.1:acme/web.git", "address"},
        {"https://localhost/acme/web.git", "address"},
        {"https://localhost./acme/web.git", "address"},
        {"https://metadata.google.internal/r", "address"},
        {"https://github.com.evil.example/acme/web.git", "not in the list of allowed hosts"},
        {"git@github.com.evil.example:acme/web.git", "not in the list of allowed hosts"},
        {"https://github.com:22/acme/web.git", "port"},
        {"https://g\xd1\x96thub.com/acme/web.git", "characters"},
        {"https://github.com/acme/../../../etc", "path"},
        {"https://github.com/acme/%2e%2e/etc", "path"},
        {"https://github.com/acme/web.git#frag", "fragment"},
        {"https://github.com/acme/web.git?x=1", "query"},
        {"https://github.com//acme//web", "path"},
        {"https://github.com/acme", "path"},
        {"https://github.com/acme/web/more", "path"},
        {"https://github.com/acme/.git", "path"},
        {"https://github.com", "path"},
        {"", "empty"},
        {"https://github.com/" + std::string(3000, 'a'), "longer than"},
    }));
    CAPTURE(row.url);
    try {
        (void)provider::parse_remote(row.url);
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        CAPTURE(error.message());
        CHECK(error.message().find(row.word) != std::string::npos);
        CHECK(error.message().find("ghp_") == std::string::npos);
        CHECK(printable(error.message()) == error.message());
    }
}

TEST_CASE("check_repository_name takes what the path of a clone URL is made of", "[provider]")
{
    for (const auto* name : {"web", "acme/web", "acme/platform/web.js", "a_b/-c", ".github"}) {
        CAPTURE(name);
        CHECK_NOTHROW(provider::check_repository_name(name));
    }
    for (const auto& name :
         {std::string("../../other-customer/repo"), std::string("-u./payload"), std::string(), std::string("/web"),
          std::string("acme//web"), std::string("acme/web/"), std::string("."), std::string("acme/we b"),
          std::string("acme/w\xc3\xa4"
                      "b"),
          std::string("acme/%2e%2e"), std::string("acme/web\n::"), std::string("acme/web?x=1"),
          std::string(1025, 'a')}) {
        CAPTURE(name);
        try {
            provider::check_repository_name(name);
            FAIL("expected an Error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::usage);
            CHECK(error.message().find("must start with https:// or") != std::string::npos);
            CHECK(printable_line(error.message()) == error.message());
        }
    }
}
