#pragma once

#include "project/project.hpp"

#include <string>
#include <string_view>

namespace tinystacks::pipeline {

/// Which of the pipeline's buildspecs a text is.
enum class Role { build, release, test };

/// Reads a buildspec of the pipeline and refuses, beside what buildspec::parse refuses, what the pipeline forbids: a
/// variable of ours declared in `env:`, and, in a build, a tag named like a stage where the text shows one. Throws
/// Error{invalid_input} with every problem and its place.
void check_buildspec(std::string_view text, const std::string& file, Role role, const project::Project& project);

}  // namespace tinystacks::pipeline
