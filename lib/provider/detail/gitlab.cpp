#include "provider/detail/gitlab.hpp"

#include "base/text.hpp"
#include "http/url.hpp"
#include "provider/detail/webhooks.hpp"

#include <algorithm>

namespace tinystacks::provider::detail {
namespace {

// Source: GitLab docs, "Access levels": who may push, and who may change a project's settings.
constexpr long developer = 30;
constexpr long maintainer = 40;

std::vector<std::string> list_of(const nlohmann::json& object, const char* name)
{
    std::vector<std::string> list;
    for (const auto& item : object.is_object() ? object.value(name, nlohmann::json()) : nlohmann::json()) {
        if (item.is_string()) {
            list.push_back(item.get<std::string>());
        }
    }
    return list;
}

Repository repository_of(const nlohmann::json& json)
{
    const auto path = text_of(json, "path_with_namespace");
    const auto slash = std::min(path.rfind('/'), path.size());
    const auto permissions = object_of(json, "permissions");
    const auto level = std::max(number_of(object_of(permissions, "project_access"), "access_level"),
                                number_of(object_of(permissions, "group_access"), "access_level"));
    Repository repository;
    repository.owner = path.substr(0, slash);
    repository.name = text_of(json, "path");
    repository.clone_url = text_of(json, "http_url_to_repo");
    repository.web_url = text_of(json, "web_url");
    repository.default_branch = text_of(json, "default_branch");
    repository.is_private = text_of(json, "visibility") != "public";
    repository.may_push = level >= developer;
    repository.may_administer = level >= maintainer;
    return repository;
}

std::string path_of(std::string_view owner, std::string_view name)
{
    return "/projects/" + http::path_segment(fmt::format("{}/{}", owner, name));
}

Webhooks webhooks_of(Api& api, const Repository& repository)
{
    return {api, path_of(repository.owner, repository.name) + "/hooks",
            [](const nlohmann::json& hook) { return text_of(hook, "url"); }};
}

}  // namespace

GitLab::GitLab(const Site& site, const Secret& token, const World& world)
    : api_(site, token, world, {{"Accept", "application/json"}})
{}

Account GitLab::verify(const Interruption& interruption)
{
    Account account;
    account.login = login_of(api_.get("/user", interruption).json, "username", api_.site());
    // Each kind of token has its own place to ask, and is refused at the other's.
    const std::vector<int> of_another_kind = {400, 401, 403, 404};
    if (const auto personal = api_.find("/personal_access_tokens/self", of_another_kind, interruption)) {
        account.scopes = list_of(personal->json, "scopes");
        account.expires_at = find_rfc3339(text_of(personal->json, "expires_at") + "T00:00:00Z");  // a day
    } else if (const auto granted = api_.find_web("/oauth/token/info", of_another_kind, interruption)) {
        account.scopes = list_of(granted->json, "scope");
        if (const auto seconds = number_of(granted->json, "expires_in"); seconds > 0) {
            constexpr long longest = 366L * 24 * 3600;
            account.expires_at = api_.now() + std::chrono::seconds(std::min(seconds, longest));
        }
    }
    return account;
}

std::vector<Repository> GitLab::list_repositories(std::string_view text, std::size_t limit,
                                                  const Interruption& interruption)
{
    std::string path = "/projects?membership=true&order_by=last_activity_at&per_page=100";
    if (!text.empty()) {
        path = http::with_query(path + "&search_namespaces=true", "search", text);
    }
    std::vector<Repository> repositories;
    api_.for_each(
        path,
        [&](const nlohmann::json& item) {
            repositories.push_back(repository_of(item));
            return repositories.size() < limit;
        },
        interruption);
    return repositories;
}

std::optional<Repository> GitLab::find_repository(std::string_view owner, std::string_view name,
                                                  const Interruption& interruption)
{
    const auto answer = api_.find(path_of(owner, name), {404}, interruption);
    return answer ? std::optional(repository_of(answer->json)) : std::nullopt;
}

WebhookChange GitLab::set_webhook(const Repository& repository, const Webhook& hook, const Interruption& interruption)
{
    const nlohmann::json body = {
        {"url", hook.url}, {"token", hook.secret.reveal()}, {"push_events", true}, {"enable_ssl_verification", true}};
    return webhooks_of(api_, repository).set(hook.url, "PUT", body, body, interruption);
}

std::size_t GitLab::remove_webhook(const Repository& repository, std::string_view url, const Interruption& interruption)
{
    return webhooks_of(api_, repository).remove(url, interruption);
}

}  // namespace tinystacks::provider::detail
