#pragma once

#include "deployment/container.hpp"
#include "pipeline/detail/workspace.hpp"

#include <optional>
#include <string>

/// The steps of a release: tags of the registry, release.yml, and the container of a docker stage.
namespace tinystacks::pipeline {

class Rollout;

/// The promoted image: a digest of the stack's repository and the commit it was built from.
struct Promoted {
    std::string digest;
    std::string commit;
};

/// The tag that the stage gets its image by must name what was recorded. Throws Error{conflict} when somebody moved it
/// since; a registry that wants a login first is asked after release.yml.
void check_previous_tag(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted);
/// Copies the image to the stage's own repository by digest. One that we may not write to is left to release.yml.
void copy_to_region(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted);
/// Runs release.yml, once more when AWS refused it for a reason that passes; the verdict when it failed. `rollout` is
/// null for a docker stage.
[[nodiscard]] std::optional<deployment::Verdict> run_release(Workspace& workspace, const stage::Stage& stage,
                                                             const Promoted& promoted, Rollout* rollout);
/// The verdict when the stage's tag does not name the promoted image after release.yml.
[[nodiscard]] std::optional<deployment::Verdict> check_stage_tag(Workspace& workspace, const stage::Stage& stage,
                                                                 const Promoted& promoted);
/// Makes the stage's tag name the image, in its own repository too.
void move_stage_tag(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted);
/// The stage's tag names what the stage runs, not what was tried. That it could not be moved back is a warning.
void restore_stage_tag(Workspace& workspace, const stage::Stage& stage, const Promoted& tried);

[[nodiscard]] deployment::ContainerTarget container_target(Workspace& workspace);
[[nodiscard]] deployment::ContainerSpec container_of(Workspace& workspace, const stage::Stage& stage,
                                                     const Promoted& promoted, const std::string& deployment);

/// Throws Error{unavailable} when a docker stage (this one, or any when empty) would find no engine: before the build.
void require_engine(Workspace& workspace, const std::string& stage);

}  // namespace tinystacks::pipeline
