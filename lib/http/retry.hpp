#pragma once

#include "base/time.hpp"
#include "http/transport.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

namespace tinystacks::http {

/// What retrying needs of the world: time, waiting and chance.
struct Patience {
    std::function<std::chrono::steady_clock::time_point()> now;
    Clock clock;  ///< the time of day, for a Retry-After that is a date
    /// Throws Interrupted on either level.
    std::function<void(std::chrono::milliseconds, const Interruption&)> wait;
    std::function<double()> jitter;  ///< in [0,1)
};

/// The machine's own.
[[nodiscard]] Patience real_patience();

/// A Retry-After header as a wait from `now` on: seconds, or a date (RFC 9110, section 10.2.3). Empty when it is
/// neither or negative; a date in the past is zero.
[[nodiscard]] std::optional<std::chrono::seconds> find_retry_after(std::string_view value, Time now);
/// The same of an answer; empty when it asks for none.
[[nodiscard]] std::optional<std::chrono::seconds> find_retry_after(const Response& response, Time now);

/// send() until find_retry_wait() gives up; the last answer, whatever its status, or the last Error{failed}. Tries
/// again only what may be sent twice: GET, HEAD, PUT, DELETE, OPTIONS, and anything with an Idempotency-Key.
/// `start_body` is asked before each try for who receives its body; what that throws is not tried again.
Response send_with_retry(Transport& transport, const Request& request, const std::function<OnBody()>& start_body,
                         const Interruption& interruption = {}, const Patience& patience = real_patience());

/// fetch() with the same retries.
[[nodiscard]] Exchange fetch_with_retry(Transport& transport, const Request& request,
                                        const Interruption& interruption = {},
                                        std::size_t limit = std::size_t{10} << 20,
                                        const Patience& patience = real_patience());

}  // namespace tinystacks::http
