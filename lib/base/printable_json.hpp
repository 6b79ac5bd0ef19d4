#pragma once

#include <string>

namespace tinystacks {

/// JSON text with what printable() makes visible inside its strings as escapes of JSON, which readers undo.
[[nodiscard]] std::string printable_json(std::string json);

}  // namespace tinystacks
