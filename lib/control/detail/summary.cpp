#include "control/detail/summary.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::control {
namespace {

nlohmann::json failure(std::string_view channel, const std::string& stage)
{
    return {{"channel", channel}, {"stage", stage}};
}

/// Which log tells why the outcome is what it is; null when it is good.
nlohmann::json failure_of(const pipeline::DeployOutcome& outcome)
{
    if (outcome.build && !outcome.build->image) {
        return failure("build", "");
    }
    if (outcome.deployments.empty()) {
        return nullptr;
    }
    const auto& last = outcome.deployments.back();
    using deployment::Outcome;
    const auto outcome_of_last = last.verdict.outcome;
    if (outcome_of_last == Outcome::succeeded || outcome_of_last == Outcome::uncertain ||
        outcome_of_last == Outcome::waiting) {
        return nullptr;
    }
    // A container that did not come up tells why itself.
    const auto phase = last.phases.empty() ? std::string("release") : last.phases.back().name;
    const auto* channel = phase == "release" ? "release" : phase == "deployment" ? "runtime" : "deployment";
    return failure(channel, last.stage);
}

}  // namespace

std::string summary(const Result& result)
{
    nlohmann::json kept = {{"failure", nullptr}};
    if (const auto* build = std::get_if<pipeline::BuildOutcome>(&result); build != nullptr && !build->image) {
        kept["failure"] = failure("build", "");
    }
    if (const auto* deploy = std::get_if<pipeline::DeployOutcome>(&result)) {
        kept["failure"] = failure_of(*deploy);
    }
    if (const auto* error = std::get_if<Error>(&result)) {
        kept["error"] = error->message();
    }
    return kept.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace tinystacks::control
