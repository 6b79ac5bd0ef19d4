#include "api/session.hpp"
#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scripted_transport.hpp"

using namespace tinystacks;

namespace {

const api::Server server{"https://api.example.com/v1", Secret("token-of-the-test"), "blue"};

/// Patience whose waiting passes at once.
http::Patience quick()
{
    auto patience = http::real_patience();
    patience.wait = [](std::chrono::milliseconds, const Interruption&) {};
    patience.jitter = [] { return 0.5; };
    return patience;
}

std::string header_of(const http::Request& request, std::string_view name)
{
    for (const auto& [key, value] : request.headers) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

std::optional<Error> refusal_of(int status, http::Headers headers, const std::string& body)
{
    support::ScriptedTransport transport;
    transport.reply(status, body, std::move(headers));
    api::Session session(transport, server, quick());
    try {
        session.change({"POST", {"things"}, {}, "{}"});
        return std::nullopt;
    } catch (const Error& error) {
        return error;
    }
}

}  // namespace

TEST_CASE("Session::read sends credential, group and escaped names to its server", "[api]")
{
    support::ScriptedTransport transport;
    transport.reply(200, "[]", {{"Content-Type", "application/json; charset=utf-8"}});
    api::Session session(transport, server, quick());
    CHECK(session.read({"GET", {"things", "a b/c?d"}, {{"customerId", "x&y"}, {"version", ""}}}) == "[]");
    const auto& sent = transport.requests().front();
    CHECK(sent.url == "https://api.example.com/v1/things/a%20b%2Fc%3Fd?customerId=x%26y");
    CHECK(header_of(sent, "Authorization") == "Bearer token-of-the-test");
    CHECK(header_of(sent, "group") == "blue");
}

TEST_CASE("Session maps what a server refuses to kinds of errors", "[api]")
{
    const auto [status, kind] = GENERATE(table<int, ErrorKind>({
        {400, ErrorKind::invalid_input},
        {401, ErrorKind::unauthenticated},
        {403, ErrorKind::not_allowed},
        {404, ErrorKind::not_found},
        {409, ErrorKind::conflict},
        {422, ErrorKind::invalid_input},
        {500, ErrorKind::failed},
        {502, ErrorKind::failed},
        {503, ErrorKind::unavailable},
        {302, ErrorKind::failed},
    }));
    CAPTURE(status);
    const auto error = refusal_of(status, {{"Content-Type", "application/json"}},
                                  R"({"name":"E","message":"no way","status":1,"type":"Conflict"})");
    REQUIRE(error);
    CHECK(error->kind() == kind);
}

TEST_CASE("Session hides a token that a server repeats, and control characters", "[api]")
{
    const auto error = refusal_of(409, {{"Content-Type", "application/json"}},
                                  R"({"message":"token-of-the-test \u001b[31mred","type":"Conflict"})");
    REQUIRE(error);
    CHECK(error->message().find("token-of-the-test") == std::string::npos);
    CHECK(error->message().find('\x1b') == std::string::npos);
    CHECK(error->message().find("***") != std::string::npos);
}

TEST_CASE("Session::change sends once unless the server says that it did nothing", "[api]")
{
    support::ScriptedTransport transport;
    SECTION("an error is an answer")
    {
        transport.reply(500, "{}");
        api::Session session(transport, server, quick());
        CHECK_THROWS_AS(session.change({"PUT", {"things"}}), Error);
        CHECK(transport.requests().size() == 1);
    }
    SECTION("503 alone may have come after the work")
    {
        transport.reply(503, "{}");
        api::Session session(transport, server, quick());
        CHECK_THROWS_AS(session.change({"PUT", {"things"}}), Error);
        CHECK(transport.requests().size() == 1);
    }
    SECTION("429, and 503 with Retry-After")
    {
        transport.reply(429, "{}");
        transport.reply(503, "{}", {{"Retry-After", "1"}});
        transport.reply(200, "{}", {{"Content-Type", "application/json"}});
        api::Session session(transport, server, quick());
        CHECK(session.change({"PUT", {"things"}}) == "{}");
    }
    CHECK(transport.used_up());
    CHECK(transport.requests().front().once);
}

TEST_CASE("Session::read refuses a page that is no JSON", "[api]")
{
    support::ScriptedTransport transport;
    transport.reply(200, "<html>", {{"Content-Type", "text/html"}});
    api::Session session(transport, server, quick());
    CHECK_THROWS_WITH(session.read({"GET", {"things"}}), Catch::Matchers::Contains("text/html"));
}
