#pragma once

#include "pipeline/detail/workspace.hpp"

namespace tinystacks::pipeline {

/// Whether a deployment of a stage that wants an approval may go on: somebody approved this very image for it. Until
/// then it is recorded as waiting; where the run has the patience it waits here, else this returns at once. When it may
/// not go on, `deployment` is as the ledger has it: waiting, rejected, or superseded by a newer one. Throws
/// Interrupted, after which it goes on waiting without us.
[[nodiscard]] bool await_approval(Workspace& workspace, deployment::Deployment& deployment);

}  // namespace tinystacks::pipeline
