#pragma once

#include "base/interruption.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tinystacks::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::string method = "GET";
    std::string url;  ///< https, or http to a loopback address
    Headers headers;  ///< no CR, LF or NUL: Error{invalid_input}
    std::string body;
    std::chrono::milliseconds timeout = std::chrono::seconds(60);
};

struct Response {
    int status = 0;
    Headers headers;
    /// The value of a header, whatever the case of its name.
    [[nodiscard]] std::optional<std::string> find_header(std::string_view name) const;
};

using OnBody = std::function<void(std::string_view)>;

/// The seam to the network.
class Transport {
public:
    virtual ~Transport() = default;
    /// Performs exactly one exchange: no retry, no redirect to another host. Any status is a Response.
    /// Throws Error{failed} when none arrived, Error{not_allowed} for clear text to a host that is not this machine.
    virtual Response send(const Request& request, const OnBody& on_body, const Interruption& interruption) = 0;
};

struct Exchange {
    Response response;
    std::string body;
};

/// send() with the body kept, at most `limit` bytes (more is Error{failed}).
[[nodiscard]] Exchange fetch(Transport& transport, const Request& request, const Interruption& interruption = {},
                             std::size_t limit = std::size_t{10} << 20);

/// Retries idempotent requests: on no answer, 408, 429 and 5xx except 501; full jitter from 1 s, cap 20 s, five tries,
/// two minutes in all; `Retry-After` is the least wait, and ends the tries when it lies beyond. Pure: how long to wait
/// before try number `tries`+1, or empty to give up. `jitter` is in [0,1). Source: security requirement HC-07.
[[nodiscard]] std::optional<std::chrono::milliseconds> find_retry_wait(int tries, std::chrono::milliseconds elapsed,
                                                                       std::optional<int> status,
                                                                       std::optional<std::string> retry_after,
                                                                       double jitter);

}  // namespace tinystacks::http
