#pragma once

#include "aws/client.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace tinystacks::aws {

/// AWS CloudFormation (read only). `stack` is a name or an id. Answers are JSON as the AWS CLI prints it. Throws as
/// Client::send(); a missing stack is a Refusal of code ValidationError.
class CloudFormation {
public:
    explicit CloudFormation(Client& client) : client_(client) {}

    /// {"Stacks":[{"StackName","StackStatus","StackStatusReason","Outputs":[{"OutputKey","OutputValue"}],…}]}
    [[nodiscard]] nlohmann::json describe_stacks(const std::string& stack, const Interruption& interruption = {});
    /// {"StackEvents":[…],"NextToken" (or absent)}: a page of events, newest first. `next`: empty, or the token of the
    /// page before.
    [[nodiscard]] nlohmann::json describe_stack_events(const std::string& stack, const std::string& next,
                                                       const Interruption& interruption = {});
    /// {"StackResources":[{"LogicalResourceId","PhysicalResourceId","ResourceType","ResourceStatus",…}]}, at most 100.
    [[nodiscard]] nlohmann::json describe_stack_resources(const std::string& stack,
                                                          const Interruption& interruption = {});

private:
    Client& client_;
};

}  // namespace tinystacks::aws
