#include "pipeline/detail/attempt.hpp"

#include "base/error.hpp"
#include "deployment/container.hpp"
#include "pipeline/detail/account.hpp"
#include "pipeline/detail/buildspec.hpp"
#include "pipeline/detail/checks.hpp"
#include "pipeline/detail/resume.hpp"
#include "pipeline/detail/rollout.hpp"
#include "pipeline/detail/running.hpp"
#include "pipeline/detail/runtime.hpp"
#include "pipeline/detail/variables.hpp"

#include <algorithm>

namespace tinystacks::pipeline {
namespace {

using deployment::Deployment;
using deployment::Means;
using deployment::Outcome;
using deployment::Verdict;

std::string url_of(const stage::Stage& stage)
{
    const auto* docker = std::get_if<stage::DockerTarget>(&stage.target);
    return docker == nullptr ? std::string() : fmt::format("http://127.0.0.1:{}", docker->port);
}

Verdict succeeded(std::string sentence, Time now)
{
    Verdict verdict;
    verdict.outcome = Outcome::succeeded;
    verdict.sentence = std::move(sentence);
    verdict.certain_at = now;
    return verdict;
}

std::string_view first_phase(Means means)
{
    return means == Means::release ? "release" : means == Means::rollback ? "rollback" : "variables";
}

/// One attempt, from its first record to its last.
class Attempt {
public:
    Attempt(Workspace& workspace, const stage::Stage& stage, Deployment deployment)
        : workspace_(workspace), stage_(stage), clock_(workspace.world().clock), deployment_(std::move(deployment)),
          earlier_run_(std::exchange(deployment_.run, workspace.run().id)), promoted_{deployment_.digest,
                                                                                      deployment_.commit},
          runtime_(runtime_variables(workspace, stage))
    {
        drop_undone_phases();
        deployment_.state = deployment::State::running;
        deployment_.ended_at.reset();
        deployment_.verdict = {};
        note_variables();
        if (!is_docker()) {
            rollout_.emplace(workspace_, stage_, deployment_.id);
        }
    }

    Deployment run()
    {
        record();
        try {
            deployment_.verdict = phases();
        } catch (const Interrupted&) {
            undo_untested();
            end_open_phase("STOPPED");
            deployment_.verdict = interrupted();
            finish();
            throw;
        } catch (const Error& error) {
            undo_untested();
            end_open_phase("FAILED");
            deployment_.verdict =
                deployment::failed("", deployment::Owner::undecided, error.message(), error.hint(), clock_());
            finish();
            throw;
        }
        finish();
        return deployment_;
    }

private:
    void record() { workspace_.world().ledger.record(deployment_); }

    [[nodiscard]] bool is_docker() const { return std::holds_alternative<stage::DockerTarget>(stage_.target); }

    /// What was in the middle of something begins it again; so does all that was taken back when a person stopped it,
    /// or a test failed.
    void drop_undone_phases()
    {
        auto& phases = deployment_.phases;
        const bool stopped =
            deployment_.state == deployment::State::ended && deployment_.verdict.outcome == Outcome::stopped;
        const auto keeps = [&](const deployment::PhaseResult& phase) {
            return !stopped && phase.status == "SUCCEEDED" && (phase.name != "deployment" || still_runs());
        };
        phases.erase(std::ranges::find_if_not(phases, keeps), phases.end());
    }

    /// Whether the container of a docker stage is still the one that this deployment started.
    bool still_runs()
    {
        if (!is_docker()) {
            return true;
        }
        const auto state = container_target(workspace_).find(deployment_.stack, deployment_.stage);
        return state && state->deployment == deployment_.id;
    }

    /// Names of variables that the deployment before set, and that are to be no more.
    void note_variables()
    {
        deployment_.variables.clear();
        for (const auto& [name, value] : runtime_) {
            deployment_.variables.push_back(name);
        }
        gone_ = find_gone(workspace_.world().ledger.find_current(deployment_.stack, deployment_.stage), runtime_);
    }

    void finish()
    {
        const auto outcome = deployment_.verdict.outcome;
        if (outcome != Outcome::succeeded && (is_docker() || outcome != Outcome::uncertain)) {
            restore_stage_tag(workspace_, stage_, promoted_);
        }
        if (rollout_) {
            deployment_.task_definition = rollout_->version();
        }
        deployment_.ended_at = clock_();
        deployment_.state = deployment::State::ended;
        record();
    }

    /// Takes back what was deployed before `test:` failed.
    Outcome undo()
    {
        return is_docker() ? container_target(workspace_).undo(deployment_.stack, deployment_.stage) : rollout_->undo();
    }

    /// A person stopped us; what AWS was asked to do goes on.
    [[nodiscard]] Verdict interrupted() const
    {
        Verdict verdict;
        verdict.owner = deployment::Owner::operator_;
        const bool goes_on =
            !is_docker() && !deployment_.phases.empty() && deployment_.phases.back().name == "deployment";
        verdict.outcome = goes_on ? Outcome::uncertain : Outcome::stopped;
        verdict.sentence = goes_on ? "stopped watching: the rollout goes on in AWS" : "stopped by a person";
        if (goes_on) {
            verdict.hint = "tinystacks status --watch";
            workspace_.note(Severity::warning, deployment_.stage, verdict.sentence, verdict.hint);
        }
        return verdict;
    }

    /// A test that did not come to its end is none that passed.
    void undo_untested()
    {
        if (!deployment_.phases.empty() && deployment_.phases.back().name == "test") {
            (void)undo();
        }
    }

    void end_open_phase(const std::string& status)
    {
        if (!deployment_.phases.empty() && deployment_.phases.back().status.empty()) {
            deployment_.phases.back().status = status;
        }
    }

    [[nodiscard]] bool is_done(std::string_view phase) const
    {
        return std::ranges::find(deployment_.phases, phase, &deployment::PhaseResult::name) != deployment_.phases.end();
    }

    /// Runs one phase; `work` returns the verdict that ends the deployment, or nothing to go on.
    template <typename Work>
    std::optional<Verdict> phase(std::string_view name, Work&& work)
    {
        deployment_.phases.push_back({std::string(name), "", 0});
        record();
        Step step(workspace_, clock_, stage_.name.str(), std::string(name));
        const std::optional<Verdict> verdict = work();
        const bool good = !verdict || verdict->outcome == Outcome::succeeded;
        const auto* status = good ? "SUCCEEDED" : verdict->outcome == Outcome::uncertain ? "SKIPPED" : "FAILED";
        deployment_.phases.back() = {std::string(name), status, step.seconds()};
        record();
        step.end(status, good ? std::string() : verdict->sentence);
        return verdict;
    }

    Verdict phases()
    {
        if (const auto first = first_phase(deployment_.means); !is_done(first)) {
            if (auto failed = phase(first, [&] { return open(); })) {
                return *failed;
            }
        } else if (auto lost = resume_rollout()) {
            return *lost;
        }
        auto verdict = is_done("deployment")
                           ? succeeded("it ran before the process ended that deployed it", clock_())
                           : phase("deployment", [&]() -> std::optional<Verdict> { return deploy(); }).value();
        if (verdict.outcome != Outcome::succeeded || stage_.test.empty() || deployment_.means != Means::release) {
            return verdict;
        }
        if (auto failed = phase("test", [&] { return test(); })) {
            failed->outcome = undo();
            return *failed;
        }
        return verdict;
    }

    /// Watches on what another process released.
    std::optional<Verdict> resume_rollout()
    {
        if (!rollout_) {
            return std::nullopt;
        }
        const auto baseline = find_baseline(workspace_.world(), earlier_run_, deployment_.stage);
        if (!baseline) {
            Verdict verdict;
            verdict.owner = deployment::Owner::undecided;
            verdict.sentence =
                "released by another machine, which alone knows what ran before: nobody can judge it here";
            verdict.hint = fmt::format("tinystacks deploy --stage {} --force", deployment_.stage);
            return verdict;
        }
        rollout_->resume(*baseline);
        return std::nullopt;
    }

    /// The first phase: starts what is to run.
    std::optional<Verdict> open()
    {
        check_account(workspace_, stage_);
        if (deployment_.means == Means::release) {
            return release();
        }
        if (auto failed = rollout_ ? rollout_->begin() : std::nullopt) {
            return failed;
        }
        if (deployment_.means == Means::rollback) {
            move_stage_tag(workspace_, stage_, promoted_);
            if (rollout_) {
                rollout_->start(version_to_restore());
            }
        } else {
            unchanged_ = rollout_ && !apply_variables();
        }
        return std::nullopt;
    }

    /// What ran on AWS when the deployment that is brought back had ended.
    std::string version_to_restore()
    {
        const auto earlier = workspace_.world().ledger.find(deployment_.stack, deployment_.rollback_of);
        if (!earlier || earlier->task_definition.empty()) {
            throw Error(ErrorKind::not_found, "nothing is kept of which version deployment {} made run",
                        deployment_.rollback_of)
                .with_hint("tinystacks deploy --commit " + deployment_.commit);
        }
        return earlier->task_definition;
    }

    std::optional<Verdict> release()
    {
        check_previous_tag(workspace_, stage_, promoted_);
        copy_to_region(workspace_, stage_, promoted_);
        for (const auto& problem : find_unobeyed(stage_)) {
            workspace_.say(
                {clock_(), deployment_.stage, log::Note{problem.severity, problem.where, problem.message, {}}});
        }
        std::optional<Verdict> failed = rollout_ ? rollout_->begin() : std::nullopt;
        if (!failed) {
            failed = run_release(workspace_, stage_, promoted_, rollout_ ? &*rollout_ : nullptr);
        }
        if (!failed) {
            failed = check_stage_tag(workspace_, stage_, promoted_);
        }
        if (!failed) {
            try {
                (void)apply_variables();
            } catch (const Error& error) {
                // What release.yml started goes on: its end is waited for, and told with this.
                without_variables_ = error;
            }
        }
        return failed;
    }

    /// False when the application on AWS has them already.
    bool apply_variables()
    {
        if (!rollout_ || (runtime_.empty() && gone_.empty())) {
            return false;
        }
        return rollout_->apply(runtime_, gone_, repository_of(workspace_, stage_));
    }

    Verdict deploy()
    {
        if (is_docker()) {
            const auto current = workspace_.world().ledger.find_current(deployment_.stack, deployment_.stage);
            return container_target(workspace_)
                .deploy(container_of(workspace_, stage_, promoted_, deployment_.id), current ? current->id : "",
                        workspace_.run().interruption);
        }
        if (unchanged_) {
            return succeeded("it has these variables already", clock_());
        }
        auto verdict = rollout_->finish();
        if (verdict.outcome == Outcome::succeeded && without_variables_) {
            verdict = deployment::failed("", deployment::Owner::undecided,
                                         fmt::format("{}, but without its runtime variables: {}", verdict.sentence,
                                                     without_variables_->message()),
                                         without_variables_->hint(), clock_());
        }
        if (deployment_.url.empty()) {
            deployment_.url = rollout_->url();
        }
        return verdict;
    }

    std::optional<Verdict> test()
    {
        const auto& project = workspace_.project();
        BuildspecRun test;
        test.file = stage_.test;
        test.channel = log::Channel::deployment;
        test.stage = stage_.name.str();
        test.immutable = release_variables(project, workspace_.image(), stage_);
        if (rollout_) {
            test.environment = stage_environment(workspace_, stage_, rollout_->session());
        }
        test.defaults = default_variables(workspace_.image(), rollout_ ? test.environment : workspace_.environment());
        test.defaults["IMAGE_DIGEST"] = promoted_.digest;
        test.defaults["STAGE_URL"] = deployment_.url;
        check_buildspec(workspace_.read(test.file, fmt::format("git add {}", test.file)), test.file, Role::test,
                        project);
        const auto why = run_buildspec(workspace_, test);
        if (why.empty()) {
            return std::nullopt;
        }
        return deployment::failed("test.failed", deployment::Owner::application, why,
                                  fmt::format("tinystacks logs deployment --stage {}", stage_.name.str()), clock_());
    }

    Workspace& workspace_;
    const stage::Stage& stage_;
    const Clock& clock_;
    Deployment deployment_;
    std::string earlier_run_;  ///< that began it
    Promoted promoted_;
    deployment::RuntimeVariables runtime_;
    std::set<std::string> gone_;
    bool unchanged_ = false;  ///< nothing was started
    std::optional<Error> without_variables_;
    std::optional<Rollout> rollout_;  ///< of a stage on AWS
};

}  // namespace

Deployment new_deployment(const Workspace& workspace, const stage::Stage& stage, const Promoted& promoted)
{
    Deployment deployment;
    deployment.id = fmt::format("{}-{}", workspace.run().id, stage.name.str());
    deployment.run = workspace.run().id;
    deployment.stack = workspace.project().stack;
    deployment.stage = stage.name.str();
    deployment.target = stage::kind(stage.target);
    deployment.region = stage.region;
    deployment.commit = promoted.commit;
    deployment.digest = promoted.digest;
    deployment.url = url_of(stage);
    deployment.started_at = workspace.clock()();
    return deployment;
}

Deployment carry_out(Workspace& workspace, const stage::Stage& stage, Deployment deployment)
{
    return Attempt(workspace, stage, std::move(deployment)).run();
}

}  // namespace tinystacks::pipeline
