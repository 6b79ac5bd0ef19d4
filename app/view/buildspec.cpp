#include "view/buildspec.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::app::view {
namespace {

using nlohmann::json;

json to_json(const buildspec::ArtifactFiles& artifact)
{
    auto files = json::array();
    for (const auto& file : artifact.files) {
        files.push_back(to_utf8(file));
    }
    return {{"name", to_utf8(artifact.name)}, {"files", std::move(files)}};
}

json to_json(const buildspec::Result& result)
{
    auto phases = json::array();
    for (const auto& phase : result.phases) {
        phases.push_back({{"name", phase.name},
                          {"status", to_string(phase.status)},
                          {"seconds", phase.seconds},
                          {"message", phase.message.empty() ? json(nullptr) : json(to_utf8(phase.message))}});
    }
    auto exported = json::object();
    for (const auto& [name, value] : result.exported_variables) {
        exported[name] = to_utf8(value);
    }
    json artifacts = result.artifacts ? to_json(*result.artifacts) : json{{"name", nullptr}, {"files", json::array()}};
    artifacts["secondary"] = json::object();
    for (const auto& [id, artifact] : result.secondary_artifacts) {
        artifacts["secondary"][id] = to_json(artifact);
    }
    return {{"status", to_string(result.status)},
            {"phases", std::move(phases)},
            {"exported_variables", std::move(exported)},
            {"artifacts", std::move(artifacts)}};
}

}  // namespace

Report buildspec_result(const buildspec::Result& result, int interrupted)
{
    Report report;
    report.exit_code =
        result.status == buildspec::Status::stopped && interrupted != 0 ? interrupted : exit_code(result);
    *report.result = to_json(result);
    report.problems = result.problems;
    report.error = result.error;
    if (result.error) {
        report.problems.insert(report.problems.end(), result.error->problems().begin(), result.error->problems().end());
    }
    return report;
}

}  // namespace tinystacks::app::view
