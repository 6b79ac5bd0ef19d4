#include "provider/oauth.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/form.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/scripted_transport.hpp"
#include "tests/support/waits.hpp"

#include <algorithm>

using namespace tinystacks;
using namespace std::chrono_literals;
using provider::Kind;

namespace {

const provider::Application github{{Kind::github, "github.com"}, "Iv1.shop"};
const provider::Application gitlab{{Kind::gitlab, "gitlab.acme.com"}, "shop"};
const std::string pending = R"({"error": "authorization_pending"})";
const std::string granted = R"({"access_token": "gho_x", "token_type": "bearer", "scope": "repo,gist"})";

/// A provider that answers in the order of a script, and a clock that waiting moves.
struct Desk {
    support::ScriptedTransport transport;
    support::Waits waits;

    provider::World world()
    {
        return {transport, [] { return *find_rfc3339("2026-11-24T10:00:00.000Z"); }, waits.patience()};
    }
    provider::Grant wait_for_grant(const provider::Application& application = github, std::chrono::seconds life = 900s)
    {
        const provider::DeviceCode code{"WDJB-MJHT", "https://github.com/login/device", Secret("d3v1ce"), 5s, life};
        return provider::await_grant(application, code,
                                     provider::scopes_for(application.site.kind, provider::Use::read), world());
    }
    std::string field(std::size_t request, std::string_view name) const
    {
        return http::find_value(http::parse_form(transport.requests()[request].body), name).value_or("");
    }
};

std::string begun(const std::string& more)
{
    return R"({"device_code": "dddddddddddddddddddddddddddddddddddddddd", "user_code": "WDJB-MJHT")" + more + "}";
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

TEST_CASE("start_device_flow asks for a code and shows it", "[provider]")
{
    Desk desk;
    desk.transport.reply(200, begun(R"(, "verification_uri": "https://github.com/login/device", "expires_in": 900,
        "interval": 7)"));
    const auto code = provider::start_device_flow(github, {"repo", "gist"}, desk.world());
    CHECK(code.user_code == "WDJB-MJHT");
    CHECK(code.interval == 7s);
    CHECK(code.expires_in == 900s);
    const auto& request = desk.transport.requests().front();
    CHECK(request.method == "POST");
    CHECK(request.url == "https://github.com/login/device/code");
    CHECK(desk.field(0, "client_id") == "Iv1.shop");
    CHECK(desk.field(0, "scope") == "repo gist");
}

TEST_CASE("start_device_flow asks GitLab where GitLab is asked", "[provider]")
{
    Desk desk;
    desk.transport.reply(200, begun(R"(, "verification_uri": "https://gitlab.acme.com/oauth/device")"));
    const auto code = provider::start_device_flow(gitlab, {"read_api"}, desk.world());
    CHECK(desk.transport.requests().front().url == "https://gitlab.acme.com/oauth/authorize_device");
    CHECK(code.interval == 5s);
    CHECK(code.expires_in == 900s);
}

TEST_CASE("start_device_flow keeps its pace within bounds", "[provider]")
{
    struct Case {
        std::string members;
        std::chrono::seconds interval, expires_in;
    };
    const auto row = GENERATE(values<Case>({
        {R"("expires_in": 900, "interval": 0)", 5s, 900s},
        {R"("expires_in": 900, "interval": -1)", 5s, 900s},
        {R"("expires_in": 900, "interval": 300)", 60s, 900s},
        {R"("expires_in": 999999, "interval": 5)", 5s, 1800s},
        {R"("expires_in": "900", "interval": "10")", 10s, 900s},
        {R"("expires_in": null, "interval": [])", 5s, 900s},
        {R"("expires_in": "x", "interval": 5)", 5s, 900s},
    }));
    CAPTURE(row.members);
    Desk desk;
    desk.transport.reply(200, begun(R"(, "verification_uri": "https://github.com/login/device", )" + row.members));
    const auto code = provider::start_device_flow(github, {}, desk.world());
    CHECK(code.interval == row.interval);
    CHECK(code.expires_in == row.expires_in);
}

TEST_CASE("start_device_flow distrusts hostile answers", "[provider]")
{
    struct Case {
        int status;
        std::string body;
        std::string word;
        ErrorKind kind = ErrorKind::failed;
    };
    const auto uri = [](const std::string& text) { return begun(R"(, "verification_uri": ")" + text + "\""); };
    const auto row = GENERATE_COPY(values<Case>({
        {200, uri("javascript:alert(1)"), "verification"},
        {200, uri("--help"), "verification"},
        {200, uri("http://github.com/login/device"), "verification"},
        {200, uri("https://github.com.evil.example/login/device"), "verification"},
        {200, uri("https://github.com@evil.example/"), "verification"},
        {200, begun(""), "verification"},
        {200, begun(R"(, "verification_uri": "https://github.com/login/device", "interval": 1000000000000)"),
         "interval"},
        {200, begun(R"(, "verification_uri": "https://github.com/login/device", "expires_in": -1)"), "expired already"},
        {200, begun(R"(, "verification_uri": "https://github.com/login/device", "expires_in": 0)"), "expired already"},
        {200, R"({"device_code": "d", "user_code": "\u001b[31mX", "verification_uri": "https://github.com/"})", "code"},
        {200, R"({"device_code": "", "user_code": "ABCD-EFGH", "verification_uri": "https://github.com/"})", "code"},
        {302, "", "redirect"},
        {200, "[]", "JSON"},
        {502, "<html>", "JSON"},
        {400, R"({"error": "device_flow_disabled"})", "not enabled"},
        {401, R"({"error": "invalid_client"})", "no application 'Iv1.shop'"},
        {404, R"({"error": "Not Found"})", "no device flow", ErrorKind::unavailable},
    }));
    CAPTURE(row.body);
    Desk desk;
    desk.transport.reply(row.status, row.body, {{"Content-Type", "application/json"}});
    const auto error = error_of([&] { (void)provider::start_device_flow(github, {}, desk.world()); });
    CAPTURE(error.message());
    CHECK(error.kind() == row.kind);
    CHECK(error.message().find(row.word) != std::string::npos);
    CHECK(printable(error.message()) == error.message());
    CHECK(desk.transport.used_up());
}

TEST_CASE("await_grant asks until somebody typed the code", "[provider]")
{
    Desk desk;
    desk.transport.reply(200, pending);
    desk.transport.reply(400, pending);
    desk.transport.reply(200, granted);
    const auto grant = desk.wait_for_grant();
    CHECK(grant.access_token.reveal() == "gho_x");
    CHECK(grant.scopes == std::vector<std::string>{"repo", "gist"});
    CHECK_FALSE(grant.expires_at);
    CHECK(desk.waits.waited == std::vector<std::chrono::milliseconds>{6s, 6s, 6s});
    CHECK(desk.transport.requests()[0].url == "https://github.com/login/oauth/access_token");
    CHECK(desk.field(0, "device_code") == "d3v1ce");
    CHECK(desk.field(0, "grant_type") == "urn:ietf:params:oauth:grant-type:device_code");
}

TEST_CASE("await_grant keeps what GitLab grants, and until when", "[provider]")
{
    Desk desk;
    desk.transport.reply(200, R"({"access_token": "a", "refresh_token": "r", "expires_in": 7200,
        "scope": "read_api read_repository"})");
    const auto grant = desk.wait_for_grant(gitlab);
    CHECK(grant.refresh_token.reveal() == "r");
    CHECK(grant.expires_at == find_rfc3339("2026-11-24T12:00:00Z"));
    CHECK(desk.transport.requests()[0].url == "https://gitlab.acme.com/oauth/token");
}

TEST_CASE("await_grant slows down for good, and stops when it is asked too often", "[provider]")
{
    Desk desk;
    desk.transport.reply(200, R"({"error": "slow_down", "interval": 10})");
    desk.transport.reply(200, pending);
    desk.transport.reply(200, R"({"error": "slow_down"})");
    desk.transport.reply(200, R"({"error": "slow_down", "interval": 1000000000000})");
    desk.transport.reply(200, pending);
    desk.transport.reply(200, R"({"error": "slow_down"})");
    const auto error = error_of([&] { (void)desk.wait_for_grant(); });
    CHECK(error.kind() == ErrorKind::failed);
    CHECK(desk.waits.waited == std::vector<std::chrono::milliseconds>{6s, 12s, 12s, 18s, 72s, 72s});
    CHECK(desk.transport.used_up());
}

TEST_CASE("await_grant waits longer after each question without an answer", "[provider]")
{
    Desk desk;
    desk.transport.fail("cannot connect");
    desk.transport.reply(502, "<html>");
    desk.transport.reply(200, pending);
    desk.transport.reply(200, granted);
    (void)desk.wait_for_grant();
    CHECK(desk.waits.waited == std::vector<std::chrono::milliseconds>{6s, 12s, 24s, 6s});
}

TEST_CASE("await_grant ends when the code does", "[provider]")
{
    Desk desk;
    for (int i = 0; i < 4; ++i) {
        desk.transport.reply(200, pending);
    }
    const auto error = error_of([&] { (void)desk.wait_for_grant(github, 28s); });
    CHECK(error.message().find("expired") != std::string::npos);
    CHECK(error.message().find("again") != std::string::npos);
    CHECK(desk.waits.steady.time_since_epoch() == 28s);
    CHECK(desk.transport.used_up());
}

TEST_CASE("await_grant asks a last time just before the code ends", "[provider]")
{
    struct Case {
        std::chrono::seconds life;
        std::vector<std::chrono::milliseconds> waited;  ///< the last of them until the end
    };
    const auto row = GENERATE(values<Case>({
        {28s, {6s, 6s, 6s, 8s, 2s}},  // there is no room for two more
        {20s, {6s, 6s, 6s, 2s}},
        {13s, {11s, 2s}},
        {8s, {6s, 2s}},
        {7s, {7s}},  // the pace comes first
    }));
    CAPTURE(row.life.count());
    Desk desk;
    for (std::size_t asked = 1; asked < row.waited.size(); ++asked) {
        desk.transport.reply(200, pending);
    }
    CHECK(error_of([&] { (void)desk.wait_for_grant(github, row.life); }).kind() == ErrorKind::failed);
    CHECK(desk.waits.waited == row.waited);
    CHECK(desk.transport.used_up());
}

TEST_CASE("await_grant asks before the end also after a long silence", "[provider]")
{
    Desk desk;
    desk.transport.fail("cannot connect");
    desk.transport.fail("cannot connect");
    desk.transport.reply(200, granted);
    (void)desk.wait_for_grant(github, 35s);
    CHECK(desk.waits.waited == std::vector<std::chrono::milliseconds>{6s, 12s, 15s});
}

TEST_CASE("await_grant gives up when an answer is too long", "[provider]")
{
    Desk desk;
    desk.transport.reply(200, R"({"error": "authorization_pending", "more": ")" + std::string(70'000, 'x') + "\"}");
    CHECK(error_of([&] { (void)desk.wait_for_grant(); }).message().find("larger than") != std::string::npos);
    CHECK(desk.transport.used_up());
}

TEST_CASE("no form of OAuth is sent twice by the transport", "[provider]")
{
    Desk desk;
    desk.transport.reply(200, begun(R"(, "verification_uri": "https://github.com/login/device")"));
    desk.transport.reply(200, granted);
    desk.transport.reply(200, R"({"access_token": "a2", "refresh_token": "r2"})");
    desk.transport.reply(200, "{}");
    (void)provider::start_device_flow(github, {}, desk.world());
    (void)desk.wait_for_grant();
    (void)provider::refresh_grant(gitlab, Secret("r1"), desk.world());
    (void)provider::revoke(gitlab, Secret("a"), desk.world());
    CHECK(std::ranges::all_of(desk.transport.requests(), &http::Request::once));
}

TEST_CASE("await_grant is interrupted at once", "[provider]")
{
    Desk desk;
    std::stop_source stop;
    stop.request_stop();
    const provider::DeviceCode code{"WDJB-MJHT", "https://github.com/login/device", Secret("d"), 5s, 900s};
    CHECK_THROWS_AS(provider::await_grant(github, code, {}, desk.world(), {stop.get_token(), {}}), Interrupted);
    CHECK(desk.transport.requests().empty());
}

TEST_CASE("await_grant refuses what is no grant, and never shows it", "[provider]")
{
    struct Case {
        int status;
        std::string type;
        std::string body;
        ErrorKind kind;
        std::vector<std::string> words;
    };
    const std::string json = "application/json";
    const auto row = GENERATE_COPY(values<Case>({
        {200, json, R"({"error": "expired_token"})", ErrorKind::failed, {"expired", "again"}},
        {200, json, R"({"error": "token_expired"})", ErrorKind::failed, {"expired", "again"}},
        {200, json, R"({"error": "access_denied"})", ErrorKind::not_allowed, {"denied"}},
        {400, json, R"({"error": "device_flow_disabled"})", ErrorKind::failed, {"device flow", "enabled"}},
        {400, json, R"({"error": "\u001b[2Jx", "error_description": "no\u0007"})", ErrorKind::failed, {"refuses"}},
        {400, json, "{}", ErrorKind::failed, {"HTTP 400"}},
        {200, json, R"({"access_token": "", "token_type": "bearer"})", ErrorKind::failed, {"empty"}},
        {200, json, R"({"access_token": "gho s3cret"})", ErrorKind::failed, {"no token"}},
        {200, json, R"({"access_token": "gho_s3cret", "scope": "read:user"})", ErrorKind::failed, {"scope", "repo"}},
        {200, "text/html", R"({"access_token": "gho_s3cret"})", ErrorKind::failed, {"JSON"}},
        {302, json, "", ErrorKind::failed, {"redirect"}},
    }));
    CAPTURE(row.body);
    Desk desk;
    desk.transport.reply(row.status, row.body, {{"Content-Type", row.type}, {"Location", "https://evil.example/"}});
    const auto error = error_of([&] { (void)desk.wait_for_grant(); });
    CAPTURE(error.message());
    CHECK(error.kind() == row.kind);
    for (const auto& word : row.words) {
        CHECK(error.message().find(word) != std::string::npos);
    }
    CHECK(error.message().find("s3cret") == std::string::npos);
    CHECK(printable(error.message()) == error.message());
    CHECK(desk.transport.used_up());
}

TEST_CASE("await_grant reads a form where GitHub answers with one", "[provider]")
{
    Desk desk;
    desk.transport.reply(200, "access_token=gho_x&scope=repo&token_type=bearer",
                         {{"Content-Type", "application/x-www-form-urlencoded"}});
    CHECK(desk.wait_for_grant().access_token.reveal() == "gho_x");
}

TEST_CASE("refresh_grant gives a new pair, or says that it takes a new login", "[provider]")
{
    Desk desk;
    desk.transport.reply(200, R"({"access_token": "a2", "refresh_token": "r2", "expires_in": 7200})");
    desk.transport.reply(400, R"({"error": "invalid_grant"})");
    const auto grant = provider::refresh_grant(gitlab, Secret("r1"), desk.world());
    CHECK(grant.access_token.reveal() == "a2");
    CHECK(grant.refresh_token.reveal() == "r2");
    CHECK(desk.field(0, "refresh_token") == "r1");
    CHECK(desk.field(0, "client_id") == "shop");
    const auto error = error_of([&] { (void)provider::refresh_grant(gitlab, Secret("r1"), desk.world()); });
    CHECK(error.kind() == ErrorKind::unauthenticated);
    CHECK(error.hint() == "tinystacks connect gitlab --host gitlab.acme.com");
}

TEST_CASE("revoke does it at GitLab and says where it is done at GitHub", "[provider]")
{
    Desk desk;
    desk.transport.reply(200, "{}");
    desk.transport.reply(503, "");
    CHECK(provider::revoke(gitlab, Secret("a"), desk.world()).revoked);
    CHECK(desk.transport.requests()[0].url == "https://gitlab.acme.com/oauth/revoke");
    CHECK(desk.field(0, "token") == "a");
    CHECK(error_of([&] { (void)provider::revoke(gitlab, Secret("a"), desk.world()); }).kind() == ErrorKind::failed);

    const auto left = provider::revoke(github, Secret("a"), desk.world());
    CHECK_FALSE(left.revoked);
    CHECK(left.advice.find("https://github.com/settings/connections/applications/Iv1.shop") != std::string::npos);
    CHECK_FALSE(provider::revoke({gitlab.site, ""}, Secret("a"), desk.world()).advice.empty());
    CHECK(desk.transport.requests().size() == 2);
}
