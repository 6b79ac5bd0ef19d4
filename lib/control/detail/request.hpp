#pragma once

#include "control/control_plane.hpp"

#include <string_view>

/// What the requests of a control plane have in common.
namespace tinystacks::control {

/// "build", "deploy", …
[[nodiscard]] std::string_view kind_of(const Request& request);
/// The code of a pipeline's request; null for what keeps nothing in the store.
[[nodiscard]] const pipeline::Source* source_of(const Request& request);
/// The project whose ledger a request of the pipeline is about; one without a bucket for what asks no ledger. Throws as
/// pipeline::read_project().
[[nodiscard]] project::Project project_of(const Request& request);

}  // namespace tinystacks::control
