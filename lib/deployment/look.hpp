#pragma once

#include "aws/session.hpp"

#include <string>

namespace tinystacks::deployment {

/// What an ECS service says of itself now: "2 of 2 running", "rolling out, 1 of 2 running", "not found".
/// Throws Error.
[[nodiscard]] std::string look_at_service(aws::Ecs& ecs, const std::string& cluster, const std::string& service);
/// What a Lambda function says of itself now: "Active", "Active, update InProgress". Throws Error.
[[nodiscard]] std::string look_at_function(aws::Lambda& lambda, const std::string& function);

}  // namespace tinystacks::deployment
