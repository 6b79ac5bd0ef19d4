#pragma once

#include "deployment/runtime.hpp"
#include "pipeline/detail/workspace.hpp"
#include "stage/stage.hpp"

#include <vector>

namespace tinystacks::pipeline {

/// What a stage's application is to find in its environment: the project file's variables, and over them those that
/// `variable set` wrote into the ledger, the stage's own over every stage's.
[[nodiscard]] deployment::RuntimeVariables runtime_variables(const project::Project& project, const stage::Stage& stage,
                                                             const std::vector<deployment::Variable>& set);
/// The same as of now.
[[nodiscard]] deployment::RuntimeVariables runtime_variables(Workspace& workspace, const stage::Stage& stage);

/// The values for what does not look up those that AWS keeps, such as a container of this machine. Throws
/// Error{invalid_input} for one of these.
[[nodiscard]] stage::Variables plain_values(const deployment::RuntimeVariables& variables, const std::string& stage);

/// Throws Error{invalid_input} for a variable that the stage's target cannot be given, before anything is started.
void check_variables(Workspace& workspace, const stage::Stage& stage);

/// What build.yml gets: the project file's build variables, and over them those of the ledger.
[[nodiscard]] stage::Variables build_overrides(Workspace& workspace);

}  // namespace tinystacks::pipeline
