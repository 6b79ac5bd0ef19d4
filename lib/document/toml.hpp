#pragma once

#include "document/node.hpp"

namespace tinystacks::document {

/// Reads one TOML 1.0 text: tables are mappings, scalars keep what they mean (`3.10` stays a text only when it was
/// written as one), strings are Style::quoted. Throws Error{invalid_input} with the first problem, the rules
/// `document.too_large`, `.not_utf8`, `.nul`, `.too_many_nodes`, `.too_deep`, `.syntax`.
[[nodiscard]] Document parse_toml(std::string_view text, const std::string& file, const Limits& limits = {});

}  // namespace tinystacks::document
