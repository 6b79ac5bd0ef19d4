#pragma once

#include "deployment/runtime.hpp"
#include "pipeline/detail/release.hpp"

#include <optional>
#include <set>
#include <string>

namespace tinystacks::pipeline {

/// The deployment that brought the promoted image to the stage, when the target says that it runs as that left it, with
/// the variables that are wanted now. Empty when it does not, or cannot be asked.
[[nodiscard]] std::optional<deployment::Deployment> find_running(Workspace& workspace, const stage::Stage& stage,
                                                                 const Promoted& promoted);

/// Names of variables that the stage's last deployment set, and that are to be no more.
[[nodiscard]] std::set<std::string> find_gone(const std::optional<deployment::Deployment>& current,
                                              const deployment::RuntimeVariables& wanted);

/// Where the image lies that the stage runs: in its own repository, else the stack's.
[[nodiscard]] std::string repository_of(Workspace& workspace, const stage::Stage& stage);

}  // namespace tinystacks::pipeline
