#include "base/error.hpp"
#include "base/text.hpp"
#include "pipeline/detail/rollout.hpp"

#include <algorithm>

namespace tinystacks::pipeline {
namespace {

/// The deployment that is meant. Throws Error{not_found} and Error{usage}.
deployment::Deployment find_meant(const deployment::Book& book, const ApprovalRequest& request)
{
    std::vector<deployment::Deployment> waiting;
    std::vector<std::string> stages;
    for (const auto& stage : request.project.stages) {
        const auto& name = stage.name.str();
        if (auto found = request.stage.empty() || request.stage == name ? find_waiting(book, name) : std::nullopt) {
            waiting.push_back(std::move(*found));
            stages.push_back(name);
        }
    }
    if (waiting.empty()) {
        throw Error(ErrorKind::not_found, "nothing waits for an approval{}",
                    request.stage.empty() ? "" : fmt::format(" of stage '{}'", request.stage))
            .with_hint("tinystacks status");
    }
    if (waiting.size() > 1) {
        throw Error(ErrorKind::usage, "several stages wait for an approval: {}", join(stages, ", "))
            .with_hint(fmt::format("tinystacks approve --stage {}", stages.front()));
    }
    return std::move(waiting.front());
}

bool uses_aws(const project::Project& project)
{
    return !project.bucket.empty() || std::ranges::any_of(project.stages, [](const stage::Stage& stage) {
        return !std::holds_alternative<stage::DockerTarget>(stage.target);
    });
}

/// Who says so: AWS's word for it, else user@host, whom nobody has verified.
void sign(deployment::Approval& approval, const project::Project& project, World& world)
{
    if (uses_aws(project)) {
        try {
            aws::Session session(aws_world(world), {bucket_region(project, world.environment)});
            approval.by = session.sts.get_caller_identity().arn;
            approval.verified = true;
            return;
        } catch (const Error&) {
            // Whoever has no credentials is still somebody.
        }
    }
    approval.by = world.ledger.writer();
    approval.by.resize(std::min(approval.by.find(", pid "), approval.by.size()));
}

}  // namespace

ApprovalOutcome approve(const ApprovalRequest& request, World& world)
{
    ApprovalOutcome outcome;
    const auto& stack = request.project.stack;
    outcome.deployment = find_meant(world.ledger.read(stack), request);
    const auto& waiting = outcome.deployment;
    auto& approval = outcome.approval;
    approval.stage = waiting.stage;
    approval.deployment = waiting.id;
    approval.commit = waiting.commit;
    approval.digest = waiting.digest;
    approval.decision = request.decision;
    approval.message = request.message;
    approval.at = world.clock();
    sign(approval, request.project, world);
    world.ledger.record(stack, approval);
    const auto lease = world.ledger.find_lease(stack, deployment::lease_of_approval(waiting.stage));
    if (lease && lease->run == waiting.run) {
        outcome.waiter = lease;
    }
    // As the word has left it.
    outcome.deployment = world.ledger.find(stack, waiting.id).value_or(waiting);
    return outcome;
}

}  // namespace tinystacks::pipeline
