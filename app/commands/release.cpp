#include "commands/project.hpp"
#include "commands/rollout.hpp"
#include "commands/values.hpp"
#include "view/deployment.hpp"
#include "view/github.hpp"
#include "watch.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : SourceOptions {
    std::string stage;
    RolloutFlags rollout;
};

view::Report run(const Options& options, Context& context)
{
    pipeline::ReleaseRequest request{source(options, context), options.stage};
    const auto project = pipeline::read_project(request.source).project;
    check_stage(project, options.stage, context.services);
    request.source.rollout = rollout_options(options.rollout, context.services);
    refuse_for_later_stage(project, options.stage, options.working_tree ? "--working-tree" : "");
    auto& plane = context.services.control(project.control);
    announce(context, plane, request.source, "release", options.stage);
    auto progress = context.services.make_progress(view::Progress::Style::steps, context.out, context.err);
    const auto done = carry_out(request, plane, progress, context.err);
    return report_of<pipeline::DeployOutcome>(done, [&](const pipeline::DeployOutcome& outcome) {
        if (context.services.in_github()) {
            view::write_github_files(outcome, context.services.environment());
        }
        return view::release_result(outcome, project);
    });
}

}  // namespace

void declare_release(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("release", "Run release.yml for one stage; print the digest or URL.")->group("Steps");
    declare_source_options(*command, *options);
    command->add_option("--stage", options->stage, "The stage.")->required()->type_name("NAME")->check(a_value());
    declare_rollout_flags(*command, options->rollout);
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
