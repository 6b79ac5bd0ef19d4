#pragma once

#include "pipeline/detail/workspace.hpp"

#include <string>

namespace tinystacks::pipeline {

/// What becomes of the image.
enum class Then { nothing, stages };

/// The image of the workspace's commit: what the registry holds, or what build.yml makes. Records the build.
[[nodiscard]] BuildOutcome build_image(Workspace& workspace, bool rebuild, Then then);

}  // namespace tinystacks::pipeline
