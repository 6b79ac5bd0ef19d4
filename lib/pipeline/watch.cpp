#include "pipeline/pipeline.hpp"

#include "base/error.hpp"
#include "deployment/watch.hpp"
#include "http/retry.hpp"
#include "pipeline/detail/resume.hpp"
#include "pipeline/detail/rollout.hpp"
#include "pipeline/detail/stage_look.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace tinystacks::pipeline {
namespace {

using deployment::Deployment;
using deployment::Outcome;
using deployment::State;
using namespace std::chrono_literals;

constexpr auto interval = 2s;
/// A call to AWS that hangs is asked again: whoever watches wants to see something.
constexpr auto longest_call = 5s;

/// Whether asking the target again may help.
bool may_pass(const Error& error)
{
    return error.kind() == ErrorKind::failed || error.kind() == ErrorKind::unavailable;
}

bool is_running(const StageStatus& stage)
{
    return stage.last && stage.last->state == State::running;
}

class StatusWatch {
public:
    StatusWatch(const project::Project& project, World& world, const Run& run)
        : project_(project), world_(world), run_(run), looks_(looks_at(project, world))
    {
        for (auto& look : looks_) {
            if (!std::holds_alternative<stage::DockerTarget>(look.stage().target)) {
                look.session().client().hurry(longest_call);
            }
        }
    }

    WatchOutcome follow()
    {
        for (;;) {
            auto stages = status_of(project_, looks_, world_, run_.interruption);
            bool changing = false;
            bool judged = false;
            for (std::size_t i = 0; i < stages.size(); ++i) {
                tell(stages[i]);
                judged = judged || judge(stages[i], looks_[i]);
                changing = changing || is_running(stages[i]) || stages[i].changing ||
                           (stages[i].unknown && may_pass(*stages[i].unknown));
            }
            if (!changing && !judged) {
                return {std::move(stages)};
            }
            if (!judged) {
                http::real_patience().wait(interval, run_.interruption);
            }
        }
    }

private:
    void say(const std::string& stage, log::ResourceChanged change) const
    {
        run_.sink.write({world_.clock(), stage, std::move(change)});
    }

    /// Says what is new about a stage.
    void tell(const StageStatus& stage)
    {
        const auto attempt = !stage.last         ? std::string("nothing deployed yet")
                             : is_running(stage) ? fmt::format("{} is being deployed", stage.last->commit.substr(0, 12))
                                                 : fmt::format("{} {}", stage.last->commit.substr(0, 12),
                                                               to_string(stage.last->verdict.outcome));
        auto& told = told_[stage.name];
        if (auto now = stage.observed + "\n" + attempt; now != told) {
            told = std::move(now);
            say(stage.name, {"stage", stage.name, stage.observed, attempt});
        }
    }

    /// What the deployment that began a rollout knew of the time before, when it left it to AWS; else empty.
    std::optional<deployment::Observation> find_baseline(const StageStatus& stage) const
    {
        const auto& last = stage.last;
        const bool left = last && last->state != State::running && last->target != "docker" &&
                          last->verdict.outcome == Outcome::uncertain && !last->phases.empty() &&
                          last->phases.back().name == "deployment";
        return !left || judged_.contains(last->id) ? std::nullopt
                                                   : pipeline::find_baseline(world_, last->run, stage.name);
    }

    /// Watches a rollout that nobody watches to its end; false when there is none.
    bool judge(const StageStatus& stage, StageLook& look)
    {
        const auto baseline = find_baseline(stage);
        if (!baseline || (stage.unknown && !may_pass(*stage.unknown))) {
            return false;
        }
        try {
            auto& session = look.session();
            deployment::Lookout lookout{session.ecs,         session.elbv2,
                                        session.lambda,      session.logs,
                                        world_.clock,        http::real_patience().wait,
                                        run_.sink,           stage.name,
                                        look.stage().region, {}};
            lookout.bring_back = false;  // whoever looks changes nothing
            const auto watch = make_watch(look.stage(), std::move(lookout));
            watch->resume(*baseline, run_.interruption);
            auto verdict = watch->finish(run_.interruption);
            judged_.insert(stage.last->id);
            record(*stage.last, std::move(verdict), look.stage().test, watch->url());
        } catch (const Error& error) {
            if (!may_pass(error)) {
                judged_.insert(stage.last->id);
            }
            run_.sink.write(
                {world_.clock(), stage.name,
                 log::Note{Severity::warning, {}, "the rollout cannot be watched: " + error.message(), error.hint()}});
            return false;
        }
        return true;
    }

    void record(Deployment left, deployment::Verdict verdict, const std::string& test, const std::string& url)
    {
        if (verdict.outcome == Outcome::succeeded && !test.empty()) {
            verdict.outcome = Outcome::uncertain;
            verdict.owner = deployment::Owner::undecided;
            verdict.sentence += fmt::format("; {} has not been run on it", test);
            verdict.hint = fmt::format("tinystacks deploy --stage {} --force", left.stage);
        }
        left.verdict = std::move(verdict);
        left.state = State::ended;
        left.ended_at = world_.clock();
        if (left.url.empty()) {
            left.url = url;
        }
        left.phases.back().status = left.verdict.outcome == Outcome::succeeded   ? "SUCCEEDED"
                                    : left.verdict.outcome == Outcome::uncertain ? "SKIPPED"
                                                                                 : "FAILED";
        world_.ledger.record(left);
    }

    const project::Project& project_;
    World& world_;
    const Run& run_;
    std::vector<StageLook> looks_;
    std::map<std::string, std::string> told_;  ///< by stage
    std::set<std::string> judged_;             ///< ids of deployments
};

}  // namespace

WatchOutcome watch(const WatchRequest& request, World& world, const Run& run)
{
    run.sink.write({world.clock(), {}, log::StepBegan{"watch"}});
    return StatusWatch(request.project, world, run).follow();
}

int exit_code(const WatchOutcome& outcome)
{
    const Deployment* newest = nullptr;
    for (const auto& stage : outcome.stages) {
        if (stage.unknown) {
            return deployment::exit_code(deployment::Verdict{});  // uncertain
        }
        if (stage.last && (newest == nullptr || stage.last->started_at > newest->started_at)) {
            newest = &*stage.last;
        }
    }
    return newest == nullptr ? 0 : deployment::exit_code(newest->verdict);
}

}  // namespace tinystacks::pipeline
