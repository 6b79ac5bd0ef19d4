#include "http/retry.hpp"

#include "base/error.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/scripted_transport.hpp"
#include "tests/support/waits.hpp"

#include <algorithm>
#include <vector>

using namespace tinystacks;
using namespace std::chrono_literals;
using http::find_retry_wait;
using support::Waits;

TEST_CASE("find_retry_wait spreads waits over a window that doubles up to its cap", "[http]")
{
    CHECK(find_retry_wait(1, 0ms, 503, {}, 0.0) == 0ms);
    CHECK(find_retry_wait(1, 0ms, 503, {}, 0.5) == 500ms);
    CHECK(find_retry_wait(2, 0ms, 503, {}, 0.5) == 1s);
    CHECK(find_retry_wait(4, 0ms, {}, {}, 0.5) == 4s);
    for (int tries = 1; tries < 5; ++tries) {
        CHECK(find_retry_wait(tries, 0ms, {}, {}, 0.999) < 20s);
    }
}

TEST_CASE("find_retry_wait gives up after five tries and two minutes", "[http]")
{
    CHECK(find_retry_wait(4, 0ms, 503, {}, 0.1));
    CHECK_FALSE(find_retry_wait(5, 0ms, 503, {}, 0.1));
    CHECK(find_retry_wait(1, 119s, 503, {}, 0.9));
    CHECK_FALSE(find_retry_wait(2, 119s, 503, {}, 0.9));
}

TEST_CASE("find_retry_wait repeats only what another try may change", "[http]")
{
    for (const int status : {408, 429, 500, 502, 503, 504, 599}) {
        CAPTURE(status);
        CHECK(find_retry_wait(1, 0ms, status, {}, 0.1));
    }
    for (const int status : {200, 201, 301, 400, 401, 403, 404, 409, 501}) {
        CAPTURE(status);
        CHECK_FALSE(find_retry_wait(1, 0ms, status, {}, 0.1));
    }
    CHECK(find_retry_wait(1, 0ms, {}, {}, 0.1));
}

TEST_CASE("find_retry_wait takes Retry-After as the least wait", "[http]")
{
    CHECK(find_retry_wait(1, 0ms, 429, "7", 0.5) == 7s);
    CHECK(find_retry_wait(1, 0ms, 429, " 7 ", 0.5) == 7s);
    CHECK(find_retry_wait(1, 0ms, 429, "0", 0.5) == 500ms);
    CHECK(find_retry_wait(1, 0ms, 429, "-1", 0.5) == 500ms);
    CHECK(find_retry_wait(1, 0ms, 429, "soon", 0.5) == 500ms);
    CHECK(find_retry_wait(1, 0ms, 429, "", 0.5) == 500ms);
    CHECK(find_retry_wait(1, 0ms, 429, "120", 0.5) == 120s);
    CHECK_FALSE(find_retry_wait(1, 1s, 429, "120", 0.5));
    CHECK_FALSE(find_retry_wait(1, 0ms, 429, "86400", 0.5));
    CHECK_FALSE(find_retry_wait(1, 0ms, 429, "99999999999999999999999", 0.5));
}

TEST_CASE("find_retry_after reads seconds and dates", "[http]")
{
    const auto now = *find_rfc3339("2026-11-24T10:00:00.000Z");
    CHECK(http::find_retry_after("7", now) == 7s);
    CHECK(http::find_retry_after("Tue, 24 Nov 2026 10:00:30 GMT", now) == 30s);
    CHECK(http::find_retry_after("Tue, 24 Nov 2026 09:00:00 GMT", now) == 0s);
    CHECK(http::find_retry_after("86400", now) == 24h);
    CHECK_FALSE(http::find_retry_after("-1", now));
    CHECK_FALSE(http::find_retry_after("soon", now));
    CHECK_FALSE(http::find_retry_after("Tue, 24 Nov 2026 10:00:30 GMT+1", now));
}

TEST_CASE("fetch_with_retry repeats an idempotent request until it is answered", "[http]")
{
    support::ScriptedTransport transport;
    transport.reply(503, "half");
    transport.fail("connection refused");
    transport.reply(429, "", {{"Retry-After", "Tue, 24 Nov 2026 10:00:09 GMT"}});
    transport.reply(200, "whole");
    Waits waits;
    const auto exchange = http::fetch_with_retry(transport, {.url = "https://a/"}, {}, 100, waits.patience(0.5));
    CHECK(exchange.response.status == 200);
    CHECK(exchange.body == "whole");
    CHECK(waits.waited == std::vector<std::chrono::milliseconds>{500ms, 1s, 9s});
    CHECK(transport.used_up());
}

TEST_CASE("fetch_with_retry returns the last answer when it gives up", "[http]")
{
    support::ScriptedTransport transport;
    for (int i = 0; i < 5; ++i) {
        transport.reply(503, "busy");
    }
    Waits waits;
    const auto exchange = http::fetch_with_retry(transport, {.url = "https://a/"}, {}, 100, waits.patience(0.5));
    CHECK(exchange.response.status == 503);
    CHECK(exchange.body == "busy");
    CHECK(transport.used_up());
}

TEST_CASE("send_with_retry sends a POST again only with an idempotency key", "[http]")
{
    support::ScriptedTransport transport;
    transport.reply(503, "");
    Waits waits;
    http::Request request{.method = "POST", .url = "https://a/"};
    CHECK(http::fetch_with_retry(transport, request, {}, 100, waits.patience(0.5)).response.status == 503);
    CHECK(waits.waited.empty());

    transport.reply(503, "");
    transport.reply(200, "");
    request.headers = {{"idempotency-key", "1"}};
    CHECK(http::fetch_with_retry(transport, request, {}, 100, waits.patience(0.5)).response.status == 200);
    CHECK(transport.used_up());
}

TEST_CASE("send_with_retry does not repeat what the receiver of the body threw", "[http]")
{
    support::ScriptedTransport transport;
    transport.reply(200, "too much");
    Waits waits;
    CHECK_THROWS_AS(http::fetch_with_retry(transport, {.url = "https://a/"}, {}, 3, waits.patience(0.5)), Error);
    CHECK(waits.waited.empty());
}

TEST_CASE("real_patience ends a wait when it is interrupted", "[http]")
{
    for (const bool gently : {true, false}) {
        CAPTURE(gently);
        std::stop_source source;
        source.request_stop();
        const auto interruption = gently ? Interruption{source.get_token(), {}} : Interruption{{}, source.get_token()};
        const auto start = std::chrono::steady_clock::now();
        CHECK_THROWS_AS(http::real_patience().wait(1h, interruption), Interrupted);
        CHECK(std::chrono::steady_clock::now() - start < 5s);
    }
    CHECK_NOTHROW(http::real_patience().wait(1ms, {}));
}

TEST_CASE("real_patience spreads the first retries of many clients over the whole window", "[http]")
{
    std::vector<std::chrono::milliseconds> waits;
    for (int client = 0; client < 1000; ++client) {
        waits.push_back(find_retry_wait(1, 0ms, 503, {}, http::real_patience().jitter()).value());
    }
    const auto [least, most] = std::ranges::minmax(waits);
    CHECK(least >= 0ms);
    CHECK(most < 1s);
    CHECK(most - least >= 900ms);
}
