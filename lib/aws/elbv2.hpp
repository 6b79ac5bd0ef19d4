#pragma once

#include "aws/client.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace tinystacks::aws {

/// Elastic Load Balancing v2 (read only). Answers are JSON as the AWS CLI prints it. Throws as Client::send().
class Elbv2 {
public:
    explicit Elbv2(Client& client) : client_(client) {}

    /// {"TargetHealthDescriptions":[{"Target":{"Id","Port"},"HealthCheckPort","TargetHealth":{"State","Reason",
    /// "Description"}}]}
    [[nodiscard]] nlohmann::json describe_target_health(const std::string& target_group,
                                                        const Interruption& interruption = {});
    /// {"TargetGroups":[{"TargetGroupArn","HealthCheckPath","HealthCheckPort","HealthCheckIntervalSeconds"
    /// (number),…}]}
    [[nodiscard]] nlohmann::json describe_target_groups(const std::vector<std::string>& target_groups,
                                                        const Interruption& interruption = {});
    /// {"LoadBalancers":[{"LoadBalancerArn","DNSName","Scheme","Type",…}]}
    [[nodiscard]] nlohmann::json describe_load_balancers(const std::vector<std::string>& load_balancers,
                                                         const Interruption& interruption = {});

private:
    Client& client_;
};

}  // namespace tinystacks::aws
