#pragma once

#include "deployment/deployment.hpp"

#include <string>
#include <string_view>

namespace tinystacks::store {

/// A deployment as the database keeps it: one JSON object in which ill-formed UTF-8 is replaced.
[[nodiscard]] std::string to_json_text(const deployment::Deployment& deployment);
/// The inverse. Throws Error{failed} for what to_json_text did not write.
[[nodiscard]] deployment::Deployment deployment_from_json(std::string_view text);

}  // namespace tinystacks::store
