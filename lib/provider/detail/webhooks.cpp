#include "provider/detail/webhooks.hpp"

#include <fmt/core.h>

namespace tinystacks::provider::detail {

WebhookChange Webhooks::set(std::string_view url, std::string_view method, const nlohmann::json& update,
                            const nlohmann::json& fresh, const Interruption& interruption) const
{
    const auto existing = ids(url, interruption);
    if (existing.empty()) {
        api.change("POST", path, fresh, interruption);
        return WebhookChange::created;
    }
    api.change(method, fmt::format("{}/{}", path, existing.front()), update, interruption);
    return WebhookChange::updated;
}

std::size_t Webhooks::remove(std::string_view url, const Interruption& interruption) const
{
    const auto existing = ids(url, interruption);
    for (const auto id : existing) {
        api.change("DELETE", fmt::format("{}/{}", path, id), {}, interruption);
    }
    return existing.size();
}

std::vector<long> Webhooks::ids(std::string_view url, const Interruption& interruption) const
{
    std::vector<long> found;
    api.for_each(
        path + "?per_page=100",
        [&](const nlohmann::json& item) {
            if (url_of(item) == url) {
                found.push_back(number_of(item, "id"));
            }
            return true;
        },
        interruption);
    return found;
}

}  // namespace tinystacks::provider::detail
