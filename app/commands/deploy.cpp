#include "commands/project.hpp"
#include "commands/rollout.hpp"
#include "commands/values.hpp"
#include "view/deployment.hpp"
#include "view/github.hpp"
#include "watch.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : SourceOptions {
    std::string stage;
    RolloutFlags rollout;
    bool rebuild = false;
    bool force = false;
    bool dry_run = false;
};

/// What a deploy would do, without doing any of it.
view::Report plan(const pipeline::DeployRequest& request, const project::Project& project)
{
    view::Report report;
    auto stages = nlohmann::json::array();
    // A later stage gets what the stage before it runs.
    if (request.stage.empty() || request.stage == project.stages.front().name.str()) {
        report.text =
            fmt::format("build the image of {} unless its registry has it\n", request.source.commit.substr(0, 12));
    }
    for (const auto& stage : project.stages) {
        if (request.stage.empty() || stage.name.str() == request.stage) {
            stages.push_back(stage.name.str());
            report.text += fmt::format("release what {} has to {} ({})\n", project.previous(stage.name.str()),
                                       stage.name.str(), stage::kind(stage.target));
        }
    }
    (*report.result)["dry_run"] = true;
    (*report.result)["commit"] = request.source.commit;
    (*report.result)["stages"] = std::move(stages);
    return report;
}

view::Report run(const Options& options, Context& context)
{
    pipeline::DeployRequest request{source(options, context), options.stage, options.rebuild, options.force};
    const auto project = pipeline::read_project(request.source).project;
    check_stage(project, options.stage, context.services);
    request.source.rollout = rollout_options(options.rollout, context.services);
    refuse_for_later_stage(project, options.stage,
                           options.working_tree ? "--working-tree"
                           : options.rebuild    ? "--rebuild"
                                                : "");
    auto& plane = context.services.control(project.control);
    announce(context, plane, request.source, options.dry_run ? "would deploy" : "deploy", options.stage);
    if (options.dry_run) {
        if (const auto refusal = plane.refuses(request)) {
            throw *refusal;
        }
        return plan(request, project);
    }
    auto progress = context.services.make_progress(view::Progress::Style::steps, context.out, context.err);
    const auto done = carry_out(request, plane, progress, context.err);
    return report_of<pipeline::DeployOutcome>(done, [&](const pipeline::DeployOutcome& outcome) {
        if (context.services.in_github()) {
            view::write_github_files(outcome, context.services.environment());
        }
        return view::deploy_result(outcome, project);
    });
}

}  // namespace

void declare_deploy(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("deploy", "Build once, then release and deploy stage after stage.")->group("Everyday");
    declare_source_options(*command, *options);
    command
        ->add_option("--stage", options->stage,
                     "Only this stage: it gets what the stage before it runs, the first one the commit.")
        ->type_name("NAME")
        ->check(a_value());
    command->add_flag("--rebuild", options->rebuild, "Build even when the registry has the commit's image.");
    command->add_flag("--force", options->force, "Release again what already runs.");
    declare_rollout_flags(*command, options->rollout);
    command->add_flag("--dry-run", options->dry_run, "Show what would be done.");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
