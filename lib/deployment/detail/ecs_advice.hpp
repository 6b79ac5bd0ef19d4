#pragma once

#include "deployment/detail/ecs_findings.hpp"

#include <vector>

namespace tinystacks::deployment {

/// Whether the strongest finding is one that another try of AWS's cannot change.
[[nodiscard]] bool is_hopeless(const EcsFacts& facts, const std::vector<Finding>& findings);

/// Whether AWS ends the deployment without us: the circuit breaker counts what fails. Some finding must be certain.
[[nodiscard]] bool ends_by_itself(const EcsFacts& facts, const Leg& leg, const EcsAttempt* attempt,
                                  const std::vector<Finding>& findings);

}  // namespace tinystacks::deployment
