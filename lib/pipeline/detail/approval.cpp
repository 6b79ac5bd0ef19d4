#include "pipeline/detail/approval.hpp"

#include "base/error.hpp"
#include "deployment/held_lease.hpp"
#include "http/retry.hpp"

namespace tinystacks::pipeline {
namespace {

using deployment::Deployment;
using deployment::State;

bool is_approved(const deployment::Book& book, const Deployment& deployment)
{
    const auto word = find_approval(book, deployment.stage, deployment.commit, deployment.digest);
    return word && word->decision == deployment::Decision::approved;
}

deployment::Verdict waiting(const Deployment& deployment)
{
    deployment::Verdict verdict;
    verdict.outcome = deployment::Outcome::waiting;
    verdict.owner = deployment::Owner::operator_;
    verdict.sentence =
        fmt::format("{} waits for an approval of stage '{}'", deployment.commit.substr(0, 12), deployment.stage);
    verdict.hint = fmt::format("tinystacks approve --stage {}", deployment.stage);
    return verdict;
}

/// Reads the ledger until it has a word on the deployment.
bool listen(Workspace& workspace, Deployment& deployment)
{
    constexpr auto interval = std::chrono::seconds(2);
    for (bool lost = false;;) {
        http::real_patience().wait(interval, workspace.run().interruption);
        try {
            const auto book = workspace.world().ledger.read(deployment.stack);
            const auto now = find_deployment(book, deployment.id);
            if (now && now->state != State::ended && now->run != deployment.run) {
                deployment.verdict = {};
                deployment.verdict.outcome = deployment::Outcome::superseded;
                deployment.verdict.owner = deployment::Owner::operator_;
                deployment.verdict.sentence = "another process goes on with it, in run " + now->run;
                deployment.verdict.hint = "tinystacks status";
                return false;
            }
            if (!now || now->state == State::ended) {
                deployment = now.value_or(deployment);
                return false;
            }
            if (is_approved(book, deployment)) {
                return true;
            }
            lost = false;
        } catch (const Error& error) {
            if (!lost) {
                workspace.note(Severity::warning, deployment.stage,
                               fmt::format("the ledger cannot be read, and is asked again: {}", error.message()),
                               error.hint());
            }
            lost = true;
        }
    }
}

}  // namespace

bool await_approval(Workspace& workspace, Deployment& deployment)
{
    auto& world = workspace.world();
    if (is_approved(world.ledger.read(deployment.stack), deployment)) {
        return true;
    }
    deployment.state = State::waiting;
    deployment.verdict = waiting(deployment);
    Step step(workspace, world.clock, deployment.stage, "approval");
    if (!workspace.source().patience.approval) {
        world.ledger.record(deployment);
        step.end("SKIPPED", deployment.verdict.sentence);
        return false;
    }
    // Whoever approves sees by it that somebody goes on from here.
    const deployment::HeldLease lease(world.ledger, deployment.stack, deployment::lease_of_approval(deployment.stage),
                                      deployment.run, deployment::Ledger::Rival::superseded);
    world.ledger.record(deployment);
    workspace.say({world.clock(), deployment.stage, log::WaitingFor{"an approval", deployment.verdict.hint}});
    const bool approved = listen(workspace, deployment);
    if (approved) {
        deployment.state = State::running;
        deployment.verdict = {};
    }
    step.end(approved ? "SUCCEEDED" : "STOPPED", deployment.verdict.sentence);
    return approved;
}

}  // namespace tinystacks::pipeline
