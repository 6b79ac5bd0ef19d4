#pragma once

#include "base/secret.hpp"
#include "http/retry.hpp"
#include "http/transport.hpp"
#include "mask/masker.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tinystacks::api {

/// A TinyStacks API and who asks it.
struct Server {
    std::string url;  ///< without a slash at its end
    Secret token;     ///< empty: none is sent
    std::string group;
    /// How long an answer may take, when it is asked for only once; empty: the usual time, and several tries.
    std::optional<std::chrono::milliseconds> haste = std::nullopt;
};

/// One operation of the contract.
struct Call {
    std::string method = "GET";
    std::vector<std::string> path;                             ///< segments, as they are called
    std::vector<std::pair<std::string, std::string>> query{};  ///< those without a value are left out
    std::string body = {};                                     ///< JSON
};

/// Asks a server that speaks the published contract.
///
/// The token goes to `Server::url` and nowhere else: redirects are not followed. What a server answers is bounded, must
/// be JSON, and comes back as text. What it says in an error is masked and made printable.
///
/// Throws, by the status: 400 and 422 Error{invalid_input}, 401 Error{unauthenticated}, 403 Error{not_allowed}, 404
/// Error{not_found}, 409 Error{conflict}, 429 and 503 Error{unavailable}, else Error{failed}.
class Session {
public:
    /// Transport and server must outlive it. `secrets` are hidden in what a server says, as the token is.
    Session(http::Transport& transport, const Server& server, http::Patience patience = http::real_patience(),
            mask::Secrets secrets = {});

    enum class Answer { json, any };
    /// The answer to a GET, which is sent again as find_retry_wait() says.
    [[nodiscard]] std::string read(const Call& call, Answer answer = Answer::json,
                                   const Interruption& interruption = {});
    /// The same for an answer that may be long: a list of thousands.
    [[nodiscard]] std::string read_list(const Call& call, const Interruption& interruption = {});
    /// The answer to a request that changes something.
    ///
    /// It is sent once: again only where nothing was sent yet, or where the server says that it did nothing (429, and
    /// 503 with Retry-After). Throws http::Unanswered when nobody knows whether it was carried out.
    std::string change(const Call& call, Answer answer = Answer::json, const Interruption& interruption = {});

    /// From now on `secret` is hidden in what the server says.
    void hide(std::string_view secret) { secrets_.add(secret); }
    [[nodiscard]] const Server& server() const { return server_; }

private:
    [[nodiscard]] http::Request request(const Call& call) const;
    [[nodiscard]] http::Exchange ask(const http::Request& request, std::size_t limit, const Interruption& interruption);
    /// `error` with a next step, unless it has one.
    [[nodiscard]] Error with_hint(const Error& error) const;
    /// The answer, or why nothing was sent.
    [[nodiscard]] std::variant<http::Exchange, Error> try_once(const http::Request& request,
                                                               const Interruption& interruption);
    [[nodiscard]] http::Exchange send_once(const http::Request& request, const Interruption& interruption);
    [[nodiscard]] std::string checked(const http::Request& request, http::Exchange exchange, Answer answer) const;
    [[noreturn]] void refuse(const http::Request& request, const http::Exchange& exchange) const;

    http::Transport& transport_;
    const Server& server_;
    http::Patience patience_;
    mask::Secrets secrets_;
};

}  // namespace tinystacks::api
