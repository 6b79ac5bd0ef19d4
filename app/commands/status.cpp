#include "commands/project.hpp"
#include "view/deployment.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

view::Report run(const ProjectOptions& options, Context& context)
{
    const auto project = working_tree_project(options, context.services);
    auto& plane = context.services.control(project.control);
    const bool ages = context.out.is_terminal() && context.services.wants_colour();
    return view::status_result(project.stack, plane.status(project),
                               ages ? std::optional(context.services.clock()()) : std::nullopt);
}

}  // namespace

void declare_status(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<ProjectOptions>();
    auto* command = parent.add_subcommand("status", "Every stage at a glance.")->group("Everyday");
    declare_project_option(*command, *options);
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
