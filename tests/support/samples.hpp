#pragma once

#include "deployment/deployment.hpp"

namespace tinystacks::support {

/// A deployment of stack `shop` to stage `dev` that is running, with nothing left empty that a running one has.
[[nodiscard]] deployment::Deployment running_deployment(const std::string& id, const std::string& run);
/// The same, ended with success.
[[nodiscard]] deployment::Deployment ended_deployment(const std::string& id, const std::string& run);

}  // namespace tinystacks::support
