#include "deployment/detail/ecs_advice.hpp"

#include <algorithm>

namespace tinystacks::deployment {
namespace {

using namespace std::chrono_literals;

/// How far the circuit breaker's count may be behind.
constexpr auto counting_patience = 3s;
/// How long a target must be unusable: registering takes a moment.
constexpr auto target_patience = 10s;

/// What is wrong with the target group no task can put right, and the circuit breaker does not count it.
bool is_of_target_group(const Finding& finding)
{
    return finding.cause != nullptr && finding.cause->id.starts_with("ecs.target.");
}

}  // namespace

bool is_hopeless(const EcsFacts& facts, const std::vector<Finding>& findings)
{
    if (findings.empty() || !findings.front().certain) {
        return false;
    }
    const auto& finding = findings.front();
    if (finding.cause == nullptr) {
        return finding.again;
    }
    if (finding.cause->place == Place::event) {
        const bool long_enough = facts.now >= finding.first + 120s;
        return long_enough || (finding.is_fatal() && finding.cause->certainty == Certainty::first);
    }
    if (is_of_target_group(finding)) {
        return facts.now >= finding.first + target_patience;
    }
    return finding.again ||
           (finding.is_fatal() && finding.cause->certainty == Certainty::first && finding.cause->place == Place::task);
}

bool ends_by_itself(const EcsFacts& facts, const Leg& leg, const EcsAttempt* attempt,
                    const std::vector<Finding>& findings)
{
    if (attempt != nullptr && attempt->status != "PENDING" && attempt->status != "IN_PROGRESS") {
        return true;
    }
    const auto* shown = facts.listed(leg.deployment);
    if (shown == nullptr || shown->rollout == "FAILED") {
        return true;
    }
    const bool counts =
        attempt == nullptr || attempt->breaker.empty() ? facts.breaker : attempt->breaker == "MONITORING";
    if (!counts) {
        return false;
    }
    const auto failed = failed_tasks(facts, leg);
    if (failed.empty()) {
        // Placement is not counted; an unhealthy target will be, once its task is stopped.
        return findings.front().cause != nullptr && findings.front().cause->place != Place::event &&
               !is_of_target_group(findings.front());
    }
    const auto counted = attempt == nullptr ? shown->failed : attempt->failures;
    const auto threshold = attempt == nullptr ? 3L : attempt->threshold;
    const auto number = static_cast<long>(failed.size());
    if (counted == 0) {
        // It counts a moment later than the task is seen to end; what ran and exited without a health check, never.
        const bool may_come = std::ranges::any_of(failed, [&](const EcsTask* task) {
            const bool countable =
                !task->ran || facts.has_balancer || task->health == "UNHEALTHY" || task->health == "HEALTHY";
            return countable && facts.now < task->seen_stopped + counting_patience;
        });
        return number < 2 || (may_come && number < 3);
    }
    return number < threshold + 3;
}

}  // namespace tinystacks::deployment
