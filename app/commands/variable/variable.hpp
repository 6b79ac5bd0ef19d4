#pragma once

#include "commands/deployment.hpp"
#include "commands/rollout.hpp"

#include "deployment/entry.hpp"

#include <string>
#include <vector>

namespace tinystacks::app::commands {

/// Which variables a command is about.
struct VariableOptions : ProjectOptions {
    std::string stage;
    bool build = false;
    bool no_deploy = false;
    bool queue = false;
    RolloutFlags rollout;
};
void declare_variable_options(CLI::App& command, VariableOptions& options);

/// A variable called `name`, as the options say; its value is still to come. Throws Error{usage} for a name that nobody
/// may set.
[[nodiscard]] deployment::Variable named_variable(const std::string& name, const VariableOptions& options);

/// Writes the variables, and deploys the stages that they concern unless --no-deploy is given.
[[nodiscard]] view::Report change_variables(const std::vector<deployment::Variable>& variables,
                                            const VariableOptions& options, Context& context);

}  // namespace tinystacks::app::commands
