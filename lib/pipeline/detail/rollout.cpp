#include "pipeline/detail/rollout.hpp"

#include "aws/child_environment.hpp"
#include "aws/error.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "deployment/cause.hpp"
#include "deployment/record.hpp"

namespace tinystacks::pipeline {
namespace {

using deployment::Outcome;
using deployment::Verdict;

/// What tinystacks.yml calls a service that does not exist yet (docs/project-file.md).
constexpr std::string_view placeholder = "placeholder";

Verdict verdict_of(std::string_view id, const std::string& words, Time now)
{
    return deployment::failed(*deployment::find_cause(id), {"aws", now, words});
}

void keep_baseline(const deployment::Observation& baseline, const std::filesystem::path& file)
{
    const nlohmann::json line = {
        {"at", to_rfc3339(baseline.at)}, {"operation", baseline.operation}, {"reply", baseline.reply}};
    try {
        replace_file(file, line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    } catch (const Error&) {
        // Then nobody can watch on after us: that is no reason not to deploy.
    }
}

}  // namespace

std::filesystem::path baseline_file(const std::filesystem::path& journal, const std::string& stage)
{
    return journal / ("baseline-" + stage + ".json");
}

std::unique_ptr<deployment::Watch> make_watch(const stage::Stage& stage, deployment::Lookout lookout)
{
    if (const auto* ecs = std::get_if<stage::EcsTarget>(&stage.target)) {
        return deployment::watch_ecs(std::move(lookout), ecs->cluster, ecs->service);
    }
    return deployment::watch_lambda(std::move(lookout), std::get<stage::LambdaTarget>(stage.target).function,
                                    stage.health);
}

aws::Place place_of(const stage::Stage& stage, const std::string& deployment)
{
    return {stage.region, stage.role, stage.external_id, deployment};
}

aws::Session::World aws_world(World& world)
{
    return {world.transport, world.environment, world.clock, world.make_launcher};
}

Rollout::Rollout(Workspace& workspace, const stage::Stage& stage, const std::string& deployment)
    : workspace_(workspace), stage_(stage), session_(aws_world(workspace.world()), place_of(stage, deployment))
{}

std::unique_ptr<deployment::Watch> Rollout::make_watch(bool bring_back)
{
    const auto& wanted = workspace_.source().rollout;
    deployment::Lookout lookout{session_.ecs,
                                session_.elbv2,
                                session_.lambda,
                                session_.logs,
                                workspace_.world().clock,
                                http::real_patience().wait,
                                workspace_.run().sink,
                                stage_.name.str(),
                                stage_.region,
                                {},
                                wanted.limit,
                                bring_back && wanted.bring_back};
    if (!wanted.record.empty() && bring_back) {
        lookout.record = deployment::record_to(wanted.record);
    }
    if (bring_back && !workspace_.run().journal.empty()) {
        lookout.record = [record = std::move(lookout.record),
                          file = baseline_file(workspace_.run().journal, stage_.name.str())](
                             const deployment::Observation& observation) {
            if (observation.operation == "Baseline") {
                keep_baseline(observation, file);
            }
            if (record) {
                record(observation);
            }
        };
    }
    return pipeline::make_watch(stage_, std::move(lookout));
}

std::unique_ptr<deployment::Watch> Rollout::open_watch()
{
    // Describing takes AWS less than a second; what hangs is asked again before it makes the verdict late.
    session_.client().hurry(std::chrono::seconds(3));
    return make_watch(true);
}

std::optional<Verdict> Rollout::begin()
{
    const auto* ecs = std::get_if<stage::EcsTarget>(&stage_.target);
    if (ecs != nullptr && ecs->service == placeholder) {
        return std::nullopt;
    }
    watch_ = open_watch();
    const auto now = workspace_.world().clock();
    try {
        watch_->begin(workspace_.run().interruption);
    } catch (const aws::Refusal& refusal) {
        watch_.reset();
        if (refusal.kind() == ErrorKind::not_found) {
            const auto* id = ecs == nullptr                                 ? "lambda.function.missing"
                             : refusal.code() == "ClusterNotFoundException" ? "ecs.cluster.missing"
                                                                            : "ecs.service.missing";
            return verdict_of(id, refusal.words(), now);
        }
        if (refusal.kind() != ErrorKind::not_allowed) {
            throw;
        }
        workspace_.note(Severity::warning, stage_.name.str(),
                        fmt::format("the rollout cannot be watched: {}", refusal.message()));
    } catch (const Error& error) {
        watch_.reset();
        if (error.kind() != ErrorKind::not_found) {
            throw;
        }
        return verdict_of("ecs.service.missing", error.message(), now);
    }
    return std::nullopt;
}

void Rollout::resume(const deployment::Observation& baseline)
{
    auto watch = open_watch();
    watch->resume(baseline, workspace_.run().interruption);
    watch_ = std::move(watch);
}

bool Rollout::apply(const deployment::RuntimeVariables& wanted, const std::set<std::string>& gone,
                    const std::string& repository)
{
    if (watch_) {
        return watch_->apply(wanted, gone, repository, workspace_.run().interruption);
    }
    if (!wanted.empty() || !gone.empty()) {
        workspace_.note(Severity::warning, stage_.name.str(),
                        fmt::format("the runtime variables are left as they are: nothing of this {} can be watched",
                                    stage::kind(stage_.target)));
    }
    return false;
}

void Rollout::start(const std::string& version)
{
    if (!watch_) {
        throw Error(ErrorKind::not_allowed, "the earlier version is not started: it could not be watched");
    }
    watch_->start(version, workspace_.run().interruption);
}

Verdict Rollout::finish()
{
    Verdict verdict;
    verdict.outcome = Outcome::uncertain;
    verdict.owner = deployment::Owner::undecided;
    verdict.sentence = fmt::format("released; what {} made of it could not be watched", stage::kind(stage_.target));
    verdict.hint = "tinystacks status --watch";
    try {
        if (watch_) {
            return watch_->finish(workspace_.run().interruption);
        }
    } catch (const Error& error) {
        // Nobody may look any more, but the rollout goes on: that is no failure of it.
        if (error.kind() != ErrorKind::unauthenticated) {
            throw;
        }
        verdict.sentence = fmt::format("the rollout goes on in AWS unwatched: {}", error.message());
        verdict.hint = error.hint();
    }
    return verdict;
}

Outcome Rollout::undo()
{
    if (!watch_ || !workspace_.source().rollout.bring_back) {
        return Outcome::failed;
    }
    try {
        auto back = make_watch(false);
        back->begin(workspace_.run().interruption);
        watch_->restore(workspace_.run().interruption);
        return back->finish(workspace_.run().interruption).outcome == Outcome::succeeded ? Outcome::rolled_back
                                                                                         : Outcome::rollback_failed;
    } catch (const Error& error) {
        workspace_.note(Severity::error, stage_.name.str(), fmt::format("could not bring it back: {}", error.message()),
                        error.hint());
        return Outcome::failed;
    }
}

process::Environment stage_environment(Workspace& workspace, const stage::Stage& stage, aws::Session& session)
{
    if (stage.role.empty()) {
        return workspace.environment();
    }
    return aws::child_environment(workspace.environment(), session.keys().get(workspace.run().interruption),
                                  stage.region);
}

std::optional<Verdict> find_refusal_in(const std::string& output, Time now)
{
    // Source: AWS CLI: "An error occurred (Code) when calling the Operation operation: message".
    constexpr std::string_view begin = "An error occurred (";
    constexpr std::string_view middle = ") when calling the ";
    for (auto at = output.find(begin); at != std::string::npos; at = output.find(begin, at + 1)) {
        const auto line = output.substr(at, output.find('\n', at) - at);
        const auto close = line.find(middle);
        const auto colon = line.find(": ");
        if (close == std::string::npos || colon == std::string::npos) {
            continue;
        }
        const auto code = line.substr(begin.size(), close - begin.size());
        const auto* cause = deployment::recognise(deployment::Place::refusal, code + ": " + line.substr(colon + 2));
        if (cause != nullptr && cause->gravity != deployment::Gravity::noise) {
            return verdict_of(cause->id, line, now);
        }
    }
    return std::nullopt;
}

}  // namespace tinystacks::pipeline
