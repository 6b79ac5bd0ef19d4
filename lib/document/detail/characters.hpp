#pragma once

#include <string_view>

namespace tinystacks::document {

/// Whether `text` (UTF-8) holds a character that changes the direction of what follows.
/// Source: Unicode Standard Annex 9, "Directional Formatting Characters".
[[nodiscard]] bool has_bidi_control(std::string_view text);

}  // namespace tinystacks::document
