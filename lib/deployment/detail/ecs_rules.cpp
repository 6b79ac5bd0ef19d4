#include "deployment/detail/ecs_advice.hpp"
#include "deployment/detail/ecs_findings.hpp"
#include "deployment/detail/ecs_verdict.hpp"
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

class EcsRules final : public Judge::Rules {
public:
    void observe(const Observation& observation) override
    {
        facts_.take(observation);
        if (observation.operation == "DescribeServices" && facts_.described && !described_) {
            described_ = facts_.now;
        } else if (observation.operation == "Baseline") {
            described_.reset();
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
            judgement.finding = why_failed(findings, judgement.finding, attempt, facts_.now);
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
    [[nodiscard]] bool can_go_back() const { return !facts_.before.first && !facts_.before.task_definition.empty(); }

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
        const auto* attempt = facts_.newest_attempt();
        if (attempt != nullptr && attempt->status.starts_with("ROLLBACK_")) {
            return end_of_unlisted(*attempt);
        }
        const bool open = attempt != nullptr && attempt->status != "SUCCESSFUL";
        const auto* now = facts_.primary();
        const bool same = facts_.task_definition == facts_.before.task_definition;
        if (now != nullptr && same && !open && !facts_.before.is_second() &&
            (now->rollout == "COMPLETED" || now->rollout.empty())) {
            return succeeded("nothing was changed: the release started no deployment, the service runs what it ran");
        }
        if (facts_.now < *described_ + consistency_patience) {
            return std::nullopt;
        }
        Verdict verdict;
        verdict.outcome = Outcome::uncertain;
        verdict.owner = Owner::undecided;
        verdict.sentence = facts_.before.is_second() ? "nothing shows that the revision with the variables was started"
                           : same ? "the release started no deployment, and one of before is still going on"
                                  : "the service names the new task definition but lists no deployment of it";
        verdict.certain_at = facts_.now;
        return verdict;
    }

    /// Of a service deployment that AWS had brought back before anybody looked: only its tasks tell what it was called.
    [[nodiscard]] std::optional<Verdict> end_of_unlisted(const EcsAttempt& attempt) const
    {
        if (attempt.status != "ROLLBACK_FAILED" && (attempt.status != "ROLLBACK_SUCCESSFUL" || !serves_again(""))) {
            return std::nullopt;
        }
        Leg leg;
        for (const auto& [id, task] : facts_.tasks) {
            leg.deployment = facts_.before.deployments.contains(task.started_by) ? leg.deployment : task.started_by;
        }
        const auto findings = find_against(facts_, leg);
        return verdict(attempt.status == "ROLLBACK_FAILED" ? Outcome::rollback_failed
                       : is_halfway_back("")               ? Outcome::failed
                                                           : Outcome::rolled_back,
                       why_failed(findings, certain_failure(findings, &attempt), &attempt, facts_.now));
    }

    [[nodiscard]] std::optional<Verdict> end(const EcsDeployment& deployment, const EcsAttempt* attempt,
                                             const std::vector<Finding>& findings,
                                             const std::optional<Verdict>& certain) const
    {
        if (auto other = superseded(deployment, attempt)) {
            return other;
        }
        if (!facts_.way_back.empty()) {
            return end_of_way_back(why_failed(findings, certain, attempt, facts_.now));
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
            return verdict(Outcome::rollback_failed, why_failed(findings, certain, attempt, facts_.now));
        }
        if (attempt->status == "STOPPED") {
            return stopped(deployment, *attempt, certain);
        }
        if (attempt->status.starts_with("ROLLBACK_")) {
            return return_that_fails(why_failed(findings, certain, attempt, facts_.now));
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

    /// Whether AWS went back from our revision to what the release started, and not to what ran before both.
    [[nodiscard]] bool is_halfway_back(const std::string& failed) const
    {
        return facts_.before.is_second() && serves_again(failed) &&
               facts_.primary()->task_definition != facts_.before.task_definition;
    }

    [[nodiscard]] std::optional<Verdict> rolled_back(const EcsDeployment& deployment, const EcsAttempt& attempt,
                                                     const std::vector<Finding>& findings,
                                                     const std::optional<Verdict>& certain) const
    {
        if (is_halfway_back(deployment.id) ||
            (!serves_again(deployment.id) && facts_.now < attempt.seen + consistency_patience)) {
            return std::nullopt;
        }
        const bool asked = attempt.rollback_requested ||
                           (attempt.breaker != "TRIGGERED" && attempt.alarms != "TRIGGERED" && attempt.words.empty());
        if (asked && !facts_.we_stopped && !certain && find_decree(&attempt) == nullptr) {
            return by_person(Outcome::stopped, "ecs.deploy.rollback_asked",
                             "somebody stopped the deployment; the version before serves again");
        }
        return verdict(Outcome::rolled_back, why_failed(findings, certain, &attempt, facts_.now));
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

    /// Whether AWS ended a deployment that does not work and left it there, or half of the way back.
    [[nodiscard]] bool left_as_it_is(const EcsDeployment& deployment, const EcsAttempt* attempt) const
    {
        if (returns()) {
            return false;
        }
        const bool halfway = is_halfway_back(deployment.id);
        if (attempt != nullptr) {
            return attempt->status == "STOPPED" || (halfway && attempt->status == "ROLLBACK_SUCCESSFUL");
        }
        const auto* shown = facts_.listed(deployment.id);
        const bool failed = shown != nullptr && shown->status == "PRIMARY" && shown->rollout == "FAILED" &&
                            facts_.now >= *described_ + consistency_patience;
        return facts_.is_blind() && (halfway || failed);
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
        if (shown != nullptr && shown->status == "PRIMARY") {
            if (shown->rollout == "COMPLETED" && facts_.deployments.size() == 1) {
                return succeeded(fmt::format("the service runs {}", deployment.task_definition));
            }
            return std::nullopt;
        }
        if (is_halfway_back(deployment.id)) {
            return std::nullopt;
        }
        if (serves_again(deployment.id)) {
            return verdict(Outcome::rolled_back, why_failed(findings, certain, nullptr, facts_.now));
        }
        return return_that_fails(why_failed(findings, certain, nullptr, facts_.now));
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
