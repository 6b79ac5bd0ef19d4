#include "pipeline/pipeline.hpp"

#include "base/error.hpp"
#include "pipeline/detail/build.hpp"
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
        if (const auto refusal = find_refusal(project, stage)) {
            throw *refusal;
        }
    }
}

/// What the previous stage runs.
Promoted promoted_from(Workspace& workspace, const std::string& stage)
{
    const auto& project = workspace.project();
    auto& ledger = workspace.world().ledger;
    const auto previous = project.previous(stage);
    const auto last = ledger.history(project.stack, previous, 1);
    if (!last.empty() && last.front().verdict.outcome == Outcome::uncertain &&
        last.front().state == deployment::State::ended) {
        workspace.note(Severity::warning, stage,
                       fmt::format("stage '{}' was released, but nobody watched whether it runs", previous));
        return {last.front().digest, last.front().commit};
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
        return {std::nullopt, promoted_from(workspace, stage)};
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
    if (!force && runs_already(workspace, stage, promoted).value_or(false)) {
        outcome.unchanged.push_back(stage.name.str());
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
    require_engine(head, name);
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

std::optional<Error> find_refusal(const project::Project& project, const stage::Stage& stage)
{
    const auto refuse = [&](std::string_view key, std::string_view why) {
        return Error(ErrorKind::unavailable, "stage '{}': '{}' {}", stage.name.str(), key, why)
            .at(stage.where)
            .with_hint(fmt::format("remove '{}' from stage '{}'", key, stage.name.str()));
    };
    constexpr std::string_view not_yet = "is understood, but this version does not obey it yet";
    if (!stage.role.empty()) {
        return refuse("role", not_yet);
    }
    if (!stage.external_id.empty()) {
        return refuse("external_id", not_yet);
    }
    if (stage.approval == stage::Approval::required) {
        return refuse("approval", not_yet);
    }
    if (!std::holds_alternative<stage::DockerTarget>(stage.target) && !project.runtime_of(stage).empty()) {
        return refuse("runtime", "variables reach only docker targets in this version");
    }
    return std::nullopt;
}

DeployOutcome deploy(const DeployRequest& request, World& world, const Run& run)
{
    if (!request.stage.empty()) {
        return bring_one(request.source, request.stage, request.rebuild, request.force, world, run);
    }
    Workspace workspace(request.source, world, run);
    refuse_what_is_not_obeyed(workspace.project(), {});
    require_engine(workspace, {});
    DeployOutcome outcome;
    outcome.build = build_image(workspace, request.rebuild);
    if (!outcome.build->image) {
        return outcome;
    }
    const Promoted promoted{outcome.build->image->digest, workspace.commit()};
    for (const auto& stage : workspace.project().stages) {
        if (!bring(workspace, stage, promoted, request.force, outcome)) {
            break;
        }
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
    return outcome.deployments.empty() ? 0 : deployment::exit_code(outcome.deployments.back().verdict);
}

}  // namespace tinystacks::pipeline
