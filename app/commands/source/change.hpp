#pragma once

#include "commands/catalogue.hpp"

#include <string_view>

namespace tinystacks::app::commands {

/// Carries out a change of a code source, shows how its check goes, and reports what came of it. `done`: what was done,
/// for people.
[[nodiscard]] view::Report carry_out_source_change(const control::SourceRequest& request, control::ControlPlane& plane,
                                                   std::string_view done, Context& context);

}  // namespace tinystacks::app::commands
