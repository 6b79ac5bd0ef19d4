#include "commands/source/repository.hpp"

#include "access.hpp"
#include "watch.hpp"

#include "base/text.hpp"
#include "git/repository.hpp"
#include "provider/client.hpp"
#include "source/toolset.hpp"

#include <algorithm>

namespace tinystacks::app::commands {
namespace {

/// The sites that can be asked: those that are connected, or for which the environment has a token.
provider::Hosts sites_of(const Services& services)
{
    auto hosts = connected_hosts(services);
    for (const auto kind : {provider::Kind::github, provider::Kind::gitlab}) {
        const provider::Site site{kind, given_host(services, kind)};
        if (find_given_token(services, site)) {
            hosts.emplace(site.host, kind);
        }
    }
    return hosts;
}

source::Repository told(const provider::Repository& repository, provider::Kind kind)
{
    return {repository.clone_url,         repository.name,
            repository.default_branch,    repository.owner,
            std::string(to_string(kind)), {}};
}

/// What the site tells of a repository; what its URL tells, when the site cannot be asked.
source::Repository look_up(const provider::Remote& remote, const provider::Hosts& sites, const Services& services,
                           const Interruption& interruption)
{
    if (!sites.contains(remote.site.host)) {
        return {
            provider::clone_url(remote), remote.name, {}, remote.owner, std::string(to_string(remote.site.kind)), {}};
    }
    const auto transport = services.make_transport();
    const auto client = provider::make_client(remote.site, provider_token(services, remote.site, *transport),
                                              {*transport, services.clock()});
    const auto found = client->find_repository(remote.owner, remote.name, interruption);
    if (!found) {
        throw Error(ErrorKind::not_found, "{} has no repository '{}/{}' that the connected account may see",
                    remote.site.host, remote.owner, remote.name)
            .with_hint("tinystacks connect list");
    }
    return told(*found, remote.site.kind);
}

/// Every repository of that name at the connected sites.
source::Repository look_up_name(const std::string& name, const provider::Hosts& sites, const Services& services,
                                const Interruption& interruption)
{
    provider::check_repository_name(name);
    if (sites.empty()) {
        throw Error(ErrorKind::unauthenticated, "'{}' is no clone URL, and no provider is connected that could have it",
                    printable_line(name))
            .with_hint("tinystacks connect github");
    }
    std::vector<source::Repository> all;
    const auto transport = services.make_transport();
    for (const auto& [host, kind] : sites) {
        const provider::Site site{kind, host};
        const auto client =
            provider::make_client(site, provider_token(services, site, *transport), {*transport, services.clock()});
        for (const auto& each : provider::find_repositories_named(*client, name, interruption)) {
            all.push_back(told(each, kind));
        }
    }
    if (all.empty()) {
        throw Error(ErrorKind::not_found, "no connected provider has a repository '{}'", printable_line(name))
            .with_hint("tinystacks connect list");
    }
    if (all.size() > 1) {
        std::vector<std::string> urls;
        std::ranges::transform(all, std::back_inserter(urls), &source::Repository::clone_url);
        throw Error(ErrorKind::usage, "several repositories are called '{}': {}", printable_line(name), enumerate(urls))
            .with_hint("tinystacks source create --repository " + shell_quote(urls.front()));
    }
    return std::move(all.front());
}

CodeRepository of_working_tree(const provider::Hosts& sites, const Services& services, const Interruption& interruption)
{
    const auto repository = git::Repository::discover(services.directory());
    const auto url = repository.find_remote_url();
    if (!url) {
        throw Error(ErrorKind::not_found, "the repository in {} has no remote 'origin' to clone from",
                    repository.root().string())
            .with_hint("tinystacks source create --repository https://github.com/OWNER/NAME.git");
    }
    CodeRepository found{look_up(provider::parse_remote(*url, sites), sites, services, interruption),
                         source::find_toolset(repository.root())};
    if (found.repository.default_branch.empty()) {
        found.repository.default_branch = repository.find_branch().value_or("");
    }
    return found;
}

}  // namespace

std::vector<std::string> connected_origins(const Services& services)
{
    std::vector<std::string> origins;
    for (const auto& [host, kind] : sites_of(services)) {
        origins.push_back(provider::web_base({kind, host}));
    }
    return origins;
}

CodeRepository find_code_repository(const std::string& text, Context& context)
{
    const auto& services = context.services;
    const auto sites = sites_of(services);
    return interruptible(context.err, [&](const Interruption& interruption) -> CodeRepository {
        if (text.empty()) {
            return of_working_tree(sites, services, interruption);
        }
        const bool is_url = text.find(':') != std::string::npos;
        return {is_url ? look_up(provider::parse_remote(text, sites), sites, services, interruption)
                       : look_up_name(text, sites, services, interruption),
                std::nullopt};
    });
}

}  // namespace tinystacks::app::commands
