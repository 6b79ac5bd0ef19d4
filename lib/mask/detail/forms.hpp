#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::mask {

inline constexpr std::size_t shortest_secret = 6;  ///< in bytes

/// Every form `value` is to be hidden in, sorted, each at least `shortest_secret` bytes long.
/// Source of the list: security requirement CR-10, after actions/runner's encoders.
[[nodiscard]] std::vector<std::string> forms_of(std::string_view value);

}  // namespace tinystacks::mask
