#pragma once

#include "deployment/cause.hpp"
#include "view/report.hpp"

#include <string>

namespace tinystacks::app::view {

/// One cause at length.
[[nodiscard]] Report cause_result(const deployment::Cause& cause);
/// All causes, one line each, by who owns them.
[[nodiscard]] Report causes_result();
/// docs/causes.md.
[[nodiscard]] std::string causes_document();

/// A hint as it is shown where nothing is known to fill in: {image} becomes IMAGE.
[[nodiscard]] std::string with_names(std::string_view hint);

}  // namespace tinystacks::app::view
