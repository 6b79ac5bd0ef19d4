#include "aws/ecs.hpp"

#include "aws/detail/json.hpp"
#include "aws/detail/json_call.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <vector>

namespace tinystacks::aws {
namespace {

using nlohmann::json;

constexpr detail::JsonService ecs{"ecs", "ecs", "AmazonEC2ContainerServiceV20141113"};

/// AWS refuses an empty list of names; nothing asked is nothing found.
json nothing(const char* list)
{
    return {{list, json::array()}, {"failures", json::array()}};
}

/// Takes out the tags with the prefix "aws:", which AWS refuses from anybody else. Source: Amazon ECS API Reference,
/// "Tag".
void drop_reserved_tags(json& definition)
{
    const auto tags = definition.find("tags");
    if (tags == definition.end() || !tags->is_array()) {
        definition.erase("tags");
        return;
    }
    std::erase_if(tags->get_ref<json::array_t&>(),
                  [](const json& tag) { return to_lower(detail::text_of(tag, {"key"})).starts_with("aws:"); });
}

double creation_time(const json& deployment)
{
    const auto found = deployment.find("createdAt");
    return found != deployment.end() && found->is_number() ? found->get<double>() : 0;
}

}  // namespace

json Ecs::describe_services(const std::string& cluster, const std::string& service, const Interruption& interruption)
{
    return detail::call_json(client_, ecs, "DescribeServices",
                             {{"cluster", cluster}, {"services", json::array({service})}}, interruption);
}

json Ecs::list_tasks(const std::string& cluster, const std::string& service, const std::string& desired_status,
                     const Interruption& interruption)
{
    return detail::call_json_pages(client_, ecs, "ListTasks",
                                   {{"cluster", cluster}, {"serviceName", service}, {"desiredStatus", desired_status}},
                                   "taskArns", interruption);
}

json Ecs::describe_tasks(const std::string& cluster, const std::vector<std::string>& tasks,
                         const Interruption& interruption)
{
    if (tasks.empty()) {
        return nothing("tasks");
    }
    return detail::call_json(client_, ecs, "DescribeTasks", {{"cluster", cluster}, {"tasks", tasks}}, interruption);
}

json Ecs::list_service_deployments(const std::string& cluster, const std::string& service,
                                   const Interruption& interruption)
{
    auto answer = detail::call_json(client_, ecs, "ListServiceDeployments",
                                    {{"cluster", cluster}, {"service", service}, {"maxResults", 20}}, interruption);
    auto& deployments = answer["serviceDeployments"];
    if (!deployments.is_array()) {
        deployments = json::array();
    }
    // The API promises no order.
    std::ranges::stable_sort(deployments.get_ref<json::array_t&>(), std::greater<>(), creation_time);
    return answer;
}

json Ecs::describe_service_deployments(const std::vector<std::string>& arns, const Interruption& interruption)
{
    if (arns.empty()) {
        return nothing("serviceDeployments");
    }
    return detail::call_json(client_, ecs, "DescribeServiceDeployments", {{"serviceDeploymentArns", arns}},
                             interruption);
}

json Ecs::describe_service_revisions(const std::vector<std::string>& arns, const Interruption& interruption)
{
    if (arns.empty()) {
        return nothing("serviceRevisions");
    }
    return detail::call_json(client_, ecs, "DescribeServiceRevisions", {{"serviceRevisionArns", arns}}, interruption);
}

json Ecs::describe_task_definition(const std::string& name, const Interruption& interruption)
{
    return detail::call_json(client_, ecs, "DescribeTaskDefinition",
                             {{"taskDefinition", name}, {"include", json::array({"TAGS"})}}, interruption);
}

json Ecs::register_task_definition(json definition, const Interruption& interruption)
{
    for (const auto* member : {"taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities",
                               "registeredAt", "registeredBy", "deregisteredAt"}) {
        definition.erase(member);
    }
    drop_reserved_tags(definition);
    // May be sent twice: a revision more that nothing runs does no harm.
    return detail::call_json(client_, ecs, "RegisterTaskDefinition", definition, interruption);
}

json Ecs::describe_container_instances(const std::string& cluster, const Interruption& interruption)
{
    const auto listed = detail::call_json(client_, ecs, "ListContainerInstances",
                                          {{"cluster", cluster}, {"maxResults", 100}}, interruption);
    const auto arns = listed.value("containerInstanceArns", json::array());
    if (arns.empty()) {
        return nothing("containerInstances");
    }
    return detail::call_json(client_, ecs, "DescribeContainerInstances",
                             {{"cluster", cluster}, {"containerInstances", arns}}, interruption);
}

json Ecs::stop_service_deployment(const std::string& arn, const Interruption& interruption)
{
    // May be sent twice: it names one deployment, which can be stopped only once; a second one is refused.
    return detail::call_json(client_, ecs, "StopServiceDeployment",
                             {{"serviceDeploymentArn", arn}, {"stopType", "ROLLBACK"}}, interruption, Repeat::safe);
}

json Ecs::update_service(const std::string& cluster, const std::string& service, const std::string& task_definition,
                         const Interruption& interruption)
{
    // May be sent twice: without forceNewDeployment a service that has this task definition already starts no other
    // deployment.
    return detail::call_json(client_, ecs, "UpdateService",
                             {{"cluster", cluster}, {"service", service}, {"taskDefinition", task_definition}},
                             interruption, Repeat::safe);
}

}  // namespace tinystacks::aws
