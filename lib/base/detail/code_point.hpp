#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tinystacks {

struct CodePoint {
    std::uint32_t value = 0;
    std::size_t length = 0;  ///< in bytes; 0 when ill-formed
};

/// The code point `text` starts with. Refuses overlong forms, surrogates and values above U+10FFFF.
[[nodiscard]] CodePoint first_code_point(std::string_view text);
/// Characters that reorder or hide their neighbours on a terminal.
[[nodiscard]] bool is_deceptive(std::uint32_t value);

}  // namespace tinystacks
