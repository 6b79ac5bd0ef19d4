#pragma once

#include "base/time.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading AWS's answers, which may lack anything and hold what no model lists.
namespace tinystacks::deployment::reply {

/// The member `key` as text; a number is written out; empty when it is missing or anything else.
[[nodiscard]] std::string text(const nlohmann::json& object, std::string_view key);
[[nodiscard]] std::optional<long> number(const nlohmann::json& object, std::string_view key);
[[nodiscard]] bool truth(const nlohmann::json& object, std::string_view key);
/// The member `key`, or a null value.
[[nodiscard]] const nlohmann::json& member(const nlohmann::json& object, std::string_view key);
/// The elements of the list `key`; none when it is no list.
[[nodiscard]] const nlohmann::json::array_t& list(const nlohmann::json& object, std::string_view key);
/// Epoch seconds as ECS sends them, or RFC 3339 text as the AWS CLI prints them.
[[nodiscard]] std::optional<Time> time(const nlohmann::json& object, std::string_view key);
/// What follows the last '/' of an ARN.
[[nodiscard]] std::string last_part(std::string_view arn);

}  // namespace tinystacks::deployment::reply
