#pragma once

#include "aws/session.hpp"
#include "base/interruption.hpp"
#include "deployment/runtime.hpp"

#include <string>

namespace tinystacks::deployment {

/// What a target says of itself at one moment.
struct Look {
    std::string text;       ///< "2 of 2 running", "rolling out, 1 of 2 running", "not found", "Active"
    bool changing = false;  ///< a rollout or an update goes on
    bool operator==(const Look&) const = default;
};

/// What an ECS service says of itself now. Throws Error.
[[nodiscard]] Look look_at_service(aws::Ecs& ecs, const std::string& cluster, const std::string& service,
                                   const Interruption& interruption = {});
/// What a Lambda function says of itself now. Throws Error.
[[nodiscard]] Look look_at_function(aws::Lambda& lambda, const std::string& function,
                                    const Interruption& interruption = {});

/// What a stage's application is to be found with.
struct Wanted {
    std::string version;  ///< as Watch::version()
    RuntimeVariables variables;
    std::set<std::string> gone;  ///< variables that are to be no more
    std::string repository;      ///< of the application's image
};

/// Whether the service runs just that, its rollout over. Throws Error.
[[nodiscard]] bool service_runs(aws::Ecs& ecs, const std::string& cluster, const std::string& service,
                                const Wanted& wanted, const Interruption& interruption = {});
/// Whether the function does. Throws Error.
[[nodiscard]] bool function_runs(aws::Lambda& lambda, const std::string& function, const Wanted& wanted,
                                 const Interruption& interruption = {});

}  // namespace tinystacks::deployment
