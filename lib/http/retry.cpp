#include "http/retry.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <random>

namespace tinystacks::http {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr int tries_at_most = 5;
constexpr milliseconds budget = 2min;
constexpr milliseconds first_window = 1s;
constexpr milliseconds window_cap = 20s;

std::optional<std::chrono::seconds> find_seconds(std::string_view text)
{
    constexpr long forever = 366L * 24 * 3600;  // more does not fit our durations, and means the same
    long seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (end != text.data() + text.size() || text.empty() || text.front() == '-') {
        return std::nullopt;
    }
    return std::chrono::seconds(error == std::errc::result_out_of_range ? forever : std::min(seconds, forever));
}

bool may_repeat(const Request& request)
{
    constexpr std::array methods = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};
    return std::ranges::find(methods, request.method) != methods.end() ||
           std::ranges::any_of(request.headers,
                               [](const auto& header) { return to_lower(header.first) == "idempotency-key"; });
}

bool is_worth_repeating(int status)
{
    return status == 408 || status == 429 || (status >= 500 && status != 501);
}

void wait_really(milliseconds duration, const Interruption& interruption)
{
    std::mutex mutex;
    std::condition_variable_any wake;
    const std::stop_callback on_now(interruption.now, [&] {
        const std::lock_guard lock(mutex);
        wake.notify_all();
    });
    std::unique_lock lock(mutex);
    wake.wait_for(lock, interruption.gently, duration, [&] { return interruption.now.stop_requested(); });
    if (interruption.requested()) {
        throw Interrupted();
    }
}

/// One try: its answer, or its Error{failed}.
struct Try {
    std::optional<Response> response;
    std::optional<Error> error;
};

Try try_once(Transport& transport, const Request& request, const OnBody& on_body, const Interruption& interruption)
{
    bool receiver_threw = false;
    const auto guarded = [&](std::string_view piece) {
        receiver_threw = true;
        if (on_body) {
            on_body(piece);
        }
        receiver_threw = false;
    };
    try {
        return {transport.send(request, guarded, interruption), std::nullopt};
    } catch (const Error& error) {
        if (receiver_threw || error.kind() != ErrorKind::failed) {
            throw;
        }
        return {std::nullopt, error};
    }
}

}  // namespace

std::optional<milliseconds> find_retry_wait(int tries, milliseconds elapsed, std::optional<int> status,
                                            std::optional<std::string> retry_after, double jitter)
{
    if (tries >= tries_at_most || (status && !is_worth_repeating(*status))) {
        return std::nullopt;
    }
    const auto window = std::min(window_cap, first_window * (1 << std::clamp(tries - 1, 0, tries_at_most)));
    auto wait = milliseconds(static_cast<milliseconds::rep>(static_cast<double>(window.count()) * jitter));
    if (const auto least = retry_after ? find_seconds(trim(*retry_after)) : std::nullopt) {
        wait = std::max<milliseconds>(wait, *least);
    }
    return elapsed + wait > budget ? std::nullopt : std::optional(wait);
}

std::optional<std::chrono::seconds> find_retry_after(std::string_view value, Time now)
{
    const auto text = trim(value);
    if (const auto seconds = find_seconds(text)) {
        return seconds;
    }
    const auto then = find_date(text);
    return then ? std::optional(std::max(0s, std::chrono::ceil<std::chrono::seconds>(*then - now))) : std::nullopt;
}

std::optional<std::chrono::seconds> find_retry_after(const Response& response, Time now)
{
    const auto header = response.find_header("retry-after");
    return header ? find_retry_after(*header, now) : std::nullopt;
}

Patience real_patience()
{
    return {std::chrono::steady_clock::now, system_time, wait_really, [] {
                std::random_device chance;
                return std::uniform_real_distribution<double>(0, 1)(chance);
            }};
}

Response send_with_retry(Transport& transport, const Request& request, const std::function<OnBody()>& start_body,
                         const Interruption& interruption, const Patience& patience)
{
    const auto start = patience.now();
    for (int tries = 1;; ++tries) {
        auto outcome = try_once(transport, request, start_body(), interruption);
        std::optional<int> status;
        std::optional<std::string> retry_after;
        if (outcome.response) {
            status = outcome.response->status;
            if (const auto least = find_retry_after(*outcome.response, patience.clock())) {
                retry_after = std::to_string(least->count());
            }
        }
        const auto elapsed = std::chrono::duration_cast<milliseconds>(patience.now() - start);
        const auto wait = may_repeat(request) ? find_retry_wait(tries, elapsed, status, retry_after, patience.jitter())
                                              : std::nullopt;
        if (!wait && outcome.error) {
            throw *outcome.error;
        }
        if (!wait) {
            return std::move(*outcome.response);
        }
        patience.wait(*wait, interruption);
    }
}

Exchange fetch_with_retry(Transport& transport, const Request& request, const Interruption& interruption,
                          std::size_t limit, const Patience& patience)
{
    Exchange exchange;
    const auto start_body = [&] {
        exchange.body.clear();
        return keep_body(exchange.body, limit);
    };
    exchange.response = send_with_retry(transport, request, start_body, interruption, patience);
    return exchange;
}

}  // namespace tinystacks::http
