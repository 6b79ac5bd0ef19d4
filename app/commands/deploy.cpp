#include "commands/deployment.hpp"
#include "commands/rollout.hpp"
#include "commands/values.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : SourceOptions {
    std::string stage;
    RolloutFlags rollout;
    bool rebuild = false;
    bool force = false;
    bool resume = false;
    bool no_wait = false;
    bool waiting_ok = false;
    bool queue = false;
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
    const auto& services = context.services;
    // What was left unfinished has a commit already.
    pipeline::DeployRequest request{options.resume ? source_at(options, {}, services) : source(options, context),
                                    options.stage, options.rebuild, options.force, options.resume};
    const auto project = pipeline::read_project(request.source).project;
    check_stage(project, options.stage, services);
    request.source.rollout = rollout_options(options.rollout, services);
    request.source.patience = {has_company(context) && !options.no_wait, options.queue};
    refuse_for_later_stage(project, options.stage,
                           options.working_tree ? "--working-tree"
                           : options.rebuild    ? "--rebuild"
                                                : "");
    auto& plane = context.services.control(project.control);
    if (options.resume) {
        announce(context, plane, project, "go on with what was left unfinished", options.stage);
    } else {
        announce(context, plane, request.source, options.dry_run ? "would deploy" : "deploy", options.stage);
    }
    if (options.dry_run) {
        if (const auto refusal = plane.refuses(request)) {
            throw *refusal;
        }
        return plan(request, project);
    }
    auto report = carry_out_deployment(request, plane, project, context);
    constexpr int waiting = 8;
    if (options.waiting_ok && report.exit_code == waiting) {
        report.exit_code = 0;
    }
    return report;
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
    auto* resume = command->add_flag("--resume", options->resume,
                                     "Go on with what was left unfinished last, after its last finished phase.");
    for (const auto* chooses : {"--commit", "--working-tree", "--rebuild", "--force"}) {
        resume->excludes(command->get_option(chooses));
    }
    command->add_flag("--no-wait", options->no_wait,
                      "End with exit code 8 where a stage waits for an approval; without a terminal always.");
    command->add_flag("--waiting-ok", options->waiting_ok, "Exit code 0 instead of 8.");
    declare_queue_flag(*command, options->queue);
    declare_rollout_flags(*command, options->rollout);
    command->add_flag("--dry-run", options->dry_run, "Show what would be done.")->excludes(resume);
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
