#pragma once

#include <string_view>

namespace tinystacks::support {

/// Whether two JSON texts mean the same to nlohmann::json: the order of an object's members does not count.
[[nodiscard]] bool same_json(std::string_view left, std::string_view right);

}  // namespace tinystacks::support
