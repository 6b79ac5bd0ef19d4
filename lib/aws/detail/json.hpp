#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tinystacks::aws::detail {

/// A JSON object from outside, at most 64 levels deep. Empty for anything else.
[[nodiscard]] std::optional<nlohmann::json> find_json_object(std::string_view text);

/// The text of the first of `keys` that holds one; empty when none does.
[[nodiscard]] std::string text_of(const nlohmann::json& object, std::initializer_list<const char*> keys);

}  // namespace tinystacks::aws::detail
