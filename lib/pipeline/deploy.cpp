#include "pipeline/pipeline.hpp"

#include "base/error.hpp"
#include "pipeline/detail/account.hpp"
#include "pipeline/detail/build.hpp"
#include "pipeline/detail/checks.hpp"
#include "pipeline/detail/release.hpp"
#include "pipeline/detail/workspace.hpp"

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
    made.build = build_image(workspace, rebuild);
    if (made.build->image) {
        made.promoted = Promoted{made.build->image->digest, workspace.commit()};
    }
    return made;
}

/// Releases one stage unless its target runs the image already. False when the flow stops here.
bool bring(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted, bool force,
           DeployOutcome& outcome)
{
    if (auto current = force ? std::nullopt : find_running(workspace, stage, promoted)) {
        outcome.unchanged.push_back(std::move(*current));
        Step(workspace, workspace.world().clock, stage.name.str(), "deployment")
            .end("SKIPPED", fmt::format("{} runs already; --force releases it again", promoted.commit.substr(0, 12)));
        return true;
    }
    outcome.deployments.push_back(release_stage(workspace, stage, promoted));
    return outcome.deployments.back().verdict.outcome == Outcome::succeeded;
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
        (void)bring(head, wanted, *planned.promoted, force, outcome);
        return outcome;
    }
    auto of_commit = source;
    of_commit.commit = planned.promoted->commit;
    Workspace workspace(of_commit, world, run);
    const auto& stage = workspace.project().stage(name);
    refuse_what_is_not_obeyed(workspace.project(), name);
    (void)bring(workspace, stage, *planned.promoted, force, outcome);
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
    constexpr std::string_view not_yet = "is understood, but this version does not obey it yet";
    if (std::holds_alternative<stage::DockerTarget>(stage.target)) {
        constexpr std::string_view nobody = "is for ecs and lambda: nobody is asked for it on this machine";
        if (!stage.role.empty()) {
            return refuse("role", nobody);
        }
        if (!stage.external_id.empty()) {
            return refuse("external_id", nobody);
        }
    }
    if (stage.approval == stage::Approval::required) {
        return refuse("approval", not_yet);
    }
    return std::nullopt;
}

std::vector<Problem> find_unobeyed(const project::Project& project, const stage::Stage& stage)
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
    if (!project.runtime_of(stage).empty()) {
        warn("runtime variables reach only docker targets in this version");
    }
    if (!stage.health.empty() && std::holds_alternative<stage::EcsTarget>(stage.target)) {
        warn("on ECS the load balancer and the task definition check the health, so 'health' is not used");
    }
    return problems;
}

DeployOutcome deploy(const DeployRequest& request, World& world, const Run& run)
{
    if (!request.stage.empty()) {
        return bring_one(request.source, request.stage, request.rebuild, request.force, world, run);
    }
    Workspace workspace(request.source, world, run);
    refuse_what_is_not_obeyed(workspace.project(), {});
    check_before(workspace, {});
    DeployOutcome outcome;
    outcome.build = build_image(workspace, request.rebuild);
    if (!outcome.build->image) {
        return outcome;
    }
    const Promoted promoted{outcome.build->image->digest, workspace.commit()};
    try {
        for (const auto& stage : workspace.project().stages) {
            if (!bring(workspace, stage, promoted, request.force, outcome)) {
                break;
            }
        }
    } catch (const Error& error) {
        outcome.error = error;  // what earlier stages got is told all the same
    }
    return outcome;
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
