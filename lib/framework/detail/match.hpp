#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Regular expressions over outside text: RE2's, whose time is linear whatever the text (RE2 syntax, no look-around,
/// no back references). Patterns are multi-line: ^ and $ are a line's ends, `.` is no newline.
namespace tinystacks::framework {

[[nodiscard]] bool matches(std::string_view text, const char* pattern);
/// What the first group of the first match holds; empty when nothing matches.
[[nodiscard]] std::optional<std::string> find_match(std::string_view text, const char* pattern);
/// The first group of every match, of 500 at most.
[[nodiscard]] std::vector<std::string> find_matches(std::string_view text, const char* pattern);
/// The line, from 1, on which `part` first stands in `text`; 0 when it does not.
[[nodiscard]] std::size_t line_of(std::string_view text, std::string_view part);

}  // namespace tinystacks::framework
