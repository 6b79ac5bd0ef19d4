#include "pipeline/detail/release.hpp"

#include "base/error.hpp"
#include "deployment/container.hpp"
#include "deployment/held_lease.hpp"
#include "pipeline/detail/account.hpp"
#include "pipeline/detail/build.hpp"
#include "pipeline/detail/buildspec.hpp"
#include "pipeline/detail/checks.hpp"
#include "pipeline/detail/rollout.hpp"
#include "pipeline/detail/variables.hpp"

namespace tinystacks::pipeline {
namespace {

using deployment::Deployment;
using deployment::Outcome;
using deployment::Verdict;

deployment::ContainerSpec container_of(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted,
                                       const std::string& deployment)
{
    const auto& target = std::get<stage::DockerTarget>(stage.target);
    deployment::ContainerSpec spec;
    spec.stack = workspace.project().stack;
    spec.stage = stage.name.str();
    spec.deployment = deployment;
    spec.commit = promoted.commit;
    spec.digest = promoted.digest;
    spec.image = workspace.image().str() + "@" + promoted.digest;
    spec.port = target.port;
    spec.container_port = target.container_port;
    spec.health = stage.health;
    spec.environment = workspace.project().runtime_of(stage);
    return spec;
}

deployment::ContainerTarget container_target(Workspace& workspace)
{
    auto& world = workspace.world();
    return {{world.make_launcher, workspace.environment(), world.transport, world.clock}, workspace.run().sink};
}

std::string url_of(const stage::Stage& stage)
{
    const auto* docker = std::get_if<stage::DockerTarget>(&stage.target);
    return docker == nullptr ? std::string() : fmt::format("http://127.0.0.1:{}", docker->port);
}

/// One attempt, from its first record to its last.
class Attempt {
public:
    Attempt(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted)
        : workspace_(workspace), stage_(stage), promoted_(promoted), clock_(workspace.world().clock)
    {
        deployment_.id = fmt::format("{}-{}", workspace.run().id, stage.name.str());
        deployment_.run = workspace.run().id;
        deployment_.stack = workspace.project().stack;
        deployment_.stage = stage.name.str();
        deployment_.target = stage::kind(stage.target);
        deployment_.region = stage.region;
        deployment_.commit = promoted.commit;
        deployment_.digest = promoted.digest;
        deployment_.url = url_of(stage);
        deployment_.started_at = clock_();
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

    void finish()
    {
        if (deployment_.verdict.outcome != Outcome::succeeded) {
            restore_tag();
        }
        deployment_.ended_at = clock_();
        deployment_.state = deployment::State::ended;
        record();
    }

    /// The stage's tag names what the stage runs, not what was tried.
    void restore_tag()
    {
        const auto current = workspace_.world().ledger.find_current(deployment_.stack, deployment_.stage);
        if (!is_docker() || !current || current->digest == promoted_.digest) {
            return;
        }
        try {
            auto client = workspace_.client();
            if (client.find_digest(workspace_.image(), deployment_.stage) == promoted_.digest) {
                client.copy(workspace_.image(), current->digest, workspace_.image(), deployment_.stage);
            }
        } catch (const Error& error) {
            workspace_.note(
                Severity::warning, deployment_.stage,
                fmt::format("the tag '{}' still names what failed: {}", deployment_.stage, error.message()));
        }
    }

    [[nodiscard]] bool is_docker() const { return std::holds_alternative<stage::DockerTarget>(stage_.target); }

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
        const bool goes_on = !is_docker() && !deployment_.phases.empty() && deployment_.phases.back().name != "release";
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

    /// Runs one phase; `work` returns the verdict that ends the deployment, or nothing to go on.
    template <typename Work>
    std::optional<Verdict> phase(const std::string& name, Work&& work)
    {
        deployment_.phases.push_back({name, "", 0});
        record();
        Step step(workspace_, clock_, stage_.name.str(), name);
        const std::optional<Verdict> verdict = work();
        const bool good = !verdict || verdict->outcome == Outcome::succeeded;
        const auto* status = good ? "SUCCEEDED" : verdict->outcome == Outcome::uncertain ? "SKIPPED" : "FAILED";
        deployment_.phases.back() = {name, status, step.seconds()};
        record();
        step.end(status, good ? std::string() : verdict->sentence);
        return verdict;
    }

    Verdict phases()
    {
        if (auto failed = phase("release", [&] { return release(); })) {
            return *failed;
        }
        auto verdict = phase("deployment", [&]() -> std::optional<Verdict> { return deploy(); }).value();
        if (verdict.outcome != Outcome::succeeded || stage_.test.empty()) {
            return verdict;
        }
        if (auto failed = phase("test", [&] { return test(); })) {
            failed->outcome = undo();
            return *failed;
        }
        return verdict;
    }

    /// The tag must name what was recorded: somebody may have moved it since. Afterwards the stage's own must.
    std::optional<Verdict> release()
    {
        const auto& project = workspace_.project();
        check_account(workspace_, stage_);
        const auto& image = workspace_.image();
        const auto previous = project.previous(stage_.name.str());
        const auto found = workspace_.look_up(image, previous);
        if (!found.asked) {
            workspace_.note(Severity::warning, deployment_.stage,
                            fmt::format("{} wants a login, so {}:{} is checked only after {}", image.host, image.str(),
                                        previous, project.release_file),
                            fmt::format("docker login {}", image.host));
        } else if (found.digest != promoted_.digest && is_left_over(previous, found.digest)) {
            workspace_.client().copy(image, promoted_.digest, image, previous, workspace_.run().interruption);
        } else if (found.digest != promoted_.digest) {
            throw Error(ErrorKind::conflict, "{}:{} names {}, not the {} that was recorded", image.str(), previous,
                        found.digest.value_or("nothing"), promoted_.digest)
                .with_hint(previous == "latest" ? "tinystacks deploy"
                                                : fmt::format("tinystacks deploy --stage {}", previous));
        }
        for (const auto& problem : find_unobeyed(project, stage_)) {
            workspace_.say(
                {clock_(), deployment_.stage, log::Note{problem.severity, problem.where, problem.message, {}}});
        }
        std::optional<Verdict> failed = rollout_ ? rollout_->begin() : std::nullopt;
        if (!failed) {
            failed = run_release();
        }
        return failed ? failed : check_stage_tag();
    }

    /// Runs release.yml; once more when AWS refused it for a reason that passes.
    std::optional<Verdict> run_release()
    {
        const auto& project = workspace_.project();
        const auto& image = workspace_.image();
        BuildspecRun release;
        release.file = project.release_file;
        release.channel = log::Channel::release;
        release.stage = stage_.name.str();
        release.immutable = release_variables(project, image, stage_);
        if (rollout_) {
            release.environment = stage_environment(workspace_, stage_, rollout_->session());
        }
        release.defaults = default_variables(image, rollout_ ? release.environment : workspace_.environment());
        release.defaults["IMAGE_DIGEST"] = promoted_.digest;
        check_buildspec(workspace_.read(release.file, "tinystacks init"), release.file, Role::release, project);
        for (;; ++release.attempt) {
            std::string output;
            release.last_output = &output;
            const auto why = run_buildspec(workspace_, release);
            if (why.empty()) {
                return std::nullopt;
            }
            auto verdict =
                deployment::failed("release.failed", deployment::Owner::undecided, why,
                                   fmt::format("tinystacks logs release --stage {}", stage_.name.str()), clock_());
            if (auto known = is_docker() ? std::nullopt : find_refusal_in(output, clock_())) {
                verdict = std::move(*known);
            }
            if (release.attempt > 1 || !passes(verdict.cause)) {
                return verdict;
            }
            constexpr auto patience = std::chrono::seconds(10);
            workspace_.note(Severity::warning, deployment_.stage,
                            fmt::format("{}: {}; once more in 10 s", verdict.cause, verdict.sentence));
            http::real_patience().wait(patience, workspace_.run().interruption);
        }
    }

    /// Whether a refusal may be another moment's: an update that goes on, permissions that are not known everywhere
    /// yet.
    static bool passes(const std::string& cause)
    {
        return cause == "lambda.busy" || cause == "lambda.image.denied" || cause == "lambda.throttled";
    }

    /// Whether a stage's tag names what a deployment of ours tried last, without success: a crash kept it from moving
    /// back.
    bool is_left_over(const std::string& stage, const std::optional<registry::Digest>& digest)
    {
        const auto last = workspace_.world().ledger.history(deployment_.stack, stage, 1);
        return !last.empty() && last.front().digest == digest && last.front().target == "docker" &&
               last.front().verdict.outcome != Outcome::succeeded;
    }

    std::optional<Verdict> check_stage_tag()
    {
        const auto regional = find_regional_image(workspace_.image(), stage_);
        for (const auto& image : {std::optional(workspace_.image()), regional}) {
            if (!image) {
                continue;
            }
            const auto tagged =
                workspace_.client().find_digest(*image, stage_.name.str(), workspace_.run().interruption);
            // docker pushes a manifest of its own to another registry; within one the digest must be the promoted one.
            const bool wrong = image == regional ? !tagged : tagged != promoted_.digest;
            if (wrong) {
                return deployment::failed("release.tag", deployment::Owner::application,
                                          fmt::format("{} ended well, but {}:{} names {}, not {}",
                                                      workspace_.project().release_file, image->str(),
                                                      stage_.name.str(), tagged.value_or("nothing"), promoted_.digest),
                                          "let it pull, tag and push $ECR_IMAGE_URL@$IMAGE_DIGEST", clock_());
            }
        }
        return std::nullopt;
    }

    Verdict deploy()
    {
        if (is_docker()) {
            const auto current = workspace_.world().ledger.find_current(deployment_.stack, deployment_.stage);
            return container_target(workspace_)
                .deploy(container_of(workspace_, stage_, promoted_, deployment_.id), current ? current->id : "",
                        workspace_.run().interruption);
        }
        auto verdict = rollout_->finish();
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
    const Promoted& promoted_;
    const Clock& clock_;
    Deployment deployment_;
    std::optional<Rollout> rollout_;  ///< of a stage on AWS
};

}  // namespace

void require_engine(Workspace& workspace, const std::string& stage)
{
    for (const auto& each : workspace.project().stages) {
        if (std::holds_alternative<stage::DockerTarget>(each.target) && (stage.empty() || each.name.str() == stage)) {
            container_target(workspace).require();
            return;
        }
    }
}

std::optional<Deployment> find_running(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted)
{
    if (!std::holds_alternative<stage::DockerTarget>(stage.target)) {
        return std::nullopt;
    }
    auto current = workspace.world().ledger.find_current(workspace.project().stack, stage.name.str());
    if (!current || current->digest != promoted.digest || current->commit != promoted.commit) {
        return std::nullopt;
    }
    const auto state = container_target(workspace).find(workspace.project().stack, stage.name.str());
    const bool runs = state && state->state == "running" && state->deployment == current->id &&
                      state->configuration == configuration_of(container_of(workspace, stage, promoted, current->id));
    return runs ? current : std::nullopt;
}

Deployment release_stage(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted)
{
    const deployment::HeldLease lease(workspace.world().ledger, workspace.project().stack,
                                      deployment::lease_of_stage(stage.name.str()), workspace.run().id);
    return Attempt(workspace, stage, promoted).run();
}

}  // namespace tinystacks::pipeline
