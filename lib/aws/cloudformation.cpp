#include "aws/cloudformation.hpp"

#include "aws/detail/query.hpp"
#include "aws/detail/shape.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <string_view>

namespace tinystacks::aws {
namespace {

using namespace std::string_view_literals;
using nlohmann::json;

constexpr std::array numbers = {"TimeoutInMinutes"sv, "MonitoringTimeInMinutes"sv};
constexpr std::array booleans = {"DisableRollback"sv, "EnableTerminationProtection"sv, "RetainExceptOnCreate"sv};
constexpr std::array lists = {"Capabilities"sv, "NotificationARNs"sv, "Outputs"sv, "Parameters"sv, "RollbackTriggers"sv,
                              "StackEvents"sv,  "StackResources"sv,   "Stacks"sv,  "Tags"sv};
constexpr detail::Shape shape{numbers, booleans, lists};

json ask(Client& client, const char* action, const Query& parameters, const Interruption& interruption)
{
    const auto call = detail::query_call("cloudformation", action, "2010-05-15", parameters);
    return detail::shaped(detail::send_query(client, call, interruption), shape);
}

}  // namespace

json CloudFormation::describe_stacks(const std::string& stack, const Interruption& interruption)
{
    return ask(client_, "DescribeStacks", {{"StackName", stack}}, interruption);
}

json CloudFormation::describe_stack_events(const std::string& stack, const std::string& next,
                                           const Interruption& interruption)
{
    Query parameters = {{"StackName", stack}};
    if (!next.empty()) {
        parameters.emplace_back("NextToken", next);
    }
    return ask(client_, "DescribeStackEvents", parameters, interruption);
}

json CloudFormation::describe_stack_resources(const std::string& stack, const Interruption& interruption)
{
    return ask(client_, "DescribeStackResources", {{"StackName", stack}}, interruption);
}

}  // namespace tinystacks::aws
