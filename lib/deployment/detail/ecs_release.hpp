#pragma once

#include "deployment/detail/ecs_baseline.hpp"
#include "deployment/detail/observer.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace tinystacks::deployment {

/// A service as a release left it.
struct EcsRelease {
    nlohmann::json service;   ///< as described
    nlohmann::json attempts;  ///< its service deployments, the newest first; null when they may not be listed
};

/// Looks until all that a release started since `before` is listed; a few seconds for one that started nothing. Empty
/// when that has failed already. Nothing of it is observed. Throws Error.
[[nodiscard]] std::optional<EcsRelease> find_release(Observer& observer, const EcsBaseline& before,
                                                     const Interruption& interruption);

}  // namespace tinystacks::deployment
