#pragma once

#include "deployment/deployment.hpp"
#include "deployment/rollout.hpp"
#include "pipeline/pipeline.hpp"
#include "view/report.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace tinystacks::app::view {

/// A deployment as --json has it (docs/interface.md).
[[nodiscard]] nlohmann::json to_json(const deployment::Deployment& deployment);

[[nodiscard]] nlohmann::json to_json(const deployment::Approval& approval);
[[nodiscard]] nlohmann::json to_json(const deployment::Verdict& verdict);

/// Adds how something called `what` ended: exit code, notes for people, and why it is not good.
void tell_verdict(Report& report, const std::string& what, const deployment::Verdict& verdict);

/// stdout: the image's digest.
[[nodiscard]] Report build_result(const pipeline::BuildOutcome& outcome);
/// stdout: a URL or digest a stage.
[[nodiscard]] Report deploy_result(const pipeline::DeployOutcome& outcome, const project::Project& project);
/// The same for `release`, which has done its work when release.yml ended well: what becomes of a rollout on AWS is
/// told as uncertain, and the exit code is 0 (docs/decisions/0007-release-exit-code.md).
[[nodiscard]] Report release_result(const pipeline::DeployOutcome& outcome, const project::Project& project);
/// What a recorded rollout is judged to be; one that had not ended is `uncertain`.
[[nodiscard]] Report replay_result(const deployment::Judgement& judgement, std::size_t observations);
/// Tells ages where `now` is given, else times.
[[nodiscard]] Report status_result(const std::string& stack, const std::vector<pipeline::StageStatus>& stages,
                                   std::optional<Time> now);

/// The same when the stages have been watched: with the exit code of the newest attempt, and why it failed.
[[nodiscard]] Report watch_result(const std::string& stack, const pipeline::WatchOutcome& outcome,
                                  std::optional<Time> now);

}  // namespace tinystacks::app::view
