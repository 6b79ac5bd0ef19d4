#pragma once

#include "commands/catalogue.hpp"

#include <string_view>

namespace tinystacks::app::commands {

/// Carries out a change of a stack, shows how its deployment goes, and reports what came of it. `done`: what was done,
/// for people.
[[nodiscard]] view::Report carry_out_stack_change(const control::StackRequest& request, control::ControlPlane& plane,
                                                  std::string_view done, Context& context);

/// `--stage NAME:REGION[:ACCOUNT]` of a command, any number of them.
void declare_stage_arguments(CLI::App& command, std::vector<std::string>& stages);
/// Throws Error{usage} for one that is none, and for two of one name.
[[nodiscard]] std::vector<stack::Stage> parse_stages(const std::vector<std::string>& arguments);

}  // namespace tinystacks::app::commands
