#include "commands/variable/variable.hpp"

#include "commands/values.hpp"
#include "view/variable.hpp"

#include "base/text.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace tinystacks::app::commands {

void declare_variable_options(CLI::App& command, VariableOptions& options)
{
    declare_project_option(command, options);
    auto* stage = command.add_option("--stage", options.stage, "Of this stage only; else of every stage.")
                      ->type_name("NAME")
                      ->check(a_value());
    command.add_flag("--build", options.build, "For build.yml; else for the running application.")->excludes(stage);
    command.add_flag("--no-deploy", options.no_deploy, "Leave it to the next deployment.");
    declare_queue_flag(command, options.queue);
    declare_rollout_flags(command, options.rollout);
}

deployment::Variable named_variable(const std::string& name, const VariableOptions& options)
{
    deployment::Variable variable;
    variable.name = name;
    variable.stage = options.stage;
    variable.use = options.build ? deployment::Variable::Use::build : deployment::Variable::Use::runtime;
    const auto use = options.build ? stage::VariableUse::build : stage::VariableUse::runtime;
    if (const auto refusal = stage::find_refusal(name, use)) {
        throw Error(ErrorKind::usage, "'{}': {}", printable(name), *refusal).with_hint("tinystacks variable list");
    }
    return variable;
}

view::Report change_variables(const std::vector<deployment::Variable>& variables, const VariableOptions& options,
                              Context& context)
{
    const auto& services = context.services;
    const auto project = working_tree_project(options, services);
    check_stage(project, options.stage, services);
    auto& plane = context.services.control(project.control);
    pipeline::RefreshRequest request{source_at(options, {}, services)};
    request.source.rollout = rollout_options(options.rollout, services);
    request.source.patience.queue = options.queue;
    request.rebuild = options.build;
    if (!options.stage.empty()) {
        request.stages = {options.stage};
    }
    std::vector<std::string> names;
    for (const auto& each : variables) {
        names.push_back(each.name);
    }
    announce(context, plane, project,
             fmt::format("{} {}{}", variables.front().value ? "set" : "unset", enumerate(names),
                         options.build ? " for builds" : ""),
             options.stage);
    plane.set_variables(project, variables);
    auto report = options.no_deploy ? view::Report() : carry_out_deployment(request, plane, project, context);
    auto& list = (*report.result)["variables"] = nlohmann::json::array();
    for (const auto& each : variables) {
        list.push_back(view::to_json(each));
    }
    if (options.no_deploy) {
        report.notes.emplace_back(options.build ? "next: tinystacks deploy --rebuild" : "next: tinystacks deploy");
    }
    return report;
}

}  // namespace tinystacks::app::commands
