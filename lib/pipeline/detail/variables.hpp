#pragma once

#include "project/project.hpp"
#include "registry/registry.hpp"
#include "stage/stage.hpp"

#include <map>
#include <optional>
#include <string>

namespace tinystacks::pipeline {

using Variables = std::map<std::string, std::string>;

/// The parts of an Amazon ECR host, ACCOUNT.dkr.ecr.REGION.amazonaws.com.
struct EcrHost {
    std::string account;
    std::string region;
};
/// Empty when `host` is another registry's.
[[nodiscard]] std::optional<EcrHost> find_ecr_host(const std::string& host);

/// What tinystacks sets for build.yml and nobody may change.
[[nodiscard]] Variables build_variables(const project::Project& project, const registry::Repository& image);
/// The same for release.yml of `stage`. Source of all names: docs/project-file.md.
[[nodiscard]] Variables release_variables(const project::Project& project, const registry::Repository& image,
                                          const stage::Stage& stage);
/// What is set too, and a buildspec's to change: regions and account.
[[nodiscard]] Variables default_variables(const registry::Repository& image, const Variables& environment);
/// The stage's own repository, in its region; empty when the stage uses the stack's.
[[nodiscard]] std::optional<registry::Repository> find_regional_image(const registry::Repository& image,
                                                                      const stage::Stage& stage);

}  // namespace tinystacks::pipeline
