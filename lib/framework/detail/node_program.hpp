#pragma once

#include "framework/detail/languages.hpp"

#include <optional>

namespace tinystacks::framework::node {

/// One program without a package.json.
[[nodiscard]] std::optional<Application> detect_program(const Folder& folder, const Overrides& overrides);

}  // namespace tinystacks::framework::node
