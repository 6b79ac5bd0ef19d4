#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// The words of a journal's own lines and cursors.
namespace tinystacks::log {

/// Takes the next word off a line.
std::string_view take_word(std::string_view& line, char separator = ' ');
/// False, and `number` unknown, when `text` is not all decimal digits.
[[nodiscard]] bool read_number(std::string_view text, std::uint64_t& number);
/// Milliseconds since 1970.
[[nodiscard]] bool read_time(std::string_view text, Time& time);

/// Eight characters that tell `text` from one typed wrongly or written halfway.
[[nodiscard]] std::string check_of(std::string_view text);

}  // namespace tinystacks::log
