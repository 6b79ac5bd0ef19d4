#include "deployment/rollout.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "deployment/cause.hpp"
#include "deployment/detail/reply.hpp"
#include "deployment/detail/rules.hpp"

#include <algorithm>

namespace tinystacks::deployment {
namespace {

std::string replaced(std::string text, const std::string& mark, const std::string& value)
{
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
        text.replace(at, mark.size(), value);
    }
    return text;
}

}  // namespace

Judge::Judge(std::string_view target) : target_(target)
{
    if (target == "ecs") {
        rules_ = make_ecs_rules();
    } else if (target == "lambda") {
        rules_ = make_lambda_rules();
    } else {
        throw Error(ErrorKind::invalid_input, "no rollout of a '{}' target can be judged", target);
    }
}

Judge::Judge(Judge&&) noexcept = default;
Judge& Judge::operator=(Judge&&) noexcept = default;
Judge::~Judge() = default;

void Judge::observe(const Observation& observation)
{
    if (final_) {
        return;
    }
    rules_->observe(observation);
    final_ = rules_->judgement().verdict;
}

Judgement Judge::judgement() const
{
    auto judgement = rules_->judgement();
    if (final_) {
        judgement.verdict = final_;
        judgement.advice = Advice::watch;
    }
    return judgement;
}

Verdict Judge::out_of_time(Time now) const
{
    const auto judgement = rules_->judgement();
    auto verdict = judgement.finding.value_or(Verdict{});
    verdict.outcome = Outcome::uncertain;
    if (verdict.cause.empty()) {
        verdict.cause = target_ == "ecs" ? "ecs.deploy.timeout" : "";
        verdict.owner = Owner::undecided;
        verdict.sentence = fmt::format("not over in the time given: {}", judgement.progress);
        verdict.hint = "tinystacks status --watch";
    }
    verdict.certain_at = now;
    return verdict;
}

Judgement judge(std::span<const Observation> observations, Time now)
{
    std::vector<const Observation*> ordered;
    for (const auto& observation : observations) {
        if (observation.at <= now) {
            ordered.push_back(&observation);
        }
    }
    std::ranges::stable_sort(ordered, {}, [](const Observation* each) {
        return std::tuple(each->at, each->operation != "Baseline", std::string_view(each->operation));
    });
    if (ordered.empty()) {
        return {};
    }
    Judge judge(reply::text(ordered.front()->reply, "target"));
    for (const auto* observation : ordered) {
        judge.observe(*observation);
    }
    return judge.judgement();
}

Verdict filled(Verdict verdict, const std::map<std::string, std::string>& names)
{
    for (const auto* name :
         {"cluster", "function", "group", "image", "region", "repository", "service", "tag", "task"}) {
        const auto found = names.find(name);
        const bool known = found != names.end() && !found->second.empty();
        const auto value = known ? found->second : to_upper(name);
        const auto mark = fmt::format("{{{}}}", name);
        verdict.hint = replaced(verdict.hint, mark, value);
        verdict.sentence = replaced(verdict.sentence, mark, value);
    }
    return verdict;
}

}  // namespace tinystacks::deployment
