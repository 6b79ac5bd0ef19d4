#pragma once

#include "base/error.hpp"
#include "project/project.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::pipeline {

/// Which of the pipeline's buildspecs a text is.
enum class Role { build, release, test };

/// Everything wrong or odd about a buildspec of the pipeline: what buildspec::parse finds, and what the pipeline
/// forbids: a variable of ours declared in `env:`, and, in a build, a tag named like a stage where the text shows one.
[[nodiscard]] std::vector<Problem> find_problems(std::string_view text, const std::string& file, Role role,
                                                 const project::Project& project);

/// Throws Error{invalid_input} with all of them when one is an error.
void check_buildspec(std::string_view text, const std::string& file, Role role, const project::Project& project);

}  // namespace tinystacks::pipeline
