#pragma once

#include "base/error.hpp"
#include "base/interruption.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tinystacks::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Where http is allowed beside https.
enum class ClearText {
    this_machine,          ///< loopback addresses
    credentials_endpoint,  ///< those, and the link-local addresses at which AWS gives an instance or container its keys
};

/// Who named the host of a URL, and with it where the URL may lead.
enum class NamedBy {
    operator_,  ///< the command line, a configuration, a project file: anywhere
    server,     ///< another host's answer: to the public network only, whatever its name resolves to
};

struct Request {
    std::string method = "GET";
    std::string url = {};                  ///< https, or http where `clear_text` allows it; no user name or password
    Headers headers = {};                  ///< no control character: Error{invalid_input}
    std::string body = {};                 ///< referenced while it is sent
    std::filesystem::path body_file = {};  ///< streamed as the body when not empty; then `body` is not used
    std::chrono::milliseconds timeout = std::chrono::seconds(60);
    bool may_be_silent = false;  ///< until the timeout: who answers has to work first
    bool once = false;  ///< on a new connection: on a kept one that broke libcurl sends a request again by itself
    ClearText clear_text = ClearText::this_machine;
    NamedBy named_by = NamedBy::operator_;
};

struct Response {
    int status = 0;
    Headers headers = {};
    /// The value of a header, whatever the case of its name.
    [[nodiscard]] std::optional<std::string> find_header(std::string_view name) const;
};

using OnBody = std::function<void(std::string_view)>;

/// A request went out and no whole answer came back: whether it was carried out is unknown. Of kind failed.
class Unanswered : public Error {
public:
    explicit Unanswered(const Error& error) : Error(error) {}
};

/// The seam to the network.
class Transport {
public:
    virtual ~Transport() = default;
    /// Performs exactly one exchange: no retry, no redirect followed. Any status is a Response.
    /// Throws Error{failed} when none arrived, as Unanswered when the request was sent; Error{unavailable} when the
    /// server's certificate cannot be trusted or there is no libcurl (asking again will not help); Error{not_allowed}
    /// for clear text to a host that is not this machine, and for a URL of a server's that leads out of the public
    /// network; Error{invalid_input} for a request that cannot be sent; Interrupted at once on either level.
    virtual Response send(const Request& request, const OnBody& on_body, const Interruption& interruption) = 0;
};

/// Appends to `body`, at most `limit` bytes (more is Error{failed}). `body` must outlive it.
[[nodiscard]] OnBody keep_body(std::string& body, std::size_t limit);

struct Exchange {
    Response response;
    std::string body;
};

/// send() with the body kept, at most `limit` bytes (more is Error{failed}).
[[nodiscard]] Exchange fetch(Transport& transport, const Request& request, const Interruption& interruption = {},
                             std::size_t limit = std::size_t{10} << 20);

/// Whether `host` (a name or address without port, IPv6 with or without brackets) is this machine: 127.0.0.0/8, ::1 or
/// localhost. There is clear text allowed, and there no proxy is used.
[[nodiscard]] bool is_loopback(std::string_view host);

/// Whether `host` is an address at which AWS gives out keys: 169.254.169.254 and fd00:ec2::254 (EC2), 169.254.170.2
/// (ECS), 169.254.170.23 and fd00:ec2::23 (EKS). Nothing else in these networks is.
[[nodiscard]] bool is_credentials_endpoint(std::string_view host);

/// Retries idempotent requests: on no answer, 408, 429 and 5xx except 501; full jitter from 1 s, cap 20 s, five tries,
/// two minutes in all; `Retry-After` is the least wait, and ends the tries when it lies beyond. Pure: how long to wait
/// before try number `tries`+1, or empty to give up. `retry_after` is in seconds (find_retry_after() makes them of a
/// date), anything else is ignored; `jitter` is in [0,1). Source: security requirement HC-07.
[[nodiscard]] std::optional<std::chrono::milliseconds> find_retry_wait(int tries, std::chrono::milliseconds elapsed,
                                                                       std::optional<int> status,
                                                                       std::optional<std::string> retry_after,
                                                                       double jitter);

}  // namespace tinystacks::http
