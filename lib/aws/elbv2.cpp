#include "aws/elbv2.hpp"

#include "aws/detail/query.hpp"
#include "aws/detail/shape.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <string_view>

namespace tinystacks::aws {
namespace {

using namespace std::string_view_literals;
using nlohmann::json;

constexpr std::array numbers = {"Port"sv, "HealthCheckIntervalSeconds"sv, "HealthCheckTimeoutSeconds"sv,
                                "HealthyThresholdCount"sv, "UnhealthyThresholdCount"sv};
constexpr std::array booleans = {"HealthCheckEnabled"sv};
constexpr std::array lists = {"AvailabilityZones"sv,       "LoadBalancerAddresses"sv, "LoadBalancerArns"sv,
                              "LoadBalancers"sv,           "SecurityGroups"sv,        "TargetGroups"sv,
                              "TargetHealthDescriptions"sv};
constexpr detail::Shape shape{numbers, booleans, lists};

json ask(Client& client, const char* action, const Query& parameters, const Interruption& interruption)
{
    const auto call = detail::query_call("elasticloadbalancing", action, "2015-12-01", parameters);
    return detail::shaped(detail::send_query(client, call, interruption), shape);
}

json describe(Client& client, const char* action, const char* list, const char* names,
              const std::vector<std::string>& arns, const Interruption& interruption)
{
    if (arns.empty()) {
        // AWS would describe all of the account.
        return {{list, json::array()}};
    }
    Query parameters;
    detail::add_list(parameters, names, arns);
    return ask(client, action, parameters, interruption);
}

}  // namespace

json Elbv2::describe_target_health(const std::string& target_group, const Interruption& interruption)
{
    return ask(client_, "DescribeTargetHealth", {{"TargetGroupArn", target_group}}, interruption);
}

json Elbv2::describe_target_groups(const std::vector<std::string>& target_groups, const Interruption& interruption)
{
    return describe(client_, "DescribeTargetGroups", "TargetGroups", "TargetGroupArns", target_groups, interruption);
}

json Elbv2::describe_load_balancers(const std::vector<std::string>& load_balancers, const Interruption& interruption)
{
    return describe(client_, "DescribeLoadBalancers", "LoadBalancers", "LoadBalancerArns", load_balancers,
                    interruption);
}

}  // namespace tinystacks::aws
