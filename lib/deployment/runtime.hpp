#pragma once

#include "deployment/entry.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>

/// The environment variables that a stage's application runs with. No message has a value in it.
namespace tinystacks::deployment {

/// What a variable is set to.
struct RuntimeValue {
    Variable::Kind kind = Variable::Kind::plain;
    std::string value;  ///< of `parameter` and `secret` its name or ARN
    bool operator==(const RuntimeValue&) const = default;
};

using RuntimeVariables = std::map<std::string, RuntimeValue>;

/// An ECS task definition in which the container with an image of `repository` (host/name; any tag or digest), else the
/// first essential one, has the variables `wanted` and none of `gone` (unless it is wanted too). All else stays as it
/// is, in its order; empty when nothing differs. Throws Error{failed} when it has no such container,
/// Error{invalid_input} for a secret without its ARN.
/// Source: Amazon ECS API Reference, "ContainerDefinition" and "Secret".
[[nodiscard]] std::optional<nlohmann::json> with_variables(nlohmann::json task_definition,
                                                           const std::string& repository,
                                                           const RuntimeVariables& wanted,
                                                           const std::set<std::string>& gone);

/// The same of a Lambda function: its variables, name to value, from its `configuration`. Throws Error{invalid_input}
/// for a parameter or a secret, which Lambda does not look up, and Error{not_allowed} when the variables of now cannot
/// be read, since all of them are set at once.
[[nodiscard]] std::optional<nlohmann::json> with_function_variables(const nlohmann::json& configuration,
                                                                    const RuntimeVariables& wanted,
                                                                    const std::set<std::string>& gone);

}  // namespace tinystacks::deployment
