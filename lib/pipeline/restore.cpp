#include "base/error.hpp"
#include "pipeline/detail/attempt.hpp"
#include "pipeline/detail/running.hpp"
#include "pipeline/detail/runtime.hpp"
#include "pipeline/detail/turn.hpp"

#include <algorithm>
#include <utility>

namespace tinystacks::pipeline {
namespace {

using deployment::Deployment;
using deployment::Means;

/// What the stage runs. Throws Error{not_found}.
Deployment current_of(World& world, const std::string& stack, const std::string& stage)
{
    auto current = world.ledger.find_current(stack, stage);
    if (!current) {
        throw Error(ErrorKind::not_found, "stage '{}' of stack '{}' runs nothing yet", stage, stack)
            .with_hint(fmt::format("tinystacks deploy --stage {}", stage));
    }
    return std::move(*current);
}

/// What the stage is to go back to. Throws Error{not_found}, and Error{conflict} for what it runs.
Deployment earlier_of(World& world, const std::string& stack, const std::string& stage, const std::string& to)
{
    const auto current = current_of(world, stack, stage);
    if (to.empty()) {
        auto earlier = find_before(world.ledger.read(stack), current);
        if (!earlier) {
            throw Error(ErrorKind::not_found, "stage '{}' ran nothing else before {} that is known", stage,
                        current.commit.substr(0, 12))
                .with_hint("tinystacks deploy --commit REV");
        }
        return std::move(*earlier);
    }
    auto earlier = world.ledger.find(stack, to);
    if (!earlier || earlier->stage != stage) {
        throw Error(ErrorKind::not_found, "stage '{}' has no deployment '{}'", stage, to)
            .with_hint("tinystacks status --json");
    }
    if (earlier->verdict.outcome != deployment::Outcome::succeeded) {
        throw Error(ErrorKind::conflict, "deployment {} did not end well ({}): nothing leads back to it", to,
                    to_string(earlier->verdict.outcome))
            .with_hint(fmt::format("tinystacks rollback --stage {}", stage));
    }
    if (earlier->id == current.id) {
        throw Error(ErrorKind::conflict, "deployment {} is what stage '{}' runs", to, stage)
            .with_hint("tinystacks status");
    }
    return std::move(*earlier);
}

/// Makes the stage have the image of `of` again, with the project file of its commit. False when it does not. The
/// stage's lease must be held.
bool restore(const Source& source, const Deployment& of, Means means, World& world, const Run& run,
             DeployOutcome& outcome)
{
    auto of_commit = source;
    of_commit.commit = of.commit;
    Workspace workspace(of_commit, world, run);
    const auto& stage = workspace.project().stage(of.stage);
    if (const auto refusal = find_refusal(stage)) {
        throw *refusal;
    }
    require_engine(workspace, of.stage);
    check_variables(workspace, stage);
    const Promoted promoted{of.digest, of.commit};
    if (auto same = find_running(workspace, stage, promoted)) {
        outcome.unchanged.push_back(std::move(*same));
        return true;
    }
    auto deployment = new_deployment(workspace, stage, promoted);
    deployment.means = means;
    deployment.rollback_of = of.rollback_of.empty() ? of.id : of.rollback_of;
    deployment.alone = true;
    outcome.deployments.push_back(carry_out(workspace, stage, std::move(deployment)));
    return outcome.deployments.back().verdict.outcome == deployment::Outcome::succeeded;
}

}  // namespace

DeployOutcome rollback(const RollbackRequest& request, World& world, const Run& run)
{
    Workspace head(request.source, world, run);
    // Whoever has the turn before changes what there is to go back to.
    const auto turn = take_turn(head, deployment::lease_of_stage(request.stage), request.stage);
    DeployOutcome outcome;
    const auto earlier = earlier_of(world, head.project().stack, request.stage, request.to);
    (void)restore(request.source, earlier, Means::rollback, world, run, outcome);
    return outcome;
}

DeployOutcome refresh(const RefreshRequest& request, World& world, const Run& run)
{
    Workspace head(request.source, world, run);
    const auto& stack = head.project().stack;
    DeployOutcome outcome;
    if (request.rebuild) {
        const auto current = world.ledger.find_current(stack, head.project().stages.front().name.str());
        auto source = request.source;
        source.commit = current ? current->commit : std::string();
        return current ? deploy({source, {}, true}, world, run) : outcome;
    }
    try {
        for (const auto& stage : head.project().stages) {
            const auto& name = stage.name.str();
            const bool meant =
                request.stages.empty() || std::ranges::find(request.stages, name) != request.stages.end();
            if (!meant || !world.ledger.find_current(stack, name)) {
                continue;
            }
            const auto turn = take_turn(head, deployment::lease_of_stage(name), name);
            if (!restore(request.source, current_of(world, stack, name), Means::refresh, world, run, outcome)) {
                break;
            }
        }
    } catch (const Error& error) {
        outcome.error = error;
    }
    return outcome;
}

}  // namespace tinystacks::pipeline
