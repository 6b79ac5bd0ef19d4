#include "pipeline/detail/running.hpp"

#include "base/error.hpp"
#include "deployment/look.hpp"
#include "pipeline/detail/rollout.hpp"
#include "pipeline/detail/runtime.hpp"
#include "pipeline/detail/variables.hpp"

namespace tinystacks::pipeline {
namespace {

using deployment::Deployment;

bool container_runs(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted,
                    const Deployment& current)
{
    const auto state = container_target(workspace).find(workspace.project().stack, stage.name.str());
    return state && state->state == "running" && state->deployment == current.id &&
           state->configuration == configuration_of(container_of(workspace, stage, promoted, current.id));
}

bool runs_on_aws(Workspace& workspace, const stage::Stage& stage, const Deployment& current)
{
    const auto variables = runtime_variables(workspace, stage);
    const deployment::Wanted wanted{current.task_definition, variables, find_gone(current, variables),
                                    repository_of(workspace, stage)};
    const auto& stop = workspace.run().interruption;
    try {
        aws::Session session(aws_world(workspace.world()), place_of(stage, workspace.run().id));
        if (const auto* ecs = std::get_if<stage::EcsTarget>(&stage.target)) {
            return service_runs(session.ecs, ecs->cluster, ecs->service, wanted, stop);
        }
        return function_runs(session.lambda, std::get<stage::LambdaTarget>(stage.target).function, wanted, stop);
    } catch (const Error&) {
        return false;  // then it is deployed, which tells what is wrong
    }
}

}  // namespace

std::set<std::string> find_gone(const std::optional<Deployment>& current, const deployment::RuntimeVariables& wanted)
{
    std::set<std::string> gone;
    for (const auto& name : current ? current->variables : std::vector<std::string>()) {
        if (!wanted.contains(name)) {
            gone.insert(name);
        }
    }
    return gone;
}

std::string repository_of(Workspace& workspace, const stage::Stage& stage)
{
    const auto regional = find_regional_image(workspace.image(), stage);
    return (regional ? *regional : workspace.image()).str();
}

std::optional<Deployment> find_running(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted)
{
    auto current = workspace.world().ledger.find_current(workspace.project().stack, stage.name.str());
    if (!current || current->digest != promoted.digest || current->commit != promoted.commit) {
        return std::nullopt;
    }
    const bool runs = std::holds_alternative<stage::DockerTarget>(stage.target)
                          ? container_runs(workspace, stage, promoted, *current)
                          : !current->task_definition.empty() && runs_on_aws(workspace, stage, *current);
    return runs ? current : std::nullopt;
}

}  // namespace tinystacks::pipeline
