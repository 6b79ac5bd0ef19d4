#include "deployment/detail/reply.hpp"

#include <cmath>

namespace tinystacks::deployment::reply {

const nlohmann::json& member(const nlohmann::json& object, std::string_view key)
{
    static const nlohmann::json nothing;
    if (!object.is_object()) {
        return nothing;
    }
    const auto found = object.find(key);
    return found == object.end() ? nothing : *found;
}

std::string text(const nlohmann::json& object, std::string_view key)
{
    const auto& value = member(object, key);
    if (value.is_string()) {
        return value.get<std::string>();
    }
    return value.is_number_integer() ? std::to_string(value.get<long>()) : std::string();
}

std::optional<long> number(const nlohmann::json& object, std::string_view key)
{
    const auto& value = member(object, key);
    return value.is_number() ? std::optional(value.get<long>()) : std::nullopt;
}

bool truth(const nlohmann::json& object, std::string_view key)
{
    const auto& value = member(object, key);
    return value.is_boolean() && value.get<bool>();
}

const nlohmann::json::array_t& list(const nlohmann::json& object, std::string_view key)
{
    static const nlohmann::json::array_t nothing;
    const auto& value = member(object, key);
    return value.is_array() ? value.get_ref<const nlohmann::json::array_t&>() : nothing;
}

std::optional<Time> time(const nlohmann::json& object, std::string_view key)
{
    const auto& value = member(object, key);
    if (value.is_number()) {
        const auto seconds = value.get<double>();
        constexpr double latest = 253402300799.0;  // the year 9999
        if (!(seconds >= 0 && seconds <= latest)) {
            return std::nullopt;
        }
        return Time(std::chrono::milliseconds(std::llround(seconds * 1000)));
    }
    return value.is_string() ? find_rfc3339(value.get<std::string>()) : std::nullopt;
}

std::string last_part(std::string_view arn)
{
    const auto slash = arn.rfind('/');
    return std::string(slash == std::string_view::npos ? arn : arn.substr(slash + 1));
}

}  // namespace tinystacks::deployment::reply
