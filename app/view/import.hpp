#pragma once

#include "project/import/import.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace tinystacks::app::view {

/// The `import` of `init --from --json`.
[[nodiscard]] nlohmann::json to_json(const project::Imported& imported);

/// What could not be carried over: what is to be filled in first, then what stays in AWS, then what is left.
[[nodiscard]] std::string remarks_text(const project::Imported& imported);

}  // namespace tinystacks::app::view
