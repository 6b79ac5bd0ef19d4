#include "deployment/detail/ecs_baseline.hpp"

#include "deployment/detail/reply.hpp"

namespace tinystacks::deployment {
namespace {

using reply::list;
using reply::text;

std::set<std::string> texts(const nlohmann::json& reply, std::string_view key)
{
    std::set<std::string> found;
    for (const auto& each : list(reply, key)) {
        if (each.is_string()) {
            found.insert(each.get<std::string>());
        }
    }
    return found;
}

}  // namespace

EcsBaseline EcsBaseline::read(const nlohmann::json& reply)
{
    return {text(reply, "cluster"),
            text(reply, "service"),
            text(reply, "task_definition"),
            text(reply, "released"),
            reply::truth(reply, "first"),
            texts(reply, "deployments"),
            texts(reply, "service_deployments"),
            texts(reply, "events")};
}

nlohmann::json EcsBaseline::reply() const
{
    return {{"target", "ecs"},
            {"cluster", cluster},
            {"service", service},
            {"task_definition", task_definition},
            {"released", released},
            {"first", first},
            {"deployments", deployments},
            {"service_deployments", attempts},
            {"events", events}};
}

void EcsBaseline::add_service(const nlohmann::json& described)
{
    for (const auto& deployment : list(described, "deployments")) {
        deployments.insert(text(deployment, "id"));
    }
    for (const auto& event : list(described, "events")) {
        events.insert(text(event, "id"));
    }
    if (auto current = text(described, "currentServiceDeployment"); !current.empty()) {
        attempts.insert(std::move(current));
    }
}

void EcsBaseline::add_attempts(const nlohmann::json& listed)
{
    for (const auto& each : list(listed, "serviceDeployments")) {
        attempts.insert(text(each, "serviceDeploymentArn"));
    }
}

}  // namespace tinystacks::deployment
