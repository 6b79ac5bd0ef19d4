#include "deployment/detail/ecs_advice.hpp"
#include "deployment/detail/ecs_findings.hpp"
#include "deployment/detail/rules.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace tinystacks::deployment {
namespace {

using namespace std::chrono_literals;

/// How long two answers may contradict each other before the more exact one is believed: ECS is eventually consistent.
constexpr auto consistency_patience = 15s;
/// How long a new deployment may take to be listed.
constexpr auto listing_patience = 4s;
/// How long a pause hook is waited for: a person who lets it go on at once should see the end.
constexpr auto pause_patience = 45s;

/// What a service deployment says of why it ended, as the catalogue's words.
std::string words_of(const EcsAttempt& attempt)
{
    return fmt::format("status={} breaker={} alarms={} hook={} {}", attempt.status, attempt.breaker, attempt.alarms,
                       attempt.hook, attempt.words);
}

class EcsRules final : public Judge::Rules {
public:
    void observe(const Observation& observation) override
    {
        facts_.take(observation);
        if (observation.operation == "DescribeServices" && facts_.described && !described_) {
            described_ = facts_.now;
        }
    }

    [[nodiscard]] Judgement judgement() const override
    {
        Judgement judgement;
        judgement.url = url();
        if (!facts_.described) {
            judgement.progress = "the service has not answered yet";
            return judgement;
        }
        const auto* deployment = facts_.ours();
        if (deployment == nullptr) {
            judgement.verdict = without_deployment();
            judgement.progress = "no new deployment is listed yet";
            return judgement;
        }
        const Leg leg{deployment->id, std::nullopt, true};
        const auto findings = find_against(facts_, leg);
        const auto* attempt = facts_.attempt_of(deployment);
        judgement.progress = progress(leg);
        judgement.rollout = attempt == nullptr ? std::string() : attempt->arn;
        judgement.finding = certain_failure(findings, attempt);
        judgement.verdict = end(*deployment, attempt, findings, judgement.finding);
        if (!judgement.verdict && left_as_it_is(*deployment, attempt)) {
            judgement.finding = why(findings, judgement.finding, attempt);
            judgement.advice = can_go_back() ? Advice::bring_back : Advice::give_up;
            return judgement;
        }
        if (!judgement.verdict && judgement.finding && is_hopeless(facts_, findings) && !returns() &&
            !ends_by_itself(facts_, leg, attempt, findings)) {
            judgement.advice = can_go_back() ? Advice::bring_back : Advice::give_up;
        }
        return judgement;
    }

private:
    [[nodiscard]] bool returns() const { return facts_.we_stopped || !facts_.way_back.empty(); }
    [[nodiscard]] bool can_go_back() const { return !facts_.first && !facts_.old_task_definition.empty(); }

    // -- verdicts

    [[nodiscard]] Verdict verdict(Outcome outcome, const std::optional<Verdict>& why) const
    {
        Verdict verdict = why.value_or(Verdict{});
        verdict.outcome = outcome;
        if (!verdict.certain_at) {
            verdict.certain_at = facts_.now;
        }
        return verdict;
    }

    [[nodiscard]] Verdict succeeded(const std::string& sentence) const
    {
        Verdict verdict;
        verdict.outcome = Outcome::succeeded;
        verdict.sentence = sentence;
        verdict.certain_at = facts_.now;
        return verdict;
    }

    [[nodiscard]] Verdict failure(const Finding& finding) const
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

    [[nodiscard]] static Verdict failure(const Cause& cause, const EcsAttempt& attempt)
    {
        return failed(cause, {"deployment", attempt.seen, attempt.words.empty() ? words_of(attempt) : attempt.words});
    }

    /// What ended or ends the deployment by decree: hooks, alarms, broken configuration.
    [[nodiscard]] static const Cause* decree(const EcsAttempt* attempt)
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

    [[nodiscard]] std::optional<Verdict> certain_failure(const std::vector<Finding>& findings,
                                                         const EcsAttempt* attempt) const
    {
        if (!findings.empty() && findings.front().certain) {
            return failure(findings.front());
        }
        if (const auto* cause = decree(attempt)) {
            return failure(*cause, *attempt);
        }
        return std::nullopt;
    }

    /// The best that is known once AWS has ended it.
    [[nodiscard]] Verdict why(const std::vector<Finding>& findings, const std::optional<Verdict>& certain,
                              const EcsAttempt* attempt) const
    {
        if (const auto* cause = decree(attempt); cause != nullptr) {
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
        unknown.certain = facts_.now;
        unknown.first = facts_.now;
        if (attempt != nullptr) {
            unknown.evidence.push_back({"deployment", attempt->seen, words_of(*attempt)});
        }
        return failure(unknown);
    }

    [[nodiscard]] Verdict by_person(Outcome outcome, std::string_view id, const std::string& text) const
    {
        auto verdict = failed(*find_cause(id), {"deployment", facts_.now, text});
        verdict.outcome = outcome;
        return verdict;
    }

    // -- ends

    [[nodiscard]] std::optional<Verdict> without_deployment() const
    {
        if (facts_.now < *described_ + listing_patience) {
            return std::nullopt;
        }
        const auto* now = facts_.primary();
        const bool same = facts_.task_definition == facts_.old_task_definition;
        if (now != nullptr && same && (now->rollout == "COMPLETED" || now->rollout.empty())) {
            return succeeded("nothing was changed: the release started no deployment, the service runs what it ran");
        }
        if (facts_.now < *described_ + consistency_patience) {
            return std::nullopt;
        }
        Verdict verdict;
        verdict.outcome = Outcome::uncertain;
        verdict.owner = Owner::undecided;
        verdict.sentence = same ? "the release started no deployment, and one of before is still going on"
                                : "the service names the new task definition but lists no deployment of it";
        verdict.certain_at = facts_.now;
        return verdict;
    }

    [[nodiscard]] std::optional<Verdict> end(const EcsDeployment& deployment, const EcsAttempt* attempt,
                                             const std::vector<Finding>& findings,
                                             const std::optional<Verdict>& certain) const
    {
        if (auto other = superseded(deployment, attempt)) {
            return other;
        }
        if (!facts_.way_back.empty()) {
            return end_of_way_back(why(findings, certain, attempt));
        }
        if (attempt == nullptr) {
            return facts_.is_blind() ? end_of_service(deployment, findings, certain) : std::nullopt;
        }
        if (attempt->status == "SUCCESSFUL") {
            return success(deployment, *attempt);
        }
        if (attempt->status == "ROLLBACK_SUCCESSFUL") {
            return rolled_back(deployment, *attempt, findings, certain);
        }
        if (attempt->status == "ROLLBACK_FAILED") {
            return verdict(Outcome::rollback_failed, why(findings, certain, attempt));
        }
        if (attempt->status == "STOPPED") {
            return stopped(deployment, *attempt, certain);
        }
        if (attempt->status.starts_with("ROLLBACK_")) {
            return return_that_fails(why(findings, certain, attempt));
        }
        return pause(*attempt);
    }

    [[nodiscard]] std::optional<Verdict> superseded(const EcsDeployment& deployment, const EcsAttempt* attempt) const
    {
        const auto* now = facts_.primary();
        if (now == nullptr || now->id == deployment.id || now->id == facts_.way_back ||
            !facts_.new_deployments.contains(now->id) || (attempt != nullptr && attempt->status == "SUCCESSFUL")) {
            return std::nullopt;
        }
        return by_person(Outcome::superseded, "ecs.deploy.superseded",
                         fmt::format("deployment {} of {} took its place", now->id, now->task_definition));
    }

    [[nodiscard]] std::optional<Verdict> success(const EcsDeployment& deployment, const EcsAttempt& attempt) const
    {
        const auto* shown = facts_.listed(deployment.id);
        const bool agrees =
            shown != nullptr && shown->status == "PRIMARY" && (shown->rollout == "COMPLETED" || shown->rollout.empty());
        if (!agrees && facts_.now < attempt.seen + consistency_patience) {
            return std::nullopt;
        }
        return succeeded(fmt::format("the service runs {}", deployment.task_definition));
    }

    /// The old version serves again when the service says so too.
    [[nodiscard]] bool serves_again(const std::string& failed) const
    {
        const auto* now = facts_.primary();
        return now != nullptr && now->id != failed && now->rollout == "COMPLETED" && now->running >= facts_.desired;
    }

    [[nodiscard]] std::optional<Verdict> rolled_back(const EcsDeployment& deployment, const EcsAttempt& attempt,
                                                     const std::vector<Finding>& findings,
                                                     const std::optional<Verdict>& certain) const
    {
        if (!serves_again(deployment.id) && facts_.now < attempt.seen + consistency_patience) {
            return std::nullopt;
        }
        const bool asked = attempt.rollback_requested ||
                           (attempt.breaker != "TRIGGERED" && attempt.alarms != "TRIGGERED" && attempt.words.empty());
        if (asked && !facts_.we_stopped && !certain && decree(&attempt) == nullptr) {
            return by_person(Outcome::stopped, "ecs.deploy.rollback_asked",
                             "somebody stopped the deployment; the version before serves again");
        }
        return verdict(Outcome::rolled_back, why(findings, certain, &attempt));
    }

    [[nodiscard]] std::optional<Verdict> stopped(const EcsDeployment& deployment, const EcsAttempt& attempt,
                                                 const std::optional<Verdict>& certain) const
    {
        if (attempt.breaker == "TRIGGERED" || attempt.alarms == "TRIGGERED" || certain || !attempt.words.empty()) {
            return std::nullopt;  // it failed, and is still there
        }
        const auto* now = facts_.primary();
        const bool settled = now != nullptr && now->id == deployment.id;
        if (!settled && facts_.now < attempt.seen + consistency_patience) {
            return std::nullopt;  // who took its place is not shown yet
        }
        return by_person(Outcome::stopped, "ecs.deploy.superseded", "somebody stopped the deployment");
    }

    /// Whether AWS ended a deployment that does not work and left it there.
    [[nodiscard]] bool left_as_it_is(const EcsDeployment& deployment, const EcsAttempt* attempt) const
    {
        if (returns()) {
            return false;
        }
        if (attempt != nullptr) {
            return attempt->status == "STOPPED";
        }
        const auto* shown = facts_.listed(deployment.id);
        return facts_.is_blind() && shown != nullptr && shown->status == "PRIMARY" && shown->rollout == "FAILED" &&
               facts_.now >= *described_ + consistency_patience;
    }

    /// A rollback whose own tasks fail over and over has failed, whether AWS says so or not.
    [[nodiscard]] std::optional<Verdict> return_that_fails(const Verdict& why) const
    {
        const auto* now = facts_.primary();
        const auto* failed = facts_.ours();
        if (now == nullptr || failed == nullptr || now->id == failed->id) {
            return std::nullopt;
        }
        constexpr int hopeless = 3;
        const Leg leg{now->id, failed->created, false};
        for (const auto& finding : find_against(facts_, leg)) {
            if (finding.certain && finding.again && finding.count >= hopeless && !has_healthy_task(facts_, leg)) {
                return verdict(Outcome::rollback_failed, why);
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Verdict> end_of_way_back(const Verdict& why) const
    {
        const auto* back = facts_.listed(facts_.way_back);
        if (back != nullptr && back->status == "PRIMARY" && back->rollout == "COMPLETED" &&
            back->running >= facts_.desired) {
            return verdict(Outcome::rolled_back, why);
        }
        if (back != nullptr && back->rollout == "FAILED") {
            return verdict(Outcome::rollback_failed, why);
        }
        return return_that_fails(why);
    }

    /// Without service deployments: the service's own list must do.
    [[nodiscard]] std::optional<Verdict> end_of_service(const EcsDeployment& deployment,
                                                        const std::vector<Finding>& findings,
                                                        const std::optional<Verdict>& certain) const
    {
        const auto* shown = facts_.listed(deployment.id);
        const auto* now = facts_.primary();
        if (shown != nullptr && shown->status == "PRIMARY") {
            if (shown->rollout == "COMPLETED" && facts_.deployments.size() == 1) {
                return succeeded(fmt::format("the service runs {}", deployment.task_definition));
            }
            return std::nullopt;
        }
        if (now != nullptr && now->rollout == "COMPLETED" && now->running >= facts_.desired) {
            return verdict(Outcome::rolled_back, why(findings, certain, nullptr));
        }
        return return_that_fails(why(findings, certain, nullptr));
    }

    [[nodiscard]] std::optional<Verdict> pause(const EcsAttempt& attempt) const
    {
        if (attempt.hook != "AWAITING_ACTION" || facts_.now < attempt.hook_since + pause_patience) {
            return std::nullopt;
        }
        return by_person(
            Outcome::waiting, "ecs.bg.waiting",
            fmt::format("a pause hook waits at {}: ContinueServiceDeployment lets it go on", attempt.stage));
    }

    // -- words

    [[nodiscard]] std::string progress(const Leg& leg) const
    {
        const auto* shown = facts_.listed(leg.deployment);
        if (shown == nullptr) {
            return "the deployment is no longer listed";
        }
        auto text = fmt::format("{} of {} tasks run", shown->running, facts_.desired);
        if (const auto failed = failed_tasks(facts_, leg).size(); failed > 0) {
            text += fmt::format(", {} failed", failed);
        }
        if (const auto* attempt = facts_.attempt_of(shown); attempt != nullptr) {
            text += fmt::format("; {}{}{}", attempt->status, attempt->stage.empty() ? "" : " at ", attempt->stage);
        }
        return text;
    }

    [[nodiscard]] std::string url() const { return facts_.dns.empty() ? std::string() : "http://" + facts_.dns; }

    EcsFacts facts_;
    std::optional<Time> described_;  ///< when the service was first seen after the release
};

}  // namespace

std::unique_ptr<Judge::Rules> make_ecs_rules()
{
    return std::make_unique<EcsRules>();
}

}  // namespace tinystacks::deployment
