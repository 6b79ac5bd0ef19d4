#include "deployment/cause.hpp"
#include "deployment/detail/reply.hpp"
#include "deployment/detail/rules.hpp"

#include <fmt/core.h>

#include <vector>

namespace tinystacks::deployment {
namespace {

using namespace std::chrono_literals;
using reply::text;

/// Source: AWS Lambda Developer Guide, "Lambda function states": an update takes seconds, at most a few minutes.
constexpr auto update_patience = 6min;
/// How long an update may take to be shown.
constexpr auto consistency_patience = 15s;
/// How long calls may be refused for a reason that passes.
constexpr auto refusal_patience = 60s;

/// What one call of the function gave.
struct Call {
    Time at;
    const Cause* cause = nullptr;  ///< null with `good`, or for words nobody knows
    bool good = false;
    bool refused = false;  ///< Lambda did not call the function
    std::string words;
    std::string log;
};

class LambdaRules final : public Judge::Rules {
public:
    void observe(const Observation& observation) override
    {
        now_ = observation.at;
        const auto& answer = observation.reply;
        const bool refused = answer.is_object() && answer.contains("__type");
        if (observation.operation == "Baseline") {
            take_baseline(answer);
        } else if (observation.operation == "Invoke") {
            calls_.push_back(refused ? refused_call(answer) : call_of(answer));
        } else if (observation.operation == "UpdateFunctionCode" && !refused) {
            goes_back_ = true;
            status_.clear();
        } else if (observation.operation == "GetFunctionConfiguration" && !refused) {
            take(answer);
        }
    }

    [[nodiscard]] Judgement judgement() const override
    {
        Judgement judgement;
        judgement.progress = progress();
        if (status_.empty()) {
            judgement.verdict = not_begun();
            return judgement;
        }
        if (goes_back_) {
            judgement.verdict = end_of_way_back();
            judgement.finding = failure();
            return judgement;
        }
        if (status_ == "Failed" || state_ == "Failed") {
            judgement.finding = refused_;
            // Refused code leaves the function as it was; refused variables leave it with the new code.
            judgement.advice = second_ && can_go_back_ ? Advice::bring_back : Advice::watch;
            judgement.verdict = second_ && can_go_back_ ? std::nullopt : refused_;
            return judgement;
        }
        if (status_ == "InProgress" || state_ == "Pending") {
            if (now_ >= first_seen_ + update_patience) {
                judgement.finding = failed(*find_cause("lambda.pending"), {"function", first_seen_, words_});
            }
            return judgement;
        }
        if (superseded_) {
            judgement.verdict = superseded();
            return judgement;
        }
        judge_calls(judgement);
        return judgement;
    }

private:
    /// A second one begins anew: what was seen until then is of what the release started.
    void take_baseline(const nlohmann::json& reply)
    {
        old_code_ = text(reply, "code_sha256");
        can_go_back_ = !text(reply, "image").empty();
        has_health_ = !text(reply, "health").empty();
        second_ = reply::truth(reply, "second");
        old_revision_ = text(reply, "revision");
        status_.clear();
        new_code_.clear();
        calls_.clear();
        superseded_ = false;
    }

    void take(const nlohmann::json& configuration)
    {
        if (!old_revision_.empty() && text(configuration, "RevisionId") == old_revision_) {
            unchanged_since_ = unchanged_since_.value_or(now_);
            return;
        }
        if (status_.empty() && !goes_back_) {
            first_seen_ = now_;
        }
        state_ = text(configuration, "State");
        status_ = text(configuration, "LastUpdateStatus");
        if (status_.empty()) {
            status_ = "Successful";  // functions of before 2021 have none
        }
        code_ = text(configuration, "CodeSha256");
        const bool of_update = status_ == "Failed";
        const auto reason = text(configuration, of_update ? "LastUpdateStatusReasonCode" : "StateReasonCode");
        words_ = fmt::format("State={} LastUpdateStatus={} {}: {}", state_, status_, reason,
                             text(configuration, of_update ? "LastUpdateStatusReason" : "StateReason"));
        reason_ = reason;
        if ((of_update || state_ == "Failed") && !goes_back_) {
            refused_ = refused_update();
        }
        if (status_ == "Successful" && !goes_back_) {
            if (new_code_.empty()) {
                new_code_ = code_;
            }
            superseded_ = superseded_ || code_ != new_code_;
        }
    }

    [[nodiscard]] Call call_of(const nlohmann::json& answer) const
    {
        Call call;
        call.at = now_;
        call.log = text(answer, "LogResult");
        const auto error = text(answer, "FunctionError");
        const auto payload = text(answer, "Payload");
        if (!error.empty()) {
            call.words = fmt::format("FunctionError={} {}", error, payload);
            call.cause = recognise(Place::invocation, call.words + "\n" + call.log);
            if (call.cause == nullptr) {
                call.cause = recognise(Place::log, call.log);
            }
            return call;
        }
        const auto body = nlohmann::json::parse(payload, nullptr, false);
        const auto status = reply::number(body, "statusCode").value_or(200);  // a bare answer counts as 200
        call.good = status >= 200 && status < 400;
        if (!call.good) {
            call.cause = find_cause("lambda.health.code");
            call.words = fmt::format("the function answered with status {}", status);
        }
        return call;
    }

    [[nodiscard]] Call refused_call(const nlohmann::json& answer) const
    {
        Call call;
        call.at = now_;
        call.refused = true;
        call.words = text(answer, "__type") + ": " + text(answer, "message");
        call.cause = recognise(Place::refusal, call.words);
        return call;
    }

    [[nodiscard]] Verdict refused_update() const
    {
        const auto* cause = recognise(Place::function, words_);
        auto verdict = failed(cause == nullptr ? *find_cause("unknown") : *cause, {"function", now_, words_});
        if (reason_ == "ImageAccessDenied") {
            verdict.owner = Owner::infrastructure;
        } else if (reason_ == "InvalidConfiguration") {
            verdict.owner = Owner::application;
        }
        return verdict;
    }

    /// Why the calls say that it does not work, if they say so for certain.
    [[nodiscard]] std::optional<Verdict> failure() const
    {
        if (calls_.empty() || calls_.back().good) {
            return std::nullopt;
        }
        const auto& last = calls_.back();
        if (last.cause != nullptr && last.cause->gravity == Gravity::noise) {
            return std::nullopt;
        }
        std::size_t equal = 0;
        auto since = last.at;
        for (auto call = calls_.rbegin(); call != calls_.rend() && !call->good && call->cause == last.cause; ++call) {
            ++equal;
            since = call->at;
        }
        const bool passes = last.refused && (last.cause == nullptr || last.cause->gravity == Gravity::wait);
        const bool at_once = !last.refused && last.cause != nullptr && last.cause->certainty == Certainty::first;
        const bool certain = last.refused && last.cause != nullptr && last.cause->id == "lambda.busy" ? false
                             : passes && equal < 2                                                    ? false
                             : passes && last.cause != nullptr && last.cause->id == "lambda.throttled"
                                 ? now_ >= since + refusal_patience
                                 : at_once || equal >= 2;
        if (!certain) {
            return std::nullopt;
        }
        auto verdict =
            failed(last.cause == nullptr ? *find_cause("unknown") : *last.cause, {"invocation", last.at, last.words});
        if (!last.log.empty()) {
            verdict.evidence.push_back({"log", last.at, last.log});
        }
        return verdict;
    }

    void judge_calls(Judgement& judgement) const
    {
        if (!has_health_) {
            judgement.verdict = succeeded("the function was updated; without `health` nobody called it");
            return;
        }
        if (!calls_.empty() && calls_.back().good) {
            judgement.verdict = succeeded("the function was updated and answers");
            return;
        }
        judgement.finding = failure();
        if (judgement.finding) {
            judgement.advice = can_go_back_ && (second_ || code_ != old_code_) ? Advice::bring_back : Advice::give_up;
            return;
        }
        judgement.wants_call = true;
    }

    [[nodiscard]] std::optional<Verdict> end_of_way_back() const
    {
        auto verdict = failure().value_or(refused_.value_or(Verdict{}));
        if (status_ == "Successful" && state_ != "Pending") {
            verdict.outcome = Outcome::rolled_back;
        } else if (status_ == "Failed" || state_ == "Failed") {
            verdict.outcome = Outcome::rollback_failed;
            verdict.evidence.push_back({"function", now_, words_});
        } else {
            return std::nullopt;
        }
        return verdict;
    }

    [[nodiscard]] Verdict succeeded(std::string_view sentence) const
    {
        Verdict verdict;
        verdict.outcome = Outcome::succeeded;
        verdict.sentence = code_ == old_code_ && !second_
                               ? "the function's code is what it was: the release changed nothing"
                               : std::string(sentence);
        verdict.certain_at = now_;
        return verdict;
    }

    /// When the update with the variables cannot be seen: whoever meant to start it may have been ended before.
    [[nodiscard]] std::optional<Verdict> not_begun() const
    {
        if (!unchanged_since_ || now_ < *unchanged_since_ + consistency_patience) {
            return std::nullopt;
        }
        Verdict verdict;
        verdict.outcome = Outcome::uncertain;
        verdict.owner = Owner::undecided;
        verdict.sentence = "nothing shows that the update with the variables was started";
        verdict.certain_at = now_;
        return verdict;
    }

    [[nodiscard]] Verdict superseded() const
    {
        auto verdict = failed(*find_cause("lambda.raced"),
                              {"function", now_, fmt::format("the function's code is now {}", code_)});
        verdict.outcome = Outcome::superseded;
        return verdict;
    }

    [[nodiscard]] std::string progress() const
    {
        return status_.empty() ? "the function has not answered yet" : fmt::format("update {}", status_);
    }

    Time now_;
    Time first_seen_;
    std::string old_code_;
    std::string new_code_;
    std::string code_;
    std::string state_;
    std::string status_;
    std::string reason_;
    std::string words_;
    std::string old_revision_;  ///< of the configuration, before the update that is judged; empty: any may be it
    std::optional<Time> unchanged_since_;
    std::optional<Verdict> refused_;
    bool second_ = false;  ///< the update that is judged is one of ours, with other variables
    bool can_go_back_ = false;
    bool has_health_ = false;
    bool goes_back_ = false;
    bool superseded_ = false;
    std::vector<Call> calls_;
};

}  // namespace

std::unique_ptr<Judge::Rules> make_lambda_rules()
{
    return std::make_unique<LambdaRules>();
}

}  // namespace tinystacks::deployment
