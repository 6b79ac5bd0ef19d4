#include "provider/client.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/scripted_transport.hpp"
#include "tests/support/waits.hpp"

using namespace tinystacks;
using namespace std::chrono_literals;
using provider::Kind;

namespace {

const std::string user = R"({"login": "octocat", "username": "octocat"})";

struct Desk {
    explicit Desk(Kind kind) : client(provider::make_client(provider::public_site(kind), Secret("t0ken"), world())) {}

    provider::World world()
    {
        return {transport, [] { return *find_rfc3339("2026-11-24T10:00:00.000Z"); }, waits.patience()};
    }
    std::string header(std::size_t request, const std::string& name) const
    {
        return http::Response{0, transport.requests()[request].headers}.find_header(name).value_or("");
    }
    const std::string& url(std::size_t request) const { return transport.requests()[request].url; }

    support::ScriptedTransport transport;
    support::Waits waits;
    std::unique_ptr<provider::Client> client;
};

std::string github_repository(const std::string& name)
{
    return R"({"name": ")" + name + R"(", "owner": {"login": "acme"}, "private": true, "default_branch": "main",
        "clone_url": "https://github.com/acme/)" +
           name + R"(.git", "html_url": "https://github.com/acme/)" + name +
           R"(", "permissions": {"admin": true, "push": true}})";
}

const std::string gitlab_project =
    R"({"path_with_namespace": "acme/platform/web", "path": "web", "visibility": "private",
    "http_url_to_repo": "https://gitlab.com/acme/platform/web.git", "web_url": "https://gitlab.com/acme/platform/web",
    "default_branch": null, "permissions": {"project_access": null, "group_access": {"access_level": 30}}})";

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

TEST_CASE("GitHub's verify tells login, scopes and expiry", "[provider]")
{
    Desk desk(Kind::github);
    desk.transport.reply(200, user,
                         {{"X-OAuth-Scopes", "repo, read:org"},
                          {"GitHub-Authentication-Token-Expiration", "2026-12-30 09:00:00 -0800"}});
    desk.transport.reply(200, user, {{"github-authentication-token-expiration", "2026-12-30 09:00:00 UTC"}});
    const auto classic = desk.client->verify();
    CHECK(classic.login == "octocat");
    CHECK(classic.scopes == std::vector<std::string>{"repo", "read:org"});
    CHECK(classic.expires_at == find_rfc3339("2026-12-30T17:00:00Z"));
    const auto fine_grained = desk.client->verify();
    CHECK_FALSE(fine_grained.scopes);
    CHECK(fine_grained.expires_at == find_rfc3339("2026-12-30T09:00:00Z"));
    CHECK(desk.url(0) == "https://api.github.com/user");
    CHECK(desk.header(0, "authorization") == "Bearer t0ken");
}

TEST_CASE("GitLab's verify asks the place for its kind of token", "[provider]")
{
    Desk desk(Kind::gitlab);
    desk.transport.reply(200, user);
    desk.transport.reply(200, R"({"scopes": ["api"], "expires_at": "2026-12-30"})");
    const auto personal = desk.client->verify();
    CHECK(personal.scopes == std::vector<std::string>{"api"});
    CHECK(personal.expires_at == find_rfc3339("2026-12-30T00:00:00Z"));
    CHECK(desk.url(1) == "https://gitlab.com/api/v4/personal_access_tokens/self");
    CHECK(desk.header(1, "authorization") == "Bearer t0ken");
    CHECK(desk.header(1, "private-token").empty());

    const int status = GENERATE(400, 401, 403, 404);
    CAPTURE(status);
    desk.transport.reply(200, user);
    desk.transport.reply(status, R"({"message": "no"})");
    desk.transport.reply(200, R"({"scope": ["read_api"], "expires_in": 7200})");
    const auto granted = desk.client->verify();
    CHECK(granted.scopes == std::vector<std::string>{"read_api"});
    CHECK(granted.expires_at == find_rfc3339("2026-11-24T12:00:00Z"));
    CHECK(desk.url(4) == "https://gitlab.com/oauth/token/info");
}

TEST_CASE("Client's verify takes a login as it is given, but no control characters", "[provider]")
{
    const auto kind = GENERATE(Kind::github, Kind::gitlab);
    const auto answer = [](const std::string& login) {
        return R"({"login": ")" + login + R"(", "username": ")" + login + "\"}";
    };
    Desk desk(kind);
    desk.transport.reply(200, answer("\\u00e4da [bot]"));
    desk.transport.reply(200, R"({"scopes": []})");
    CHECK(desk.client->verify().login == "\xc3\xa4"
                                         "da [bot]");
    for (const auto* login : {"", "a\\u001b[2J", "a\\n::", "a\\tb", "a\\u0007", "a\\u202e", "a\\u0085"}) {
        CAPTURE(login);
        Desk hostile(kind);
        hostile.transport.reply(200, answer(login));
        const auto error = error_of([&] { (void)hostile.client->verify(); });
        CHECK(error.kind() == ErrorKind::failed);
        CHECK(printable(error.message()) == error.message());
    }
}

TEST_CASE("Client tells refusals apart and repeats no token", "[provider]")
{
    struct Case {
        int status;
        http::Headers headers;
        ErrorKind kind;
        std::string words;
    };
    const auto row = GENERATE(values<Case>({
        {401, {}, ErrorKind::unauthenticated, "Bad *** here"},
        {403, {}, ErrorKind::not_allowed, "Bad *** here"},
        {403,
         {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1795518000"}},
         ErrorKind::unavailable,
         "2026-11-24T11:00:00.000Z"},
        {403, {{"Retry-After", "60"}}, ErrorKind::unavailable, "2026-11-24T10:01:00.000Z"},
        {429, {{"RateLimit-Reset", "1795518000"}, {"Retry-After", "7200"}}, ErrorKind::unavailable, "12:00:00"},
        {404, {}, ErrorKind::not_found, "HTTP 404"},
        {422, {}, ErrorKind::conflict, "HTTP 422"},
        {400, {}, ErrorKind::failed, "HTTP 400"},
    }));
    CAPTURE(row.status, row.words);
    Desk desk(GENERATE(Kind::github, Kind::gitlab));
    desk.transport.reply(row.status, R"({"message": "Bad t0ken\u001b[2J here"})", row.headers);
    const auto error = error_of([&] { (void)desk.client->verify(); });
    CAPTURE(error.message());
    CHECK(error.kind() == row.kind);
    CHECK(error.message().find("t0ken") == std::string::npos);
    CHECK(printable(error.message()) == error.message());
    if (row.words.find("***") == std::string::npos) {
        CHECK(error.message().find(row.words) != std::string::npos);
    } else {
        CHECK(error.message().find("Bad ***") != std::string::npos);
    }
}

TEST_CASE("Client sends its token to no other host", "[provider]")
{
    Desk desk(Kind::github);
    const auto* location = GENERATE("https://evil.example/user", "http://api.github.com/user", "//evil.example/user",
                                    "https://api.github.com:8443/user", "", "javascript:alert(1)");
    CAPTURE(location);
    desk.transport.reply(302, "", {{"Location", location}});
    const auto error = error_of([&] { (void)desk.client->verify(); });
    CHECK(error.message().find("redirect") != std::string::npos);
    CHECK(desk.transport.requests().size() == 1);
}

TEST_CASE("Client follows a moved repository on the same host, three times at most", "[provider]")
{
    Desk desk(Kind::github);
    desk.transport.reply(301, "", {{"Location", "https://api.github.com/repositories/7"}});
    desk.transport.reply(200, github_repository("web"));
    CHECK(desk.client->find_repository("acme", "old")->name == "web");
    for (int i = 0; i < 4; ++i) {
        desk.transport.reply(301, "", {{"Location", "/repositories/7"}});
    }
    CHECK_THROWS_AS(desk.client->find_repository("acme", "old"), Error);
    CHECK(desk.transport.used_up());
    CHECK(desk.url(5) == "https://api.github.com/repositories/7");
}

TEST_CASE("Client refuses answers of another type", "[provider]")
{
    Desk desk(Kind::gitlab);
    desk.transport.reply(200, "<html>sign in</html>", {{"Content-Type", "text/html; charset=utf-8"}});
    desk.transport.reply(200, "{\"username\": ", {{"Content-Type", "application/json"}});
    desk.transport.reply(200, "[]", {{"Content-Type", "application/json"}});
    for (int i = 0; i < 3; ++i) {
        CHECK(error_of([&] { (void)desk.client->verify(); }).kind() == ErrorKind::failed);
    }
}

TEST_CASE("list_repositories goes from page to page within the same origin", "[provider]")
{
    Desk desk(Kind::github);
    desk.transport.reply(200, "[" + github_repository("web") + "," + github_repository("api") + "]",
                         {{"Link", R"(<https://api.github.com/user/repos?page=1>; rel="first", )"
                                   R"(<https://api.github.com/user/repos?page=2>; rel="next")"}});
    desk.transport.reply(200, "[" + github_repository("webshop") + "]",
                         {{"Link", R"(<https://evil.example/user/repos?page=3>; rel="next")"}});
    const auto found = desk.client->list_repositories("WEB", 2);
    REQUIRE(found.size() == 2);
    CHECK(found[0].full_name() == "acme/web");
    CHECK(found[0].may_administer);
    CHECK(found[1].name == "webshop");
    CHECK(desk.url(1) == "https://api.github.com/user/repos?page=2");

    desk.transport.reply(200, "[]", {{"Link", R"(<https://evil.example/user/repos?page=3>; rel="next")"}});
    CHECK_THROWS_AS(desk.client->list_repositories("", 100), Error);
    CHECK(desk.transport.requests().size() == 3);
}

TEST_CASE("find_repository reads a project of nested groups", "[provider]")
{
    Desk desk(Kind::gitlab);
    desk.transport.reply(200, gitlab_project);
    desk.transport.reply(404, R"({"message": "404 Project Not Found"})");
    const auto found = desk.client->find_repository("acme/platform", "web");
    REQUIRE(found);
    CHECK(*found == provider::Repository{"acme/platform", "web", "https://gitlab.com/acme/platform/web.git",
                                         "https://gitlab.com/acme/platform/web", "", true, true, false});
    CHECK(desk.url(0) == "https://gitlab.com/api/v4/projects/acme%2Fplatform%2Fweb");
    CHECK_FALSE(desk.client->find_repository("acme", "../../user"));
    CHECK(desk.url(1) == "https://gitlab.com/api/v4/projects/acme%2F..%2F..%2Fuser");
}

TEST_CASE("find_repositories_named takes whole names only", "[provider]")
{
    Desk desk(Kind::github);
    desk.transport.reply(200, "[" + github_repository("web") + "," + github_repository("webshop") + "]");
    desk.transport.reply(200, github_repository("web"));
    const auto found = provider::find_repositories_named(*desk.client, "Web");
    REQUIRE(found.size() == 1);
    CHECK(found[0].name == "web");
    CHECK(provider::find_repositories_named(*desk.client, "acme/web").size() == 1);
    CHECK(desk.url(1) == "https://api.github.com/repos/acme/web");
}

TEST_CASE("set_webhook creates a webhook once and updates it after", "[provider]")
{
    struct Case {
        Kind kind;
        std::string existing;
        std::string hooks;
        std::string method;  ///< of the update
        std::string secret;  ///< in the body
    };
    const auto row = GENERATE(values<Case>({
        {Kind::github,
         R"([{"id": 6, "config": {"url": "https://other"}}, {"id": 7, "config": {"url": "https://a/h"}}])",
         "https://api.github.com/repos/acme/web/hooks", "PATCH", R"("secret":"s1gn")"},
        {Kind::gitlab, R"([{"id": 6, "url": "https://other"}, {"id": 7, "url": "https://a/h"}])",
         "https://gitlab.com/api/v4/projects/acme%2Fweb/hooks", "PUT", R"("token":"s1gn")"},
    }));
    CAPTURE(row.hooks);
    Desk desk(row.kind);
    provider::Repository repository;
    repository.owner = "acme";
    repository.name = "web";
    const provider::Webhook hook{"https://a/h", Secret("s1gn")};
    desk.transport.reply(200, "[]");
    desk.transport.reply(201, "{}");
    CHECK(desk.client->set_webhook(repository, hook) == provider::WebhookChange::created);
    CHECK(desk.transport.requests()[1].method == "POST");
    CHECK(desk.transport.requests()[1].once);
    CHECK(desk.url(1) == row.hooks);
    CHECK(desk.transport.requests()[1].body.find(row.secret) != std::string::npos);

    desk.transport.reply(200, row.existing);
    desk.transport.reply(200, "{}");
    CHECK(desk.client->set_webhook(repository, hook) == provider::WebhookChange::updated);
    CHECK(desk.transport.requests()[3].method == row.method);
    CHECK(desk.url(3) == row.hooks + "/7");
    CHECK(desk.waits.waited == std::vector<std::chrono::milliseconds>{1s});  // between changes

    desk.transport.reply(200, row.existing);
    desk.transport.reply(204, "");
    CHECK(desk.client->remove_webhook(repository, hook.url) == 1);
    CHECK(desk.transport.requests()[5].method == "DELETE");
    CHECK(desk.url(5) == row.hooks + "/7");
    CHECK(desk.transport.used_up());
}

TEST_CASE("parse_token trims and refuses what is none", "[provider]")
{
    CHECK(provider::parse_token(" tok\n").reveal() == "tok");
    for (const auto& text : {std::string(), std::string(" \n"), std::string("a b"), std::string("a\nb"),
                             std::string("t\xc3\xb6k"), std::string(4097, 'a')}) {
        CAPTURE(text);
        const auto error = error_of([&] { (void)provider::parse_token(text); });
        CHECK(error.kind() == ErrorKind::usage);
    }
}

TEST_CASE("missing_scopes knows which scopes include others", "[provider]")
{
    using provider::missing_scopes;
    CHECK(missing_scopes(Kind::github, {"repo"}, {"repo", "admin:repo_hook"}).empty());
    CHECK(missing_scopes(Kind::github, {"public_repo"}, {"repo"}) == std::vector<std::string>{"repo"});
    CHECK(missing_scopes(Kind::gitlab, {"api"}, {"read_api", "read_repository"}).empty());
    CHECK(missing_scopes(Kind::gitlab, {"read_api"}, {"read_api", "read_repository"}) ==
          std::vector<std::string>{"read_repository"});
    CHECK(missing_scopes(Kind::gitlab, {"repo"}, {"api"}) == std::vector<std::string>{"api"});
    CHECK(error_of([] { provider::require_scopes(Kind::github, {}, {"repo"}); }).message() ==
          "the token lacks the scope repo; it has none");
}
