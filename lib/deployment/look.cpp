#include "deployment/look.hpp"

#include "aws/error.hpp"
#include "deployment/detail/reply.hpp"

#include <fmt/core.h>

namespace tinystacks::deployment {

using reply::text;

std::string look_at_service(aws::Ecs& ecs, const std::string& cluster, const std::string& service)
{
    const auto answer = ecs.describe_services(cluster, service);
    const auto& services = reply::list(answer, "services");
    if (services.empty()) {
        return "not found";
    }
    const auto& found = services.front();
    auto state = text(found, "status") == "ACTIVE" ? std::string() : text(found, "status") + ", ";
    for (const auto& deployment : reply::list(found, "deployments")) {
        const auto rollout = text(deployment, "rolloutState");
        if (text(deployment, "status") != "PRIMARY") {
            continue;
        }
        state += rollout == "IN_PROGRESS" ? "rolling out, " : rollout == "FAILED" ? "rollout failed, " : "";
    }
    return fmt::format("{}{} of {} running", state, reply::number(found, "runningCount").value_or(0),
                       reply::number(found, "desiredCount").value_or(0));
}

std::string look_at_function(aws::Lambda& lambda, const std::string& function)
{
    try {
        const auto configuration = lambda.get_function_configuration(function);
        const auto update = text(configuration, "LastUpdateStatus");
        return text(configuration, "State") +
               (update.empty() || update == "Successful" ? std::string() : ", update " + update);
    } catch (const aws::Refusal& refusal) {
        if (refusal.kind() == ErrorKind::not_found) {
            return "not found";
        }
        throw;
    }
}

}  // namespace tinystacks::deployment
