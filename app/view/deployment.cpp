#include "view/deployment.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::app::view {
namespace {

using deployment::Deployment;
using deployment::Outcome;
using nlohmann::json;

json text_or_null(const std::string& text)
{
    return text.empty() ? json(nullptr) : json(to_utf8(text));
}

json to_json(const pipeline::BuildOutcome& outcome)
{
    return {{"status", !outcome.image    ? "FAILED"
                       : outcome.skipped ? "SKIPPED"
                                         : "SUCCEEDED"},
            {"commit", outcome.image ? json(outcome.image->commit) : json(nullptr)},
            {"repository", outcome.image ? json(outcome.image->repository) : json(nullptr)},
            {"digest", outcome.image ? json(outcome.image->digest) : json(nullptr)},
            {"seconds", outcome.seconds},
            {"message", text_or_null(outcome.failure)}};
}

/// What was seen, and `try:`.
std::vector<std::string> details_of(const deployment::Verdict& verdict)
{
    std::vector<std::string> lines;
    if (verdict.owner && verdict.outcome != Outcome::succeeded && verdict.outcome != Outcome::waiting) {
        lines.push_back(fmt::format("  owner: {}", to_string(*verdict.owner)));
    }
    for (const auto& seen : verdict.evidence) {
        // A log of several lines keeps its shape.
        for (const auto line : split(trim(seen.text), '\n')) {
            lines.push_back(fmt::format("  {}: {}", seen.source, printable(line)));
        }
    }
    if (!verdict.hint.empty()) {
        lines.push_back("  try: " + printable_line(verdict.hint));
    }
    if (!verdict.cause.empty() && verdict.outcome != Outcome::succeeded) {
        lines.push_back(fmt::format("  more: tinystacks explain {}", verdict.cause));
    }
    return lines;
}

/// A verdict for people: what, why, what was seen, and `try:`.
std::vector<std::string> lines_of(const Deployment& deployment)
{
    const auto& verdict = deployment.verdict;
    const auto duration =
        deployment.ended_at ? " in " + to_short_text(*deployment.ended_at - deployment.started_at) : std::string();
    std::vector<std::string> lines = {fmt::format("{}: {}{}: {}{}", deployment.stage, to_string(verdict.outcome),
                                                  duration, printable(verdict.sentence),
                                                  verdict.cause.empty() ? "" : fmt::format(" [{}]", verdict.cause))};
    for (auto& line : details_of(verdict)) {
        lines.push_back(std::move(line));
    }
    return lines;
}

const Deployment* find_stage(const std::vector<Deployment>& deployments, const std::string& stage)
{
    const auto found = std::ranges::find(deployments, stage, &Deployment::stage);
    return found == deployments.end() ? nullptr : &*found;
}

/// What stdout has of a stage: its URL, else the digest it got.
std::string result_line(const Deployment& deployment)
{
    return (deployment.url.empty() ? deployment.digest : deployment.url) + "\n";
}

std::vector<std::string> next_commands(const pipeline::DeployOutcome& outcome, const project::Project& project)
{
    if (!outcome.deployments.empty() && outcome.deployments.back().verdict.outcome == Outcome::uncertain) {
        const auto next = std::ranges::find_if(project.stages, [&](const stage::Stage& stage) {
            return project.previous(stage.name.str()) == outcome.deployments.back().stage;
        });
        return next == project.stages.end()
                   ? std::vector<std::string>()
                   : std::vector{fmt::format("next: tinystacks deploy --stage {}", next->name.str())};
    }
    if (pipeline::exit_code(outcome) != 0) {
        return {};
    }
    const auto& last =
        outcome.deployments.empty() ? project.stages.back().name.str() : outcome.deployments.back().stage;
    return {"next: tinystacks status", fmt::format("      tinystacks logs runtime --stage {} --follow", last)};
}

std::string when(Time time, std::optional<Time> now)
{
    return now ? to_short_text(*now - time) + " ago" : to_rfc3339(time);
}

/// Whether somebody should do something about it: it waits for an approval, its process died, or somebody stopped
/// watching a rollout.
bool wants_somebody(const Deployment& deployment)
{
    return deployment.state == deployment::State::interrupted || deployment.state == deployment::State::waiting ||
           (deployment.state == deployment::State::ended && deployment.verdict.outcome == Outcome::uncertain &&
            !deployment.verdict.hint.empty());
}

std::string status_line(const pipeline::StageStatus& stage, std::optional<Time> now)
{
    auto line = fmt::format("{}  {}", stage.name, printable(stage.observed));
    if (stage.current) {
        const auto& current = *stage.current;
        line += fmt::format("  {}  {}", current.commit.substr(0, 12), current.digest);
        if (!current.task_definition.empty()) {
            line += "  " + printable(current.task_definition.substr(current.task_definition.rfind('/') + 1));
        }
        line += fmt::format("{}{}  {}", stage.url.empty() ? "" : "  ", stage.url, when(current.started_at, now));
    } else {
        const bool released = stage.last && stage.last->verdict.outcome == Outcome::uncertain &&
                              stage.last->state == deployment::State::ended;
        line += released ? fmt::format("  {}  {}  released, not watched", stage.last->commit.substr(0, 12),
                                       stage.last->digest)
                         : std::string("  nothing deployed yet");
    }
    if (stage.last && (!stage.current || stage.last->id != stage.current->id)) {
        const auto what = stage.last->state == deployment::State::running
                              ? std::string("is being deployed")
                              : std::string(to_string(stage.last->verdict.outcome));
        const auto& verdict = stage.last->verdict;
        line += fmt::format("\n  last attempt {}: {}{}{}", stage.last->commit.substr(0, 12), what,
                            verdict.sentence.empty() ? "" : ": ", printable(verdict.sentence));
        if (verdict.owner && stage.last->state != deployment::State::running) {
            line += fmt::format(" ({}{}owner: {})", verdict.cause, verdict.cause.empty() ? "" : ", ",
                                to_string(*verdict.owner));
        }
    }
    return line + "\n";
}

}  // namespace

json to_json(const deployment::Verdict& verdict)
{
    auto evidence = json::array();
    for (const auto& seen : verdict.evidence) {
        evidence.push_back({{"source", seen.source}, {"at", to_rfc3339(seen.at)}, {"text", to_utf8(seen.text)}});
    }
    return {{"outcome", to_string(verdict.outcome)},
            {"cause", text_or_null(verdict.cause)},
            {"owner", verdict.owner ? json(to_string(*verdict.owner)) : json(nullptr)},
            {"sentence", text_or_null(verdict.sentence)},
            {"hint", text_or_null(verdict.hint)},
            {"certain_at", verdict.certain_at ? json(to_rfc3339(*verdict.certain_at)) : json(nullptr)},
            {"evidence", std::move(evidence)}};
}

void tell_verdict(Report& report, const std::string& what, const deployment::Verdict& verdict)
{
    report.exit_code = exit_code(verdict);
    report.notes.push_back(fmt::format("{}: {}: {}", what, to_string(verdict.outcome), printable(verdict.sentence)));
    for (auto& line : details_of(verdict)) {
        report.notes.push_back(std::move(line));
    }
    if (verdict.outcome != Outcome::succeeded) {
        report.failure = fmt::format("{}: {}: {}", what, to_string(verdict.outcome), verdict.sentence);
    }
}

json to_json(const Deployment& deployment)
{
    auto phases = json::array();
    for (const auto& phase : deployment.phases) {
        phases.push_back({{"name", phase.name}, {"status", text_or_null(phase.status)}, {"seconds", phase.seconds}});
    }
    return {{"id", deployment.id},
            {"stack", deployment.stack},
            {"stage", deployment.stage},
            {"target", text_or_null(deployment.target)},
            {"region", text_or_null(deployment.region)},
            {"commit", text_or_null(deployment.commit)},
            {"digest", text_or_null(deployment.digest)},
            {"version", text_or_null(deployment.task_definition)},
            {"means", to_string(deployment.means)},
            {"rollback_of", text_or_null(deployment.rollback_of)},
            {"url", text_or_null(deployment.url)},
            {"state", to_string(deployment.state)},
            {"started_at", to_rfc3339(deployment.started_at)},
            {"ended_at", deployment.ended_at ? json(to_rfc3339(*deployment.ended_at)) : json(nullptr)},
            {"phases", std::move(phases)},
            {"verdict", to_json(deployment.verdict)}};
}

json to_json(const deployment::Approval& approval)
{
    return {{"stage", approval.stage},
            {"deployment", approval.deployment},
            {"commit", approval.commit},
            {"digest", approval.digest},
            {"by", to_utf8(approval.by)},
            {"verified", approval.verified},
            {"decision", approval.decision == deployment::Decision::approved ? "approved" : "rejected"},
            {"message", text_or_null(approval.message)},
            {"at", to_rfc3339(approval.at)}};
}

Report build_result(const pipeline::BuildOutcome& outcome)
{
    Report report;
    report.exit_code = exit_code(outcome);
    (*report.result)["build"] = to_json(outcome);
    if (outcome.image) {
        report.text = outcome.image->digest + "\n";
    } else {
        report.failure = "build failed: " + outcome.failure;
        report.notes = {printable(report.failure), "  try: tinystacks logs build"};
    }
    return report;
}

Report deploy_result(const pipeline::DeployOutcome& outcome, const project::Project& project)
{
    Report report;
    report.exit_code = exit_code(outcome);
    report.error = outcome.error;
    auto deployments = json::array();
    auto unchanged = json::array();
    for (const auto& stage : project.stages) {
        if (const auto* same = find_stage(outcome.unchanged, stage.name.str())) {
            unchanged.push_back(same->stage);
            deployments.push_back(to_json(*same));
            report.text += result_line(*same);
        }
        const auto* deployment = find_stage(outcome.deployments, stage.name.str());
        if (deployment == nullptr) {
            continue;
        }
        deployments.push_back(to_json(*deployment));
        for (auto& line : lines_of(*deployment)) {
            report.notes.push_back(std::move(line));
        }
        if (deployment->verdict.outcome == Outcome::succeeded) {
            report.text += result_line(*deployment);
        } else if (deployment->verdict.outcome != Outcome::waiting) {
            report.failure = fmt::format("{}: {}: {}", deployment->stage, to_string(deployment->verdict.outcome),
                                         deployment->verdict.sentence);
        }
    }
    (*report.result)["deployments"] = std::move(deployments);
    (*report.result)["build"] = outcome.build ? to_json(*outcome.build) : json(nullptr);
    (*report.result)["unchanged"] = std::move(unchanged);
    if (outcome.build && !outcome.build->image) {
        report.failure = "build failed: " + outcome.build->failure;
        report.notes.push_back(printable(report.failure));
        report.notes.emplace_back("  try: tinystacks logs build");
    }
    for (auto& line : next_commands(outcome, project)) {
        report.notes.push_back(std::move(line));
    }
    return report;
}

Report release_result(const pipeline::DeployOutcome& outcome, const project::Project& project)
{
    auto report = deploy_result(outcome, project);
    if (!outcome.deployments.empty() && outcome.deployments.back().verdict.outcome == Outcome::uncertain) {
        report.exit_code = 0;
        report.failure.clear();
        report.text += outcome.deployments.back().digest + "\n";
    }
    return report;
}

Report replay_result(const deployment::Judgement& judgement, std::size_t observations)
{
    deployment::Verdict open = judgement.finding.value_or(deployment::Verdict{});
    open.outcome = Outcome::uncertain;
    if (open.sentence.empty()) {
        open.sentence = "the record ends before the rollout did: " + judgement.progress;
    }
    const auto verdict = deployment::filled(judgement.verdict ? *judgement.verdict : open, {});
    Report report;
    report.exit_code = exit_code(verdict);
    (*report.result)["verdict"] = to_json(verdict);
    (*report.result)["observations"] = observations;
    report.text = fmt::format("{}: {}{}\n", to_string(verdict.outcome), printable(verdict.sentence),
                              verdict.cause.empty() ? "" : fmt::format(" [{}]", verdict.cause));
    for (const auto& line : details_of(verdict)) {
        report.text += line + "\n";
    }
    return report;
}

Report status_result(const std::string& stack, const std::vector<pipeline::StageStatus>& stages,
                     std::optional<Time> now)
{
    Report report;
    auto rows = json::array();
    auto deployments = json::array();
    for (const auto& stage : stages) {
        rows.push_back({{"name", stage.name},
                        {"target", stage.target},
                        {"url", text_or_null(stage.url)},
                        {"observed", stage.observed},
                        {"current", stage.current ? to_json(*stage.current) : json(nullptr)},
                        {"last", stage.last ? to_json(*stage.last) : json(nullptr)}});
        if (stage.last) {
            deployments.push_back(to_json(*stage.last));
        }
        report.text += status_line(stage, now);
        if (stage.unknown && !stage.unknown->hint().empty()) {
            report.notes.push_back(fmt::format("{}: its target could not be asked\n  try: {}", stage.name,
                                               printable(stage.unknown->hint())));
        }
        if (stage.last && wants_somebody(*stage.last)) {
            report.notes.push_back(fmt::format("{}: {}\n  try: {}", stage.name, printable(stage.last->verdict.sentence),
                                               printable(stage.last->verdict.hint)));
        }
    }
    (*report.result)["stack"] = stack;
    (*report.result)["stages"] = std::move(rows);
    (*report.result)["deployments"] = std::move(deployments);
    return report;
}

Report watch_result(const std::string& stack, const pipeline::WatchOutcome& outcome, std::optional<Time> now)
{
    auto report = status_result(stack, outcome.stages, now);
    report.exit_code = pipeline::exit_code(outcome);
    return report;
}

}  // namespace tinystacks::app::view
