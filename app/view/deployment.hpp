#pragma once

#include "deployment/deployment.hpp"
#include "pipeline/pipeline.hpp"
#include "view/report.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace tinystacks::app::view {

/// A deployment as --json has it (DESIGN.md, section 5).
[[nodiscard]] nlohmann::json to_json(const deployment::Deployment& deployment);

/// stdout: the image's digest.
[[nodiscard]] Report build_result(const pipeline::BuildOutcome& outcome);
/// stdout: a URL or digest a stage. `project` is the flags that name the project, for commands to copy.
[[nodiscard]] Report deploy_result(const pipeline::DeployOutcome& outcome, const project::Project& project);
[[nodiscard]] Report status_result(const std::string& stack, const std::vector<pipeline::StageStatus>& stages,
                                   Time now);

}  // namespace tinystacks::app::view
