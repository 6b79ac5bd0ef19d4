#include "commands/project.hpp"
#include "commands/values.hpp"

#include "base/text.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <iostream>

namespace tinystacks::app::commands {
namespace {

struct Options : ProjectOptions {
    std::string stage;
    bool all = false;
    bool yes = false;
};

void agree(const Options& options, const project::Project& project, Context& context)
{
    if (options.yes) {
        return;
    }
    const auto what = options.stage.empty() ? "stack " + project.stack : "stage " + options.stage;
    if (!context.err.is_terminal() || ::isatty(STDIN_FILENO) != 1) {
        throw Error(ErrorKind::usage, "'down' asks before it removes the containers of {}, and there is no terminal",
                    what)
            .with_hint(extended(context.services.options().line, "--yes", "tinystacks down --yes"));
    }
    context.err.write(fmt::format("Remove the containers of {} from this machine{}? [y/N] ", what,
                                  options.all ? ", and stop the registry that all its stacks share" : ""));
    std::string answer;
    std::getline(std::cin, answer);
    if (to_lower(trim(answer)) != "y" && to_lower(trim(answer)) != "yes") {
        throw Error(ErrorKind::conflict, "nothing was removed");
    }
}

view::Report run(const Options& options, Context& context)
{
    const auto project = working_tree_project(options, context.services);
    check_stage(project, options.stage, context.services);
    auto& plane = context.services.embedded();
    agree(options, project, context);
    if (!context.services.options().quiet) {
        context.err.write(fmt::format("{}: remove the containers of stack {}{}\n", plane.name(), project.stack,
                                      options.stage.empty() ? "" : ", stage " + options.stage));
    }
    view::Report report;
    const auto removed = plane.remove_containers(project, options.stage);
    const bool registry = options.all && !plane.registry().empty();
    if (registry) {
        plane.stop_registry();
    }
    for (const auto& name : removed) {
        report.text += "removed " + name + "\n";
    }
    if (removed.empty()) {
        report.text = fmt::format("stack {} has no containers on this machine\n", project.stack);
    }
    if (options.all) {
        report.text += registry ? "the machine's registry is stopped; its images stay\n"
                                : "the machine's registry was not running\n";
    }
    (*report.result)["removed"] = removed;
    (*report.result)["registry_stopped"] = registry;
    return report;
}

}  // namespace

void declare_down(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("down", "Remove what docker stages run on this machine.")->group("The rest");
    declare_project_option(*command, *options);
    command->add_option("--stage", options->stage, "Only this stage.")->type_name("NAME")->check(a_value());
    command->add_flag("--all", options->all, "Stop the machine's own registry too.");
    command->add_flag("--yes", options->yes, "Do not ask.");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
