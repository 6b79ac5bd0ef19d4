#include "commands/deployment.hpp"
#include "commands/rollout.hpp"
#include "commands/values.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : ProjectOptions {
    std::string stage;
    std::string to;
    RolloutFlags rollout;
    bool queue = false;
};

view::Report run(const Options& options, Context& context)
{
    const auto& services = context.services;
    pipeline::RollbackRequest request{source_at(options, {}, services), options.stage, options.to};
    const auto project = pipeline::read_project(request.source).project;
    check_stage(project, options.stage, services);
    request.source.rollout = rollout_options(options.rollout, services);
    request.source.patience.queue = options.queue;
    auto& plane = context.services.control(project.control);
    announce(context, plane, project,
             fmt::format("roll back to {}", options.to.empty() ? "what ran before" : options.to), options.stage);
    return carry_out_deployment(request, plane, project, context);
}

}  // namespace

void declare_rollback(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("rollback", "Bring a stage back to an earlier deployment.")->group("Everyday");
    declare_project_option(*command, *options);
    command->add_option("--stage", options->stage, "The stage.")->required()->type_name("NAME")->check(a_value());
    command->add_option("--to", options->to, "The id of a deployment; else the one before with another image.")
        ->type_name("DEPLOYMENT")
        ->check(a_value());
    declare_queue_flag(*command, options->queue);
    declare_rollout_flags(*command, options->rollout);
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
