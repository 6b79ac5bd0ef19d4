#pragma once

#include <cstddef>
#include <string_view>

namespace tinystacks::document {

/// How many characters at the start of `text` are a number of JSON's grammar (RFC 8259, section 6); 0 when none are.
[[nodiscard]] std::size_t number_length(std::string_view text);

}  // namespace tinystacks::document
