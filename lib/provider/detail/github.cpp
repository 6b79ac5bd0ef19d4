#include "provider/detail/github.hpp"

#include "base/text.hpp"
#include "http/url.hpp"
#include "provider/detail/webhooks.hpp"

namespace tinystacks::provider::detail {
namespace {

/// "2026-12-30 09:00:00 UTC" or "2026-12-30 09:00:00 -0800", as github-authentication-token-expiration has it.
std::optional<Time> find_expiry(const std::string& text)
{
    const auto words = split(text, ' ');
    if (words.size() != 3) {
        return std::nullopt;
    }
    const auto zone = words[2].size() == 5 ? fmt::format("{}:{}", words[2].substr(0, 3), words[2].substr(3)) : "Z";
    return find_rfc3339(fmt::format("{}T{}{}", words[0], words[1], zone));
}

Repository repository_of(const nlohmann::json& json)
{
    const auto permissions = object_of(json, "permissions");
    Repository repository;
    repository.owner = text_of(object_of(json, "owner"), "login");
    repository.name = text_of(json, "name");
    repository.clone_url = text_of(json, "clone_url");
    repository.web_url = text_of(json, "html_url");
    repository.default_branch = text_of(json, "default_branch");
    repository.is_private = is_true(json, "private");
    repository.may_push = is_true(permissions, "push");
    repository.may_administer = is_true(permissions, "admin");
    return repository;
}

std::string path_of(std::string_view owner, std::string_view name)
{
    return fmt::format("/repos/{}/{}", http::path_segment(owner), http::path_segment(name));
}

Webhooks webhooks_of(Api& api, const Repository& repository)
{
    return {api, path_of(repository.owner, repository.name) + "/hooks",
            [](const nlohmann::json& hook) { return text_of(object_of(hook, "config"), "url"); }};
}

}  // namespace

GitHub::GitHub(const Site& site, const Secret& token, const World& world)
    : api_(site, token, world, {{"Accept", "application/vnd.github+json"}, {"X-GitHub-Api-Version", "2022-11-28"}})
{}

Account GitHub::verify(const Interruption& interruption)
{
    const auto answer = api_.get("/user", interruption);
    Account account;
    account.login = login_of(answer.json, "login", api_.site());
    if (const auto header = answer.response.find_header("x-oauth-scopes")) {
        account.scopes.emplace();
        for (const auto scope : split(*header, ',')) {
            if (!trim(scope).empty()) {
                account.scopes->push_back(to_utf8(trim(scope)));
            }
        }
    }
    account.expires_at =
        find_expiry(answer.response.find_header("github-authentication-token-expiration").value_or(""));
    return account;
}

std::vector<Repository> GitHub::list_repositories(std::string_view text, std::size_t limit,
                                                  const Interruption& interruption)
{
    std::vector<Repository> repositories;
    api_.for_each(
        "/user/repos?per_page=100&sort=pushed&affiliation=owner,collaborator,organization_member",
        [&](const nlohmann::json& item) {
            auto repository = repository_of(item);
            if (to_lower(repository.full_name()).find(to_lower(text)) != std::string::npos) {
                repositories.push_back(std::move(repository));
            }
            return repositories.size() < limit;
        },
        interruption);
    return repositories;
}

std::optional<Repository> GitHub::find_repository(std::string_view owner, std::string_view name,
                                                  const Interruption& interruption)
{
    const auto answer = api_.find(path_of(owner, name), {404}, interruption);
    return answer ? std::optional(repository_of(answer->json)) : std::nullopt;
}

WebhookChange GitHub::set_webhook(const Repository& repository, const Webhook& hook, const Interruption& interruption)
{
    const nlohmann::json update = {
        {"active", true},
        {"events", {"push"}},
        {"config",
         {{"url", hook.url}, {"content_type", "json"}, {"secret", hook.secret.reveal()}, {"insecure_ssl", "0"}}}};
    auto fresh = update;
    fresh["name"] = "web";
    return webhooks_of(api_, repository).set(hook.url, "PATCH", update, fresh, interruption);
}

std::size_t GitHub::remove_webhook(const Repository& repository, std::string_view url, const Interruption& interruption)
{
    return webhooks_of(api_, repository).remove(url, interruption);
}

}  // namespace tinystacks::provider::detail
