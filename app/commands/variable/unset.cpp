#include "commands/variable/variable.hpp"

#include "base/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace tinystacks::app::commands {
namespace {

using deployment::Variable;

struct Options : VariableOptions {
    std::vector<std::string> names;
};

view::Report run(const Options& options, Context& context)
{
    const auto project = working_tree_project(options, context.services);
    check_stage(project, options.stage, context.services);
    const auto known = context.services.control(project.control).variables(project);
    std::vector<Variable> variables;
    for (const auto& name : options.names) {
        auto variable = named_variable(name, options);
        const bool is_set = std::ranges::any_of(known, [&](const Variable& each) {
            return each.name == name && each.stage == variable.stage && each.use == variable.use;
        });
        if (!is_set) {
            throw Error(ErrorKind::not_found, "no variable '{}' was set {}", name,
                        options.stage.empty() ? "for every stage" : fmt::format("for stage '{}'", options.stage))
                .with_hint("tinystacks variable list");
        }
        variables.push_back(std::move(variable));
    }
    return change_variables(variables, options, context);
}

}  // namespace

void declare_variable_unset(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("unset", "Take back what `set` said, and deploy the stages that this concerns.");
    command->add_option("names", options->names, "Names, any number of them.")->required()->type_name("NAME");
    declare_variable_options(*command, *options);
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
