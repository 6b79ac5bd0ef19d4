#pragma once

#include "aws/client.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace tinystacks::aws {

/// Amazon ECS, as far as a rollout needs it. Answers are AWS's own objects, whole: the API is ahead of any model of it.
/// Throws as Client::send_json().
class Ecs {
public:
    explicit Ecs(Client& client) : client_(client) {}

    /// {"services":[…],"failures":[…]}
    [[nodiscard]] nlohmann::json describe_services(const std::string& cluster, const std::string& service,
                                                   const Interruption& interruption = {});
    /// {"taskArns":[…]}, all pages (at most ten); `desired_status` is RUNNING or STOPPED.
    [[nodiscard]] nlohmann::json list_tasks(const std::string& cluster, const std::string& service,
                                            const std::string& desired_status, const Interruption& interruption = {});
    /// {"tasks":[…],"failures":[…]} of at most 100 tasks.
    [[nodiscard]] nlohmann::json describe_tasks(const std::string& cluster, const std::vector<std::string>& tasks,
                                                const Interruption& interruption = {});
    /// {"serviceDeployments":[…]}: the newest, at most 20.
    [[nodiscard]] nlohmann::json list_service_deployments(const std::string& cluster, const std::string& service,
                                                          const Interruption& interruption = {});
    [[nodiscard]] nlohmann::json describe_service_deployments(const std::vector<std::string>& arns,
                                                              const Interruption& interruption = {});
    [[nodiscard]] nlohmann::json describe_service_revisions(const std::vector<std::string>& arns,
                                                            const Interruption& interruption = {});
    /// {"taskDefinition":{…},"tags":[…]}
    [[nodiscard]] nlohmann::json describe_task_definition(const std::string& name,
                                                          const Interruption& interruption = {});
    /// Registers a revision from a task definition as it was described, with its `tags`; what only AWS may set is left
    /// out. {"taskDefinition":{…},"tags":[…]}
    nlohmann::json register_task_definition(nlohmann::json definition, const Interruption& interruption = {});
    /// {"containerInstances":[…]} of the cluster, at most 100.
    [[nodiscard]] nlohmann::json describe_container_instances(const std::string& cluster,
                                                              const Interruption& interruption = {});
    /// stopType ROLLBACK, the only one that works.
    nlohmann::json stop_service_deployment(const std::string& arn, const Interruption& interruption = {});
    /// Starts a deployment of a task definition.
    nlohmann::json update_service(const std::string& cluster, const std::string& service,
                                  const std::string& task_definition, const Interruption& interruption = {});

private:
    Client& client_;
};

}  // namespace tinystacks::aws
