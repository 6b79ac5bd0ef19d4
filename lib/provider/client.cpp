#include "provider/client.hpp"

#include "base/text.hpp"
#include "provider/detail/github.hpp"
#include "provider/detail/gitlab.hpp"

#include <algorithm>

namespace tinystacks::provider {

std::unique_ptr<Client> make_client(const Site& site, const Secret& token, const World& world)
{
    if (site.kind == Kind::github) {
        return std::make_unique<detail::GitHub>(site, token, world);
    }
    return std::make_unique<detail::GitLab>(site, token, world);
}

std::vector<Repository> find_repositories_named(Client& client, std::string_view name, const Interruption& interruption)
{
    const auto slash = name.rfind('/');
    if (slash != std::string_view::npos) {
        const auto found = client.find_repository(name.substr(0, slash), name.substr(slash + 1), interruption);
        return found ? std::vector{*found} : std::vector<Repository>();
    }
    constexpr std::size_t most = 1000;
    auto repositories = client.list_repositories(name, most, interruption);
    std::erase_if(repositories, [&](const Repository& each) { return to_lower(each.name) != to_lower(name); });
    return repositories;
}

}  // namespace tinystacks::provider
