#include "provider/site.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"

#include <algorithm>

namespace tinystacks::provider {
namespace {

std::string without_port(std::string_view host)
{
    return http::parse_url(fmt::format("https://{}/", host)).host;
}

std::string origin_of(std::string_view host)
{
    return fmt::format("{}://{}", http::is_loopback(without_port(host)) ? "http" : "https", host);
}

}  // namespace

std::string_view to_string(Kind kind)
{
    return kind == Kind::github ? "github" : "gitlab";
}

std::string_view title(Kind kind)
{
    return kind == Kind::github ? "GitHub" : "GitLab";
}

Site public_site(Kind kind)
{
    return {kind, kind == Kind::github ? "github.com" : "gitlab.com"};
}

Site parse_site(Kind kind, std::string_view host)
{
    try {
        const auto url = http::parse_url(fmt::format("https://{}", host));
        if (url.path != "/" || !url.query.empty() || host.ends_with('/')) {
            throw Error(ErrorKind::invalid_input, "it is a host's name alone that is wanted, with or without a port");
        }
        return {kind, url.host + (url.port ? fmt::format(":{}", *url.port) : "")};
    } catch (const Error& error) {
        throw Error(ErrorKind::usage, "'{}' is no host: {}", printable_line(host), error.message())
            .with_hint(fmt::format("--host {}.example.com", to_string(kind)));
    }
}

std::string web_base(const Site& site)
{
    return origin_of(site.host);
}

std::string api_base(const Site& site)
{
    if (site.kind == Kind::gitlab) {
        return origin_of(site.host) + "/api/v4";
    }
    // GitHub's own hosts answer programs under another name: github.com, and SUBDOMAIN.ghe.com of its cloud.
    const bool of_github = site.host == "github.com" || site.host.ends_with(".ghe.com");
    return of_github ? "https://api." + site.host : origin_of(site.host) + "/api/v3";
}

std::string connect_command(const Site& site)
{
    const auto host = site == public_site(site.kind) ? std::string() : " --host " + site.host;
    return fmt::format("tinystacks connect {}{}", to_string(site.kind), host);
}

std::string clone_url(const Remote& remote)
{
    return fmt::format("{}/{}/{}.git", web_base(remote.site), remote.owner, remote.name);
}

}  // namespace tinystacks::provider
