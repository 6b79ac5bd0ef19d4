#include "commands/catalogue.hpp"
#include "commands/deployment.hpp"
#include "commands/rollout.hpp"
#include "commands/values.hpp"
#include "view/github.hpp"
#include "view/stack.hpp"
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
    bool resume = false;
    bool no_wait = false;
    bool waiting_ok = false;
    bool queue = false;
    bool dry_run = false;
    std::string stack;  ///< kept by a TinyStacks API; empty for the project's
    OwnerOptions owner;
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

/// Deploys a stage of a stack that a TinyStacks API keeps.
view::Report deploy_remote(const Options& options, Context& context)
{
    if (options.stage.empty()) {
        throw Error(ErrorKind::usage, "--stack wants --stage: which of its stages to deploy")
            .with_hint(extended(context.services.options().line, "--stage NAME",
                                "tinystacks deploy --stack NAME --stage NAME"));
    }
    control::StackRequest request;
    request.change = control::StackRequest::Change::deploy;
    request.stack.name = options.stack;
    request.stage = options.stage;
    request.customer = options.owner.customer;
    request.watch.until_end = !options.no_wait;
    if (!options.rollout.limit.empty()) {
        request.watch.limit = duration_of("--timeout", options.rollout.limit, context.services.options().line);
    }
    auto& keeper = plane(options.owner, context);
    const auto stack = ask_about(keeper, context, Thing::stack, options.stack, [&](control::Catalogue& catalogue) {
        return catalogue.stack(options.stack, options.owner.customer);
    });
    check_remote_stage(stack, options.stage, context.services);
    announce_change(context, keeper,
                    fmt::format("{} stack {}, stage {}", options.dry_run ? "would deploy" : "deploy", options.stack,
                                options.stage));
    if (options.dry_run) {
        view::Report report;
        (*report.result)["dry_run"] = true;
        (*report.result)["stages"] = {options.stage};
        return report;
    }
    auto progress = context.services.make_progress(view::Progress::Style::steps, context.out, context.err);
    const auto done = carry_out(request, keeper, progress, context.err);
    return report_of<control::StackOutcome>(done, [&](const control::StackOutcome& outcome) {
        const auto attempt = view::attempt_of(outcome, options.stack, options.stage, context.services.clock()());
        if (context.services.in_github()) {
            pipeline::DeployOutcome told;
            told.deployments = {attempt};
            view::write_github_files(told, context.services.environment());
        }
        return view::stage_result(outcome, attempt);
    });
}

view::Report run(const Options& options, Context& context)
{
    if (!options.stack.empty()) {
        return deploy_remote(options, context);
    }
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
    auto* stack = command->add_option("--stack", options->stack, "A stack that a TinyStacks API keeps, with --stage.")
                      ->type_name("NAME")
                      ->check(name_of("stacks"));
    for (const auto* of_project : {"--project", "--commit", "--working-tree", "--rebuild", "--force", "--resume",
                                   "--waiting-ok", "--queue", "--record", "--no-rollback"}) {
        stack->excludes(command->get_option(of_project));
    }
    declare_group_option(*command, options->owner);
    declare_customer_option(*command, options->owner);
    for (const auto* of_owner : {"--group", "--customer"}) {
        command->get_option(of_owner)->needs(stack);
    }
    command->add_flag("--dry-run", options->dry_run, "Show what would be done.")->excludes(resume);
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
