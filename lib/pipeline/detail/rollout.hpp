#pragma once

#include "aws/session.hpp"
#include "deployment/runtime.hpp"
#include "deployment/watch.hpp"
#include "pipeline/detail/workspace.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>

namespace tinystacks::pipeline {

/// A stage on AWS: who works there, and the watch over its rollout.
class Rollout {
public:
    /// `deployment` names the session of an assumed role.
    Rollout(Workspace& workspace, const stage::Stage& stage, const std::string& deployment);

    [[nodiscard]] aws::Session& session() { return session_; }
    /// What runs now, before the release: the verdict when that is the end already, because there is no such service
    /// or function. What cannot be read because the caller may not, is said and not watched.
    [[nodiscard]] std::optional<deployment::Verdict> begin();
    /// Instead of begin(), for a rollout that another process began: what its begin() observed.
    void resume(const deployment::Observation& baseline);
    /// After the release: makes the application have these variables. False when it has them already.
    bool apply(const deployment::RuntimeVariables& wanted, const std::set<std::string>& gone,
               const std::string& repository);
    /// Instead of a release: starts an earlier version again.
    void start(const std::string& version);
    /// What was released: an ECS task definition, a Lambda function's image by digest.
    [[nodiscard]] std::string version() const;
    [[nodiscard]] deployment::Verdict finish();
    /// Brings back what ran before begin(): rolled_back or rollback_failed.
    [[nodiscard]] deployment::Outcome undo();
    [[nodiscard]] std::string url() const { return watch_ ? watch_->url() : std::string(); }

private:
    [[nodiscard]] std::unique_ptr<deployment::Watch> make_watch(bool bring_back);

    Workspace& workspace_;
    const stage::Stage& stage_;
    aws::Session session_;
    std::unique_ptr<deployment::Watch> watch_;  ///< empty when nothing can be watched
};

/// Where a run keeps what it observed of a stage before the release, for whoever watches on after it.
[[nodiscard]] std::filesystem::path baseline_file(const std::filesystem::path& journal, const std::string& stage);
/// Of a stage on AWS.
[[nodiscard]] std::unique_ptr<deployment::Watch> make_watch(const stage::Stage& stage, deployment::Lookout lookout);

/// The identity a stage's work has. `deployment` names an assumed role's session.
[[nodiscard]] aws::Place place_of(const stage::Stage& stage, const std::string& deployment = "status");
[[nodiscard]] aws::Session::World aws_world(World& world);

/// The environment of what runs for a stage: with a role, only the assumed role's keys (security requirement AW-07).
[[nodiscard]] process::Environment stage_environment(Workspace& workspace, const stage::Stage& stage,
                                                     aws::Session& session);

/// Why a release failed, when what it printed names a refusal of AWS that the catalogue knows.
[[nodiscard]] std::optional<deployment::Verdict> find_refusal_in(const std::string& output, Time now);

}  // namespace tinystacks::pipeline
