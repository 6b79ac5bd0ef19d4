#pragma once

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string_view>

namespace tinystacks::aws::detail {

/// Which members of a service's XML answers are no text. XML itself does not say.
struct Shape {
    std::span<const std::string_view> numbers;
    std::span<const std::string_view> booleans;
    std::span<const std::string_view> lists;  ///< that may be empty
};

/// What parse_xml() made of an answer as the AWS CLI prints it: numbers and booleans as such, empty lists as lists.
[[nodiscard]] nlohmann::json shaped(const nlohmann::json& answer, const Shape& shape);

}  // namespace tinystacks::aws::detail
