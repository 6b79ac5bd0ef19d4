#pragma once

#include "deployment/held_lease.hpp"
#include "pipeline/detail/workspace.hpp"

#include <memory>
#include <string>

namespace tinystacks::pipeline {

/// Takes the stack's lease for `what`, and holds it. Where the run is to queue, waits until whoever holds it has given
/// it back; else throws Error{conflict}. Throws Interrupted.
[[nodiscard]] std::unique_ptr<deployment::HeldLease> take_turn(Workspace& workspace, const std::string& what,
                                                               const std::string& stage);

}  // namespace tinystacks::pipeline
