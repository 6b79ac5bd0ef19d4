#pragma once

#include <filesystem>

namespace tinystacks::buildspec {

/// Puts the commands that AWS's build images bring along (codebuild-breakpoint, -resume, -glob-search, -hash-files,
/// -tests-run) into a directory of `work`, and returns it.
/// Source: AWS CodeBuild User Guide, "Session Manager", "Cache" and "Parallel test execution"; what its guide leaves
/// open is chosen in docs/buildspec.md.
[[nodiscard]] std::filesystem::path write_helpers(const std::filesystem::path& work);

}  // namespace tinystacks::buildspec
