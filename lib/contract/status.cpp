#include "contract/status.hpp"

#include "base/text.hpp"
#include "document/json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace tinystacks::contract {
namespace {

using deployment::Outcome;

constexpr std::array<std::pair<std::string_view, Outcome>, 30> outcomes = {{
    {"CANCELED", Outcome::stopped},
    {"CANCELLED", Outcome::stopped},
    {"COMPLETE", Outcome::succeeded},
    {"COMPLETED", Outcome::succeeded},
    {"CREATE_COMPLETE", Outcome::succeeded},
    {"CREATE_FAILED", Outcome::failed},
    {"DELETE_COMPLETE", Outcome::succeeded},
    {"DELETE_FAILED", Outcome::failed},
    {"ERROR", Outcome::failed},
    {"FAILED", Outcome::failed},
    {"FAILURE", Outcome::failed},
    {"FAULT", Outcome::failed},
    {"IMPORT_COMPLETE", Outcome::succeeded},
    {"IMPORT_ROLLBACK_COMPLETE", Outcome::rolled_back},
    {"IMPORT_ROLLBACK_FAILED", Outcome::rollback_failed},
    {"ROLLBACK_COMPLETE", Outcome::rolled_back},
    {"ROLLBACK_FAILED", Outcome::rollback_failed},
    {"ROLLED_BACK", Outcome::rolled_back},
    {"STOPPED", Outcome::stopped},
    {"SUCCEEDED", Outcome::succeeded},
    {"SUCCESS", Outcome::succeeded},
    {"SUCCESSFUL", Outcome::succeeded},
    {"SUPERSEDED", Outcome::superseded},
    {"TIMED_OUT", Outcome::failed},
    {"TIMEOUT", Outcome::failed},
    {"UPDATE_COMPLETE", Outcome::succeeded},
    {"UPDATE_FAILED", Outcome::failed},
    {"UPDATE_ROLLBACK_COMPLETE", Outcome::rolled_back},
    {"UPDATE_ROLLBACK_FAILED", Outcome::rollback_failed},
    {"UP_TO_DATE", Outcome::succeeded},
}};

}  // namespace

std::optional<Outcome> find_outcome(std::string_view word)
{
    auto key = to_upper(trim(word));
    std::ranges::replace_if(
        key, [](char c) { return c == '-' || c == ' '; }, '_');
    const auto* found = std::ranges::find(outcomes, key, [](const auto& row) { return row.first; });
    return found == outcomes.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Time> find_time(const document::Node& node)
{
    if (document::is_string(node)) {
        return find_rfc3339(node.text);
    }
    const auto number = document::find_number(node);
    constexpr double first_milliseconds = 1e11;  // as seconds: in the year 5138
    constexpr double last = 253402300799e3;      // the year 9999
    if (!number || !(*number >= 0)) {
        return std::nullopt;
    }
    const double milliseconds = *number < first_milliseconds ? *number * 1000 : *number;
    return milliseconds > last ? std::nullopt
                               : std::optional(Time(std::chrono::milliseconds(std::llround(milliseconds))));
}

std::optional<Time> find_time(const std::optional<document::Node>& node)
{
    return node ? find_time(*node) : std::nullopt;
}

}  // namespace tinystacks::contract
