#pragma once

#include "buildspec/run.hpp"
#include "view/report.hpp"

namespace tinystacks::app::view {

/// How a buildspec run ended. `interrupted` is the exit code a signal asks for, or 0.
[[nodiscard]] Report buildspec_result(const buildspec::Result& result, int interrupted);

/// What `check` and `validate` found. `strict` makes warnings count as errors.
enum class Strictness { standard, strict };
[[nodiscard]] Report problems_found(std::vector<Problem> problems, const std::vector<std::string>& files,
                                    Strictness strictness);

}  // namespace tinystacks::app::view
