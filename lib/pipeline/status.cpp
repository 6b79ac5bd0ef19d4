#include "pipeline/pipeline.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "deployment/container.hpp"
#include "deployment/held_lease.hpp"
#include "deployment/look.hpp"
#include "deployment/runtime_log.hpp"
#include "mask/masker.hpp"
#include "pipeline/detail/rollout.hpp"
#include "pipeline/detail/stage_look.hpp"

#include <algorithm>

namespace tinystacks::pipeline {
namespace {

/// Nobody listens: status and down report by their result.
class NoSink final : public log::Sink {
public:
    void write(const log::Event&) override {}
};

deployment::ContainerTarget container_target(World& world, log::Sink& sink)
{
    return {{world.make_launcher, world.environment, world.transport, world.clock}, sink};
}

std::string look_at_container(const std::string& stack, const StageStatus& stage, World& world)
{
    NoSink sink;
    const auto state = container_target(world, sink).find(stack, stage.name);
    const bool other = state && (!stage.current || state->deployment != stage.current->id);
    return !state ? "not found" : other ? state->state + ", of another deployment" : state->state;
}

/// What waits although somebody approved it has lost who waited with it.
void tell_approval(deployment::Deployment& deployment, const deployment::Book& book)
{
    const auto word = find_approval(book, deployment.stage, deployment.commit, deployment.digest);
    if (deployment.state == deployment::State::waiting && word && word->decision == deployment::Decision::approved) {
        deployment.verdict.sentence = fmt::format("approved by {}, and not released yet", word->by);
        deployment.verdict.hint = "tinystacks deploy --resume";
    }
}

}  // namespace

void StageLook::take(StageStatus& status, const Interruption& interruption)
{
    try {
        if (std::holds_alternative<stage::DockerTarget>(stage_.target)) {
            status.observed = look_at_container(stack_, status, world_);
            return;
        }
        auto& place = session();
        const auto* ecs = std::get_if<stage::EcsTarget>(&stage_.target);
        const auto look = ecs != nullptr
                              ? deployment::look_at_service(place.ecs, ecs->cluster, ecs->service, interruption)
                              : deployment::look_at_function(
                                    place.lambda, std::get<stage::LambdaTarget>(stage_.target).function, interruption);
        status.observed = look.text;
        status.changing = look.changing;
    } catch (const Error& error) {
        status.observed = "not known: " + error.message();
        status.unknown = error;
    }
}

aws::Session& StageLook::session()
{
    if (!session_) {
        session_ = std::make_unique<aws::Session>(aws_world(world_), place_of(stage_));
    }
    return *session_;
}

std::vector<StageStatus> status_of(const project::Project& project, std::vector<StageLook>& looks, World& world,
                                   const Interruption& interruption)
{
    std::vector<StageStatus> stages;
    const auto book = world.ledger.read(project.stack);
    auto look = looks.begin();
    for (const auto& stage : project.stages) {
        StageStatus status;
        status.name = stage.name.str();
        status.target = stage::kind(stage.target);
        status.current = deployment::find_current(book, status.name);
        auto history = deployment::history(book, status.name, 1);
        if (!history.empty()) {
            status.last = std::move(history.front());
            tell_approval(*status.last, book);
        }
        if (const auto* docker = std::get_if<stage::DockerTarget>(&stage.target)) {
            status.url = fmt::format("http://127.0.0.1:{}", docker->port);
        }
        (look++)->take(status, interruption);
        stages.push_back(std::move(status));
    }
    return stages;
}

std::vector<StageLook> looks_at(const project::Project& project, World& world)
{
    std::vector<StageLook> looks;
    for (const auto& stage : project.stages) {
        looks.emplace_back(project.stack, stage, world);
    }
    return looks;
}

std::vector<StageStatus> status(const project::Project& project, World& world)
{
    auto looks = looks_at(project, world);
    return status_of(project, looks, world, {});
}

namespace {

void show_cloudwatch_log(const RuntimeLogRequest& request, mask::Secrets secrets, World& world, const Run& run)
{
    aws::Session session(aws_world(world), place_of(request.stage));
    deployment::RuntimeLog log(session.ecs, session.lambda, session.logs, {world.clock, http::real_patience().wait},
                               run.sink);
    const deployment::RuntimeLogOptions options{request.stage.name.str(), request.since, request.follow,
                                                std::move(secrets)};
    if (const auto* ecs = std::get_if<stage::EcsTarget>(&request.stage.target)) {
        log.show_service(ecs->cluster, ecs->service, options, run.interruption);
    } else {
        log.show_function(std::get<stage::LambdaTarget>(request.stage.target).function, options, run.interruption);
    }
}

}  // namespace

void show_runtime_log(const RuntimeLogRequest& request, World& world, const Run& run)
{
    mask::Secrets secrets;
    for (const auto& [name, value] : request.runtime) {
        if (names_a_secret(name)) {
            secrets.add(value);
        }
    }
    if (!std::holds_alternative<stage::DockerTarget>(request.stage.target)) {
        show_cloudwatch_log(request, std::move(secrets), world, run);
        return;
    }
    const auto& stage = request.stage.name.str();
    mask::Masker masker(secrets);
    std::uint64_t line = 1;
    const auto write = [&](const std::string& text) {
        if (!text.empty()) {
            run.sink.write({world.clock(), stage, log::Lines{log::Channel::runtime, log::Source::output, line, text}});
            line += static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
        }
    };
    container_target(world, run.sink)
        .logs(
            request.stack, stage, request.since, request.follow,
            [&](process::Stream, std::string_view piece) {
                std::string text;
                masker.feed(piece, text);
                write(text);
            },
            run.interruption);
    std::string rest;
    masker.finish(rest);
    write(rest);
}

std::vector<std::string> remove_containers(const project::Project& project, const std::string& stage, World& world,
                                           const std::string& run)
{
    NoSink sink;
    auto target = container_target(world, sink);
    std::vector<std::string> removed;
    for (const auto& candidate : project.stages) {
        if (!stage.empty() && candidate.name.str() != project.stage(stage).name.str()) {
            continue;
        }
        if (std::holds_alternative<stage::DockerTarget>(candidate.target)) {
            const deployment::HeldLease lease(world.ledger, project.stack,
                                              deployment::lease_of_stage(candidate.name.str()), run);
            for (auto& name : target.remove(project.stack, candidate.name.str())) {
                removed.push_back(std::move(name));
            }
        }
    }
    return removed;
}

}  // namespace tinystacks::pipeline
