#include "commands/deployment.hpp"
#include "commands/rollout.hpp"
#include "commands/values.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : SourceOptions {
    std::string stage;
    RolloutFlags rollout;
    bool queue = false;
};

view::Report run(const Options& options, Context& context)
{
    pipeline::ReleaseRequest request{source(options, context), options.stage};
    const auto project = pipeline::read_project(request.source).project;
    check_stage(project, options.stage, context.services);
    request.source.rollout = rollout_options(options.rollout, context.services);
    request.source.patience = {has_company(context), options.queue};
    refuse_for_later_stage(project, options.stage, options.working_tree ? "--working-tree" : "");
    auto& plane = context.services.control(project.control);
    announce(context, plane, request.source, "release", options.stage);
    return carry_out_deployment(request, plane, project, context);
}

}  // namespace

void declare_release(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("release", "Run release.yml for one stage; print the digest or URL.")->group("Steps");
    declare_source_options(*command, *options);
    command->add_option("--stage", options->stage, "The stage.")->required()->type_name("NAME")->check(a_value());
    declare_queue_flag(*command, options->queue);
    declare_rollout_flags(*command, options->rollout);
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
