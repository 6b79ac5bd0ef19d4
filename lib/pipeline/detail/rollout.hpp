#pragma once

#include "aws/session.hpp"
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
    /// Instead of begin(), for a rollout that another run began: the last Baseline that it observed. Throws Error.
    void resume(const deployment::Observation& baseline);
    /// After the release, before finish(): has what it started run with the variables `wanted` and without `gone`, in
    /// the container with an image of `repository`. Whether that took a rollout more, which finish() then judges. Where
    /// nothing can be watched nothing is changed, and this is said. Throws as deployment::Watch::apply().
    [[nodiscard]] bool apply(const deployment::RuntimeVariables& wanted, const std::set<std::string>& gone,
                             const std::string& repository);
    /// Instead of a release: starts an earlier version(). Throws Error, {not_allowed} where nothing can be watched.
    void start(const std::string& version);
    [[nodiscard]] deployment::Verdict finish();
    /// What finish() judged, for start(); empty when it is not known.
    [[nodiscard]] std::string version() const { return watch_ ? watch_->version() : std::string(); }
    /// Brings back what ran before begin(): rolled_back or rollback_failed.
    [[nodiscard]] deployment::Outcome undo();
    [[nodiscard]] std::string url() const { return watch_ ? watch_->url() : std::string(); }

private:
    [[nodiscard]] std::unique_ptr<deployment::Watch> make_watch(bool bring_back);
    /// The one that acts, and keeps what it observes.
    [[nodiscard]] std::unique_ptr<deployment::Watch> open_watch();

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
