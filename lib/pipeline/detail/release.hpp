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

/// The deployment that brought the promoted image to the stage, when the target says that it runs as that left it.
/// Empty when it does not, or cannot be asked.
[[nodiscard]] std::optional<deployment::Deployment> find_running(Workspace& workspace, const stage::Stage& stage,
                                                                 const Promoted& promoted);

}  // namespace tinystacks::pipeline
