#pragma once

#include "document/node.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::document {

/// `text` without a byte order mark in front.
[[nodiscard]] std::string_view without_mark(std::string_view text);
[[nodiscard]] Position position_of_byte(std::string_view text, std::size_t at, const std::string& file);

/// Throws Error{invalid_input} for what no reader should see: too many bytes, UTF-16, NUL, what is not UTF-8.
void check_bytes(std::string_view text, const std::string& file, const Limits& limits);

/// Throws Error{invalid_input} with one problem of rule `document.<rule>`.
[[noreturn]] void refuse(const Position& where, std::string_view rule, std::string message, std::string hint = {});

[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

}  // namespace tinystacks::document
