#pragma once

#include "deployment/cause.hpp"
#include "deployment/detail/ecs_facts.hpp"
#include "deployment/detail/ecs_findings.hpp"

#include <optional>
#include <vector>

namespace tinystacks::deployment {

/// What ended or ends a service deployment by decree: hooks, alarms, broken configuration. Null when nothing did.
[[nodiscard]] const Cause* find_decree(const EcsAttempt* attempt);

/// Why a deployment fails, if that is certain. `attempt`: its service deployment, or null.
[[nodiscard]] std::optional<Verdict> certain_failure(const std::vector<Finding>& findings, const EcsAttempt* attempt);

/// The best that is known once AWS has ended it; `certain`: what certain_failure() gave.
[[nodiscard]] Verdict why_failed(const std::vector<Finding>& findings, const std::optional<Verdict>& certain,
                                 const EcsAttempt* attempt, Time now);

}  // namespace tinystacks::deployment
