#pragma once

#include "pipeline/detail/workspace.hpp"

#include <string>

namespace tinystacks::pipeline {

/// The image of the workspace's commit: what the registry holds, or what build.yml makes. Records the build.
[[nodiscard]] BuildOutcome build_image(Workspace& workspace, bool rebuild);

}  // namespace tinystacks::pipeline
