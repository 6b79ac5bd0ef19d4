#pragma once

#include "http/retry.hpp"
#include "registry/registry.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tinystacks::registry::detail {

/// What a request wants to do, in the words of a token server. Source: distribution/docs, "Token Scope Documentation".
[[nodiscard]] std::string pull_scope(const Repository& repository);
[[nodiscard]] std::string push_scope(const Repository& repository);

enum class Retry { yes, no };

/// Sends requests to registries and says who we are when they ask.
class Session {
public:
    Session(http::Transport& transport, FindCredentials find_credentials);

    [[nodiscard]] http::Transport& transport() { return transport_; }
    /// "https://host/v2/name"
    [[nodiscard]] static std::string url_of(const Repository& repository);
    /// Who named the host of a URL that the registry `host` gave: the operator, where it is the registry's own.
    [[nodiscard]] static http::NamedBy named_by(const std::string& host, std::string_view url);

    /// Any answer but one that asks who we are. `scope` holds what the request wants. Throws Error{unauthenticated}.
    http::Response send(const std::string& host, const std::string& scope, http::Request request,
                        const std::function<http::OnBody()>& start_body, const Interruption& interruption,
                        Retry retry = Retry::yes);
    /// The same with the body kept, at most 10 MiB.
    http::Exchange ask(const std::string& host, const std::string& scope, http::Request request,
                       const Interruption& interruption, Retry retry = Retry::yes);

    /// Turns an answer that is none of the expected ones into an Error, with the registry's words.
    [[noreturn]] static void fail(const Repository& repository, std::string_view doing, const http::Exchange& exchange);

private:
    [[nodiscard]] std::string find_authorization(const std::string& host, const std::string& scope) const;
    void authorize(const std::string& host, const std::string& scope, const http::Response& response,
                   const Interruption& interruption);
    [[nodiscard]] std::string fetch_token(const std::string& host, const std::map<std::string, std::string>& challenge,
                                          const std::string& scope, const Interruption& interruption);
    [[nodiscard]] const std::optional<Credentials>& credentials_of(const std::string& host);

    http::Transport& transport_;
    FindCredentials find_credentials_;
    std::map<std::string, std::optional<Credentials>> credentials_;
    std::map<std::string, Secret> authorizations_;  ///< header values, by host (Basic) or by host and scope (Bearer)
};

}  // namespace tinystacks::registry::detail
