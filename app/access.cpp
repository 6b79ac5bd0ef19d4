#include "access.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "provider/oauth.hpp"

#include <array>

namespace tinystacks::app {
namespace {

constexpr auto renewal_margin = std::chrono::minutes(5);

std::optional<GivenToken> find_variable(const Services& services, const std::string& name)
{
    const auto value = services.variable(name);
    return value.empty() ? std::nullopt : std::optional(GivenToken{name, Secret(value)});
}

/// The host in a variable that holds a host or a URL; empty when it holds neither.
std::string host_in(provider::Kind kind, std::string_view text)
{
    const auto scheme = text.find("://");
    const auto rest = scheme == std::string_view::npos ? text : text.substr(scheme + 3);
    auto host = rest.substr(0, rest.find('/'));
    host = host.substr(host.rfind('@') + 1);  // a password is nobody's business
    if (host.ends_with(":443")) {
        host.remove_suffix(4);
    }
    try {
        return provider::parse_site(kind, host).host;
    } catch (const Error&) {
        return {};
    }
}

/// The group of the stored connection, if any. Who brings a token needs no store.
std::string group_of(const Services& services, std::string_view url)
{
    try {
        const auto connection = connections(services).find_api(url);
        return connection ? connection->group : std::string();
    } catch (const Error&) {
        return {};
    }
}

connection::Tokens renewed(connection::Store& store, const connection::Connection& stored, const provider::Site& site,
                           const provider::World& world)
{
    return store.renew(stored,
                       [&](const connection::Connection& connection,
                           const connection::Tokens& tokens) -> std::optional<connection::Store::Renewed> {
                           if (!connection.expires_at || *connection.expires_at > world.clock() + renewal_margin) {
                               return std::nullopt;  // by another process meanwhile
                           }
                           auto grant = provider::refresh_grant({site, connection.client_id}, tokens.refresh, world);
                           // One that comes with none leaves the old one good (RFC 6749, section 6).
                           const auto& refresh = grant.refresh_token.empty() ? tokens.refresh : grant.refresh_token;
                           return connection::Store::Renewed{{grant.access_token, refresh}, grant.expires_at};
                       });
}

}  // namespace

connection::Store connections(const Services& services)
{
    return connection::Store({services.configuration(), services.environment(), services.make_launcher()});
}

std::string given_host(const Services& services, provider::Kind kind)
{
    const auto names = kind == provider::Kind::github ? std::array{"GH_HOST", "GITHUB_SERVER_URL"}
                                                      : std::array{"GITLAB_HOST", "CI_SERVER_URL"};
    for (const auto* name : names) {
        if (const auto host = host_in(kind, services.variable(name)); !host.empty()) {
            return host;
        }
    }
    return provider::public_site(kind).host;
}

std::optional<GivenToken> find_given_token(const Services& services)
{
    return services.token().empty() ? std::nullopt : std::optional(GivenToken{"TINYSTACKS_TOKEN", services.token()});
}

std::optional<GivenToken> find_given_token(const Services& services, const provider::Site& site)
{
    if (given_host(services, site.kind) != site.host) {
        return std::nullopt;
    }
    if (site.kind == provider::Kind::gitlab) {
        return find_variable(services, "GITLAB_TOKEN");
    }
    auto token = find_variable(services, "GH_TOKEN");
    return token ? token : find_variable(services, "GITHUB_TOKEN");
}

void refuse_to_store_beside(const std::optional<GivenToken>& given, std::string_view address)
{
    if (given) {
        throw Error(ErrorKind::failed, "{} is set and is used for '{}': nothing is stored beside it", given->variable,
                    address)
            .with_hint("unset " + given->variable);
    }
}

ApiAccess api_access(const Services& services, std::string_view url)
{
    if (const auto given = find_given_token(services)) {
        return {given->token, group_of(services, url)};
    }
    const auto store = connections(services);
    const auto connection = store.find_api(url);
    const auto tokens = connection ? store.find_tokens(*connection) : std::nullopt;
    if (!tokens) {
        throw Error(ErrorKind::unauthenticated, "there is no credential for the TinyStacks API '{}'", url)
            .with_hint(fmt::format("tinystacks connect api {}", url));
    }
    return {tokens->access, connection->group};
}

Secret provider_token(const Services& services, const provider::Site& site, http::Transport& transport)
{
    if (const auto given = find_given_token(services, site)) {
        return given->token;
    }
    auto store = connections(services);
    const auto connection = store.find(connection_kind(site.kind), site.host);
    const auto tokens = connection ? store.find_tokens(*connection) : std::nullopt;
    if (!tokens) {
        throw Error(ErrorKind::unauthenticated, "'{}' is not connected", site.host)
            .with_hint(provider::connect_command(site));
    }
    const provider::World world{transport, services.clock()};
    const bool ends = connection->expires_at && *connection->expires_at <= world.clock() + renewal_margin;
    return ends && connection->renews ? renewed(store, *connection, site, world).access : tokens->access;
}

provider::Hosts connected_hosts(const Services& services)
{
    provider::Hosts hosts;
    for (const auto& connection : connections(services).list()) {
        if (const auto kind = find_provider_kind(connection.kind)) {
            hosts.emplace(connection.address, *kind);
        }
    }
    return hosts;
}

connection::Kind connection_kind(provider::Kind kind)
{
    return kind == provider::Kind::github ? connection::Kind::github : connection::Kind::gitlab;
}

std::optional<provider::Kind> find_provider_kind(connection::Kind kind)
{
    switch (kind) {
    case connection::Kind::github:
        return provider::Kind::github;
    case connection::Kind::gitlab:
        return provider::Kind::gitlab;
    default:
        return std::nullopt;
    }
}

}  // namespace tinystacks::app
