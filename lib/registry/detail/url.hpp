#pragma once

#include <string>
#include <string_view>

namespace tinystacks::registry::detail {

/// Where a Location header leads, seen from `url`. Throws Error{failed} for a relative path, which no registry sends.
[[nodiscard]] std::string resolve(std::string_view url, std::string_view location);

}  // namespace tinystacks::registry::detail
