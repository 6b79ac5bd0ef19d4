#pragma once

#include "pipeline/detail/release.hpp"
#include "pipeline/detail/workspace.hpp"

namespace tinystacks::pipeline {

/// A deployment that has not begun.
[[nodiscard]] deployment::Deployment new_deployment(const Workspace& workspace, const stage::Stage& stage,
                                                    const Promoted& promoted);

/// Carries a deployment out, or goes on with one after its last finished phase: its first phase (release.yml, or what
/// takes its place), the target, `test:`. The workspace's commit is the deployment's. What goes wrong is its verdict;
/// throws Error when it could not be tried (a tag that somebody moved, an invalid file, a registry that does not
/// answer) and Interrupted; recorded in the ledger either way. The stage's lease must be held.
[[nodiscard]] deployment::Deployment carry_out(Workspace& workspace, const stage::Stage& stage,
                                               deployment::Deployment deployment);

}  // namespace tinystacks::pipeline
