#pragma once

#include "source/source.hpp"

#include <filesystem>
#include <optional>

namespace tinystacks::source {

/// What the infrastructure code in `directory` (not below it) is written with, as far as its files tell by their names:
/// `cdk.json` is AWS CDK's, `*.tf` and `*.tf.json` are Terraform's, `template.yml`, `.yaml` or `.json` is
/// CloudFormation's. Empty when there is none of these.
[[nodiscard]] std::optional<InfrastructureCodeType> find_toolset(const std::filesystem::path& directory);

}  // namespace tinystacks::source
