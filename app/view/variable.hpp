#pragma once

#include "deployment/entry.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace tinystacks::app::view {

/// A variable as --json has it (docs/interface.md); what looks like a secret by its name is hidden.
[[nodiscard]] nlohmann::json to_json(const deployment::Variable& variable);
/// "TZ=UTC  stage dev, runtime"
[[nodiscard]] std::string line_of(const deployment::Variable& variable);

}  // namespace tinystacks::app::view
