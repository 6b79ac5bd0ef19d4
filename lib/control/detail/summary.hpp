#pragma once

#include "control/control_plane.hpp"

#include <string>

namespace tinystacks::control {

/// What the store keeps of a result, as JSON: which log tells why it is not good, and the error.
[[nodiscard]] std::string summary(const Result& result);

}  // namespace tinystacks::control
