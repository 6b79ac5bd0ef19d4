#include "deployment/look.hpp"

#include "aws/error.hpp"
#include "deployment/detail/reply.hpp"

#include <fmt/core.h>

namespace tinystacks::deployment {

using reply::text;

Look look_at_service(aws::Ecs& ecs, const std::string& cluster, const std::string& service,
                     const Interruption& interruption)
{
    const auto answer = ecs.describe_services(cluster, service, interruption);
    const auto& services = reply::list(answer, "services");
    if (services.empty()) {
        return {"not found"};
    }
    bool changing = false;
    const auto& found = services.front();
    auto state = text(found, "status") == "ACTIVE" ? std::string() : text(found, "status") + ", ";
    for (const auto& deployment : reply::list(found, "deployments")) {
        const auto rollout = text(deployment, "rolloutState");
        if (text(deployment, "status") != "PRIMARY") {
            continue;
        }
        changing = rollout == "IN_PROGRESS";
        state += rollout == "IN_PROGRESS" ? "rolling out, " : rollout == "FAILED" ? "rollout failed, " : "";
    }
    return {fmt::format("{}{} of {} running", state, reply::number(found, "runningCount").value_or(0),
                        reply::number(found, "desiredCount").value_or(0)),
            changing};
}

Look look_at_function(aws::Lambda& lambda, const std::string& function, const Interruption& interruption)
{
    try {
        const auto configuration = lambda.get_function_configuration(function, interruption);
        const auto state = text(configuration, "State");
        const auto update = text(configuration, "LastUpdateStatus");
        return {state + (update.empty() || update == "Successful" ? std::string() : ", update " + update),
                update == "InProgress" || state == "Pending"};
    } catch (const aws::Refusal& refusal) {
        if (refusal.kind() == ErrorKind::not_found) {
            return {"not found"};
        }
        throw;
    }
}

bool service_runs(aws::Ecs& ecs, const std::string& cluster, const std::string& service, const Wanted& wanted,
                  const Interruption& interruption)
{
    const auto answer = ecs.describe_services(cluster, service, interruption);
    const auto& services = reply::list(answer, "services");
    if (services.empty() || text(services.front(), "status") != "ACTIVE") {
        return false;
    }
    const auto& found = services.front();
    const auto& deployments = reply::list(found, "deployments");
    const bool over = deployments.size() == 1 && text(deployments.front(), "rolloutState") == "COMPLETED" &&
                      text(deployments.front(), "taskDefinition") == wanted.version;
    if (!over || reply::number(found, "runningCount") != reply::number(found, "desiredCount")) {
        return false;
    }
    const auto described = ecs.describe_task_definition(wanted.version, interruption);
    return !with_variables(reply::member(described, "taskDefinition"), wanted.repository, wanted.variables,
                           wanted.gone);
}

bool function_runs(aws::Lambda& lambda, const std::string& function, const Wanted& wanted,
                   const Interruption& interruption)
{
    const auto found = lambda.get_function(function, interruption);
    const auto& configuration = reply::member(found, "Configuration");
    const bool over = text(configuration, "State") == "Active" &&
                      text(configuration, "LastUpdateStatus") == "Successful" &&
                      text(reply::member(found, "Code"), "ResolvedImageUri") == wanted.version;
    return over && !with_function_variables(configuration, wanted.variables, wanted.gone);
}

}  // namespace tinystacks::deployment
