#include "aws/detail/shape.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace tinystacks::aws::detail {
namespace {

using nlohmann::json;

bool holds(std::span<const std::string_view> names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

json to_number(const std::string& text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole ? json(number) : json(text);
}

json shaped(const json& element, std::string_view name, const Shape& shape)
{
    if (element.is_array()) {
        auto list = json::array();
        for (const auto& member : element) {
            list.push_back(shaped(member, {}, shape));
        }
        return list;
    }
    if (element.is_object()) {
        auto object = json::object();
        for (const auto& [key, value] : element.items()) {
            object[key] = shaped(value, key, shape);
        }
        return object;
    }
    if (holds(shape.lists, name)) {
        return json::array();  // without members it looks like an empty text
    }
    if (element.is_string() && holds(shape.numbers, name)) {
        return to_number(element.get<std::string>());
    }
    if (element.is_string() && holds(shape.booleans, name)) {
        return element == "true";
    }
    return element;
}

}  // namespace

json shaped(const json& answer, const Shape& shape)
{
    return shaped(answer, {}, shape);
}

}  // namespace tinystacks::aws::detail
