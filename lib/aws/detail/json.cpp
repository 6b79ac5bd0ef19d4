#include "aws/detail/json.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::aws::detail {

std::optional<nlohmann::json> find_json_object(std::string_view text)
{
    constexpr int depth_limit = 64;  // printing recurses
    bool too_deep = false;
    const auto check = [&](int depth, nlohmann::json::parse_event_t event, const nlohmann::json&) {
        const bool opens =
            event == nlohmann::json::parse_event_t::object_start || event == nlohmann::json::parse_event_t::array_start;
        too_deep = too_deep || (opens && depth > depth_limit);
        return !too_deep;
    };
    auto value = nlohmann::json::parse(text, check, false);
    return too_deep || !value.is_object() ? std::nullopt : std::optional(std::move(value));
}

std::string text_of(const nlohmann::json& object, std::initializer_list<const char*> keys)
{
    for (const auto* key : keys) {
        if (const auto found = object.find(key); found != object.end() && found->is_string()) {
            return found->get<std::string>();
        }
    }
    return {};
}

}  // namespace tinystacks::aws::detail
