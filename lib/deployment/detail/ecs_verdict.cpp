#include "deployment/detail/ecs_verdict.hpp"

#include <fmt/core.h>

namespace tinystacks::deployment {
namespace {

/// What a service deployment says of why it ended, as the catalogue's words.
std::string words_of(const EcsAttempt& attempt)
{
    return fmt::format("status={} breaker={} alarms={} hook={} {}", attempt.status, attempt.breaker, attempt.alarms,
                       attempt.hook, attempt.words);
}

Verdict failure(const Finding& finding)
{
    Verdict verdict;
    verdict.outcome = Outcome::failed;
    verdict.cause = finding.cause == nullptr ? "unknown" : finding.cause->id;
    verdict.owner = finding.owner;
    const auto* known = finding.cause == nullptr ? find_cause("unknown") : finding.cause;
    verdict.sentence = known == nullptr ? "it failed for a reason nobody knows" : std::string(known->sentence);
    verdict.hint = known == nullptr ? std::string() : std::string(known->hint);
    verdict.certain_at = finding.certain;
    verdict.evidence = finding.evidence;
    if (!finding.log.empty()) {
        verdict.evidence.push_back({"log", finding.first, finding.log});
    }
    return verdict;
}

Verdict failure(const Cause& cause, const EcsAttempt& attempt)
{
    return failed(cause, {"deployment", attempt.seen, attempt.words.empty() ? words_of(attempt) : attempt.words});
}

}  // namespace

const Cause* find_decree(const EcsAttempt* attempt)
{
    if (attempt == nullptr) {
        return nullptr;
    }
    const auto* cause = recognise(Place::rollout, words_of(*attempt));
    const bool decides = cause != nullptr && cause->certainty != Certainty::symptom &&
                         cause->id != "ecs.deploy.superseded" && cause->id != "ecs.deploy.rollback_asked" &&
                         cause->gravity == Gravity::fatal;
    return decides ? cause : nullptr;
}

std::optional<Verdict> certain_failure(const std::vector<Finding>& findings, const EcsAttempt* attempt)
{
    if (!findings.empty() && findings.front().certain) {
        return failure(findings.front());
    }
    if (const auto* cause = find_decree(attempt)) {
        return failure(*cause, *attempt);
    }
    return std::nullopt;
}

Verdict why_failed(const std::vector<Finding>& findings, const std::optional<Verdict>& certain,
                   const EcsAttempt* attempt, Time now)
{
    if (const auto* cause = find_decree(attempt); cause != nullptr) {
        return failure(*cause, *attempt);
    }
    if (certain) {
        return *certain;
    }
    for (const auto& finding : findings) {
        if (finding.cause == nullptr || finding.cause->certainty != Certainty::symptom) {
            return failure(finding);
        }
    }
    const auto* cause = attempt == nullptr ? nullptr : recognise(Place::rollout, words_of(*attempt));
    if (attempt != nullptr && attempt->breaker == "TRIGGERED") {
        cause = find_cause("ecs.deploy.breaker");
    }
    if (cause != nullptr && attempt != nullptr && cause->owner != Owner::operator_) {
        return failure(*cause, *attempt);
    }
    Finding unknown;
    unknown.certain = now;
    unknown.first = now;
    if (attempt != nullptr) {
        unknown.evidence.push_back({"deployment", attempt->seen, words_of(*attempt)});
    }
    return failure(unknown);
}

}  // namespace tinystacks::deployment
