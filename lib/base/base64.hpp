#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tinystacks {

/// Source: RFC 4648, section 4, with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// The inverse; padding may be missing. Empty for any other character.
[[nodiscard]] std::optional<std::string> find_base64(std::string_view text);

}  // namespace tinystacks
