#pragma once

#include "provider/client.hpp"
#include "provider/detail/api.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::provider::detail {

/// The webhooks of one repository.
struct Webhooks {
    Api& api;
    std::string path;  ///< of their list
    std::string (*url_of)(const nlohmann::json&);

    /// Brings the first webhook of `url` to `update` by `method`, or makes one of `fresh`.
    WebhookChange set(std::string_view url, std::string_view method, const nlohmann::json& update,
                      const nlohmann::json& fresh, const Interruption& interruption) const;
    /// Removes all of `url`; how many there were.
    std::size_t remove(std::string_view url, const Interruption& interruption) const;

private:
    [[nodiscard]] std::vector<long> ids(std::string_view url, const Interruption& interruption) const;
};

}  // namespace tinystacks::provider::detail
