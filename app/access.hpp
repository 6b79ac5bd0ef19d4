#pragma once

#include "services.hpp"

#include "base/secret.hpp"
#include "connection/store.hpp"
#include "provider/site.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Which credential opens what: a variable of the environment first, else the stored connection.
namespace tinystacks::app {

/// What `connect` has stored.
[[nodiscard]] connection::Store connections(const Services& services);

/// A token that the environment gives. It wins over a stored one, and is never stored.
struct GivenToken {
    std::string variable;
    Secret token;
};
/// For a TinyStacks API: TINYSTACKS_TOKEN.
[[nodiscard]] std::optional<GivenToken> find_given_token(const Services& services);
/// For a provider: GH_TOKEN and GITHUB_TOKEN are those of GH_HOST, else of GITHUB_SERVER_URL, else of github.com;
/// GITLAB_TOKEN that of GITLAB_HOST, else of CI_SERVER_URL, else of gitlab.com. A token goes to no other host.
[[nodiscard]] std::optional<GivenToken> find_given_token(const Services& services, const provider::Site& site);

/// The host for which the environment's tokens of a provider are.
[[nodiscard]] std::string given_host(const Services& services, provider::Kind kind);

/// Throws Error{failed} when a token is given: it would win over what is to be stored for `address`.
void refuse_to_store_beside(const std::optional<GivenToken>& given, std::string_view address);

/// What a TinyStacks API is asked with.
struct ApiAccess {
    Secret token;
    std::string group;  ///< of the stored connection; empty for one's own things
};
/// Throws Error{unauthenticated} when neither the environment nor a connection has a token for exactly this URL.
[[nodiscard]] ApiAccess api_access(const Services& services, std::string_view url);

/// The token for a provider's site, renewed when it ends within five minutes and can be. Throws Error{unauthenticated}
/// when there is none.
[[nodiscard]] Secret provider_token(const Services& services, const provider::Site& site, http::Transport& transport);

/// The hosts that are connected, for clone URLs.
[[nodiscard]] provider::Hosts connected_hosts(const Services& services);

/// How connections and providers call the same.
[[nodiscard]] connection::Kind connection_kind(provider::Kind kind);
[[nodiscard]] std::optional<provider::Kind> find_provider_kind(connection::Kind kind);

}  // namespace tinystacks::app
