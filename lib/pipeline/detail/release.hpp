#pragma once

#include "pipeline/detail/workspace.hpp"

#include <string>

namespace tinystacks::pipeline {

/// The promoted image: a digest of the stack's repository and the commit it was built from.
struct Promoted {
    std::string digest;
    std::string commit;
};

/// Brings one stage to the promoted image: release.yml, the target, `test:`. The workspace's commit is the promoted
/// one. What goes wrong with the release is the deployment's verdict; throws Error when it could not be tried (a tag
/// that somebody moved, an invalid file, a registry that does not answer) and Interrupted; recorded in the ledger
/// either way.
[[nodiscard]] deployment::Deployment release_stage(Workspace& workspace, const stage::Stage& stage,
                                                   const Promoted& promoted);

/// Throws Error{unavailable} when a docker stage (this one, or any when empty) would find no engine: before the build.
void require_engine(Workspace& workspace, const std::string& stage);

/// Whether the stage's target runs the promoted image, as its last deployment left it. Empty when it cannot be asked.
[[nodiscard]] std::optional<bool> runs_already(Workspace& workspace, const stage::Stage& stage,
                                               const Promoted& promoted);

}  // namespace tinystacks::pipeline
