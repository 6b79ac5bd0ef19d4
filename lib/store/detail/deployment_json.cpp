#include "store/detail/deployment_json.hpp"

#include "base/error.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::store {
namespace {

using deployment::Deployment;
using deployment::Evidence;
using deployment::PhaseResult;
using deployment::Verdict;
using nlohmann::json;

json to_json(const std::optional<Time>& time)
{
    return time ? json(to_rfc3339(*time)) : json(nullptr);
}

std::optional<Time> find_time(const json& value)
{
    return value.is_null() ? std::nullopt : find_rfc3339(value.get<std::string>());
}

Time time(const json& value)
{
    return find_time(value).value_or(Time());
}

json to_json(const Verdict& verdict)
{
    auto evidence = json::array();
    for (const auto& one : verdict.evidence) {
        evidence.push_back({{"source", one.source}, {"at", to_json(one.at)}, {"text", one.text}});
    }
    return {{"outcome", to_string(verdict.outcome)},
            {"cause", verdict.cause},
            {"owner", verdict.owner ? json(to_string(*verdict.owner)) : json(nullptr)},
            {"sentence", verdict.sentence},
            {"hint", verdict.hint},
            {"certain_at", to_json(verdict.certain_at)},
            {"evidence", std::move(evidence)}};
}

Verdict verdict(const json& object)
{
    Verdict verdict;
    verdict.outcome =
        deployment::find_outcome(object.at("outcome").get<std::string>()).value_or(deployment::Outcome::uncertain);
    verdict.cause = object.at("cause");
    if (const auto& owner = object.at("owner"); owner.is_string()) {
        verdict.owner = deployment::find_owner(owner.get<std::string>());
    }
    verdict.sentence = object.at("sentence");
    verdict.hint = object.at("hint");
    verdict.certain_at = find_time(object.at("certain_at"));
    for (const auto& one : object.at("evidence")) {
        verdict.evidence.push_back(Evidence{one.at("source"), time(one.at("at")), one.at("text")});
    }
    return verdict;
}

Deployment deployment(const json& object)
{
    Deployment deployment;
    deployment.id = object.at("id");
    deployment.run = object.at("run");
    deployment.stack = object.at("stack");
    deployment.stage = object.at("stage");
    deployment.target = object.at("target");
    deployment.region = object.at("region");
    deployment.commit = object.at("commit");
    deployment.digest = object.at("digest");
    deployment.url = object.at("url");
    deployment.started_at = time(object.at("started_at"));
    deployment.ended_at = find_time(object.at("ended_at"));
    deployment.state =
        deployment::find_state(object.at("state").get<std::string>()).value_or(deployment::State::interrupted);
    for (const auto& phase : object.at("phases")) {
        deployment.phases.push_back(PhaseResult{phase.at("name"), phase.at("status"), phase.at("seconds")});
    }
    deployment.verdict = verdict(object.at("verdict"));
    return deployment;
}

}  // namespace

std::string to_json_text(const Deployment& deployment)
{
    auto phases = json::array();
    for (const auto& phase : deployment.phases) {
        phases.push_back({{"name", phase.name}, {"status", phase.status}, {"seconds", phase.seconds}});
    }
    const json object = {{"id", deployment.id},
                         {"run", deployment.run},
                         {"stack", deployment.stack},
                         {"stage", deployment.stage},
                         {"target", deployment.target},
                         {"region", deployment.region},
                         {"commit", deployment.commit},
                         {"digest", deployment.digest},
                         {"url", deployment.url},
                         {"started_at", to_json(deployment.started_at)},
                         {"ended_at", to_json(deployment.ended_at)},
                         {"state", to_string(deployment.state)},
                         {"phases", std::move(phases)},
                         {"verdict", to_json(deployment.verdict)}};
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Deployment deployment_from_json(std::string_view text)
{
    try {
        return deployment(json::parse(text));
    } catch (const json::exception& error) {
        throw Error(ErrorKind::failed, "a stored deployment cannot be read: {}", error.what());
    }
}

}  // namespace tinystacks::store
