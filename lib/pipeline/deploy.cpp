#include "pipeline/pipeline.hpp"

#include "base/error.hpp"
#include "pipeline/detail/account.hpp"
#include "pipeline/detail/approval.hpp"
#include "pipeline/detail/attempt.hpp"
#include "pipeline/detail/build.hpp"
#include "pipeline/detail/checks.hpp"
#include "pipeline/detail/resume.hpp"
#include "pipeline/detail/running.hpp"
#include "pipeline/detail/runtime.hpp"
#include "pipeline/detail/turn.hpp"

namespace tinystacks::pipeline {
namespace {

using deployment::Deployment;
using deployment::Outcome;

void refuse_what_is_not_obeyed(const project::Project& project, const std::string& only)
{
    for (const auto& stage : project.stages) {
        if (!only.empty() && stage.name.str() != only) {
            continue;
        }
        if (const auto refusal = find_refusal(stage)) {
            throw *refusal;
        }
    }
}

/// What can be known to be wrong before anything is built or released, of one stage or all.
void check_before(Workspace& workspace, const std::string& only)
{
    const auto& project = workspace.project();
    require_engine(workspace, only);
    check_buildspec(workspace.read(project.release_file, "tinystacks init"), project.release_file, Role::release,
                    project);
    for (const auto& stage : project.stages) {
        if (!only.empty() && stage.name.str() != only) {
            continue;
        }
        check_account(workspace, stage);
        check_variables(workspace, stage);
        if (!stage.test.empty()) {
            check_buildspec(workspace.read(stage.test, fmt::format("git add {}", stage.test)), stage.test, Role::test,
                            project);
        }
    }
}

/// What the previous stage runs.
Promoted promoted_from(Workspace& workspace, const std::string& stage)
{
    const auto& project = workspace.project();
    auto& ledger = workspace.world().ledger;
    const auto previous = project.previous(stage);
    constexpr std::size_t most = 50;
    for (const auto& each : ledger.history(project.stack, previous, most)) {
        if (each.state != deployment::State::ended || each.verdict.outcome == Outcome::succeeded) {
            break;
        }
        if (each.verdict.outcome == Outcome::uncertain) {
            workspace.note(Severity::warning, stage,
                           fmt::format("stage '{}' was released with {}, but nobody watched whether it runs", previous,
                                       each.commit.substr(0, 12)));
            return {each.digest, each.commit};
        }
    }
    const auto current = ledger.find_current(project.stack, previous);
    if (!current) {
        throw Error(ErrorKind::not_found, "stage '{}' runs nothing yet that '{}' could get", previous, stage)
            .with_hint(fmt::format("tinystacks deploy --stage {}", previous));
    }
    return {current->digest, current->commit};
}

/// What one stage is to get: the commit's image for the first stage, else what the stage before it runs.
struct Plan {
    std::optional<BuildOutcome> build;
    std::optional<Promoted> promoted;  ///< empty when the build failed
};

Plan plan(Workspace& workspace, const std::string& stage, bool rebuild)
{
    if (workspace.project().previous(stage) != "latest") {
        const auto promoted = promoted_from(workspace, stage);
        if (workspace.source().chosen && promoted.commit != workspace.commit()) {
            const auto previous = workspace.project().previous(stage);
            throw Error(ErrorKind::conflict, "stage '{}' gets what '{}' runs, and that is {}, not {}", stage, previous,
                        promoted.commit.substr(0, 12), workspace.commit().substr(0, 12))
                .with_hint(fmt::format("tinystacks deploy --stage {} --commit {}", previous, workspace.commit()));
        }
        return {std::nullopt, promoted};
    }
    Plan made;
    made.build = build_image(workspace, rebuild, Then::nothing);
    if (made.build->image) {
        made.promoted = Promoted{made.build->image->digest, workspace.commit()};
    }
    return made;
}

/// Whether the flow goes on after this stage.
bool is_good(const Deployment& deployment)
{
    return deployment.verdict.outcome == Outcome::succeeded;
}

/// Whether the stage's target runs the image already: then it is left alone, but for a tag that somebody moved.
bool leave_alone(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted, DeployOutcome& outcome)
{
    auto current = find_running(workspace, stage, promoted);
    if (!current) {
        return false;
    }
    outcome.unchanged.push_back(std::move(*current));
    const auto tagged = workspace.look_up(workspace.image(), stage.name.str());
    if (tagged.asked && tagged.digest != promoted.digest) {
        workspace.note(Severity::warning, stage.name.str(),
                       fmt::format("the tag '{}' named {}, and names again what runs: {}", stage.name.str(),
                                   tagged.digest.value_or("nothing"), promoted.digest));
        move_stage_tag(workspace, stage, promoted);
    }
    Step(workspace, workspace.clock(), stage.name.str(), "deployment")
        .end("SKIPPED", fmt::format("{} runs already; --force releases it again", promoted.commit.substr(0, 12)));
    return true;
}

/// Carries a deployment out as soon as it may: with an approval where the stage wants one, in its turn. False when the
/// flow stops here.
bool go_on(Workspace& workspace, const stage::Stage& stage, Deployment deployment, bool force, DeployOutcome& outcome)
{
    const bool asks = stage.approval == stage::Approval::required && deployment.means == deployment::Means::release &&
                      deployment.phases.empty();
    if (asks && !await_approval(workspace, deployment)) {
        outcome.deployments.push_back(std::move(deployment));
        return false;
    }
    const auto turn = take_turn(workspace, deployment::lease_of_stage(deployment.stage), deployment.stage);
    // Whoever had the turn before may have taken its place, or brought the image already.
    if (auto now = workspace.world().ledger.find(deployment.stack, deployment.id);
        now && now->verdict.outcome == Outcome::superseded) {
        outcome.deployments.push_back(std::move(*now));
        return false;
    }
    const bool queued = workspace.source().patience.queue && !force && !asks;
    if (queued && leave_alone(workspace, stage, {deployment.digest, deployment.commit}, outcome)) {
        return true;
    }
    outcome.deployments.push_back(carry_out(workspace, stage, std::move(deployment)));
    return is_good(outcome.deployments.back());
}

/// Releases one stage unless its target runs the image already. False when the flow stops here.
bool bring(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted, bool alone, bool force,
           DeployOutcome& outcome)
{
    const bool busy = workspace.world()
                          .ledger.find_lease(workspace.project().stack, deployment::lease_of_stage(stage.name.str()))
                          .has_value();
    if (!force && !busy && leave_alone(workspace, stage, promoted, outcome)) {
        return true;
    }
    auto deployment = new_deployment(workspace, stage, promoted);
    deployment.alone = alone;
    return go_on(workspace, stage, std::move(deployment), force, outcome);
}

/// The stages from `first` on, in order. Why one could not be tried is told beside what the earlier ones got.
void bring_all(Workspace& workspace, const Promoted& promoted, std::size_t first, bool force, DeployOutcome& outcome)
{
    const auto& stages = workspace.project().stages;
    try {
        for (auto i = first; i < stages.size(); ++i) {
            if (!bring(workspace, stages[i], promoted, false, force, outcome)) {
                break;
            }
        }
    } catch (const Error& error) {
        outcome.error = error;
    }
}

DeployOutcome deploy_all(const Source& source, bool rebuild, bool force, World& world, const Run& run)
{
    Workspace workspace(source, world, run);
    refuse_what_is_not_obeyed(workspace.project(), {});
    check_before(workspace, {});
    DeployOutcome outcome;
    outcome.build = build_image(workspace, rebuild, Then::stages);
    if (outcome.build->image) {
        bring_all(workspace, {outcome.build->image->digest, workspace.commit()}, 0, force, outcome);
    }
    return outcome;
}

/// Goes on with what was left unfinished last.
DeployOutcome resume(const DeployRequest& request, World& world, const Run& run)
{
    const auto stack = read_project(request.source).project.stack;
    const auto nothing_left =
        Error(ErrorKind::not_found, "nothing of stack '{}' was left unfinished", stack).with_hint("tinystacks status");
    const auto unfinished = find_unfinished(world.ledger.read(stack), request.stage);
    if (!unfinished) {
        throw nothing_left;
    }
    auto source = request.source;
    source.commit = unfinished->commit;
    if (!unfinished->last) {
        return deploy_all(source, false, false, world, run);
    }
    Workspace workspace(source, world, run);
    const auto& last = *unfinished->last;
    const auto& stage = workspace.project().stage(last.stage);
    refuse_what_is_not_obeyed(workspace.project(), last.alone ? last.stage : std::string());
    require_engine(workspace, last.stage);
    const auto waiter = world.ledger.find_lease(stack, deployment::lease_of_approval(last.stage));
    if (last.state == deployment::State::waiting && waiter && waiter->run == last.run) {
        throw Error(ErrorKind::conflict, "deployment {} is waited with by {}, who goes on with it", last.id,
                    waiter->owner)
            .with_hint(last.verdict.hint);
    }
    DeployOutcome outcome;
    if (is_open(last)) {
        workspace.note(Severity::warning, last.stage,
                       fmt::format("going on with deployment {}: {}", last.id, last.verdict.sentence));
        if (!go_on(workspace, stage, last, true, outcome)) {
            return outcome;
        }
    }
    if (!last.alone) {
        const auto next = static_cast<std::size_t>(&stage - workspace.project().stages.data()) + 1;
        bring_all(workspace, {last.digest, last.commit}, next, false, outcome);
    }
    if (outcome.deployments.empty() && !outcome.error) {
        throw nothing_left;
    }
    return outcome;
}

/// One stage, with the project file of the commit it gets.
DeployOutcome bring_one(const Source& source, const std::string& name, bool rebuild, bool force, World& world,
                        const Run& run)
{
    Workspace head(source, world, run);
    const auto& wanted = head.project().stage(name);
    refuse_what_is_not_obeyed(head.project(), wanted.name.str());
    check_before(head, name);
    DeployOutcome outcome;
    auto planned = plan(head, name, rebuild);
    outcome.build = std::move(planned.build);
    if (!planned.promoted) {
        return outcome;
    }
    if (planned.promoted->commit == source.commit) {
        (void)bring(head, wanted, *planned.promoted, true, force, outcome);
        return outcome;
    }
    auto of_commit = source;
    of_commit.commit = planned.promoted->commit;
    Workspace workspace(of_commit, world, run);
    const auto& stage = workspace.project().stage(name);
    refuse_what_is_not_obeyed(workspace.project(), name);
    (void)bring(workspace, stage, *planned.promoted, true, force, outcome);
    return outcome;
}

}  // namespace

std::optional<Error> find_refusal(const stage::Stage& stage)
{
    const auto refuse = [&](std::string_view key, std::string_view why) {
        return Error(ErrorKind::unavailable, "stage '{}': '{}' {}", stage.name.str(), key, why)
            .at(stage.where)
            .with_hint(fmt::format("remove '{}' from stage '{}'", key, stage.name.str()));
    };
    if (std::holds_alternative<stage::DockerTarget>(stage.target)) {
        constexpr std::string_view nobody = "is for ecs and lambda: nobody is asked for it on this machine";
        if (!stage.role.empty()) {
            return refuse("role", nobody);
        }
        if (!stage.external_id.empty()) {
            return refuse("external_id", nobody);
        }
    }
    return std::nullopt;
}

std::optional<Error> find_ledger_refusal(const project::Project& project, std::string_view doing,
                                         const process::Environment& environment)
{
    const auto ci = environment.find("CI");
    if (!project.bucket.empty() || ci == environment.end() || ci->second.empty()) {
        return std::nullopt;
    }
    return Error(ErrorKind::unavailable,
                 "{} needs a ledger that outlives this machine: under CI, with no 'bucket:' in tinystacks.yml, what is "
                 "decided here nobody else would see",
                 doing)
        .with_hint("echo 'bucket: NAME-OF-AN-S3-BUCKET' >>tinystacks.yml");
}

std::vector<Problem> find_unobeyed(const stage::Stage& stage)
{
    std::vector<Problem> problems;
    const auto warn = [&](std::string message) {
        problems.push_back({Severity::warning,
                            stage.where,
                            "pipeline.not_obeyed_yet",
                            fmt::format("stage '{}': {}", stage.name.str(), message),
                            {}});
    };
    if (std::holds_alternative<stage::DockerTarget>(stage.target)) {
        return problems;
    }
    if (!stage.health.empty() && std::holds_alternative<stage::EcsTarget>(stage.target)) {
        warn("on ECS the load balancer and the task definition check the health, so 'health' is not used");
    }
    return problems;
}

DeployOutcome deploy(const DeployRequest& request, World& world, const Run& run)
{
    if (request.resume) {
        return resume(request, world, run);
    }
    return request.stage.empty() ? deploy_all(request.source, request.rebuild, request.force, world, run)
                                 : bring_one(request.source, request.stage, request.rebuild, request.force, world, run);
}

DeployOutcome release(const ReleaseRequest& request, World& world, const Run& run)
{
    return bring_one(request.source, request.stage, false, true, world, run);
}

int exit_code(const DeployOutcome& outcome)
{
    if (outcome.build && !outcome.build->image) {
        return exit_code(*outcome.build);
    }
    if (outcome.error) {
        return tinystacks::exit_code(outcome.error->kind());
    }
    return outcome.deployments.empty() ? 0 : deployment::exit_code(outcome.deployments.back().verdict);
}

}  // namespace tinystacks::pipeline
