#include "pipeline/pipeline.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "deployment/container.hpp"
#include "deployment/held_lease.hpp"
#include "deployment/look.hpp"
#include "deployment/runtime_log.hpp"
#include "mask/masker.hpp"
#include "pipeline/detail/rollout.hpp"

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

/// What the target itself says of the stage.
std::string observe(const project::Project& project, const stage::Stage& stage,
                    const std::optional<deployment::Deployment>& current, World& world)
{
    NoSink sink;
    try {
        if (const auto* ecs = std::get_if<stage::EcsTarget>(&stage.target)) {
            aws::Session session(aws_world(world), place_of(stage));
            return deployment::look_at_service(session.ecs, ecs->cluster, ecs->service);
        }
        if (const auto* lambda = std::get_if<stage::LambdaTarget>(&stage.target)) {
            aws::Session session(aws_world(world), place_of(stage));
            return deployment::look_at_function(session.lambda, lambda->function);
        }
        const auto state = container_target(world, sink).find(project.stack, stage.name.str());
        const bool other = state && (!current || state->deployment != current->id);
        return !state ? "not found" : other ? state->state + ", of another deployment" : state->state;
    } catch (const Error& error) {
        return "not known: " + error.message();
    }
}

}  // namespace

std::vector<StageStatus> status(const project::Project& project, World& world)
{
    std::vector<StageStatus> stages;
    for (const auto& stage : project.stages) {
        StageStatus status;
        status.name = stage.name.str();
        status.target = stage::kind(stage.target);
        status.current = world.ledger.find_current(project.stack, status.name);
        auto history = world.ledger.history(project.stack, status.name, 1);
        if (!history.empty()) {
            status.last = std::move(history.front());
        }
        if (const auto* docker = std::get_if<stage::DockerTarget>(&stage.target)) {
            status.url = fmt::format("http://127.0.0.1:{}", docker->port);
        }
        status.observed = observe(project, stage, status.current, world);
        stages.push_back(std::move(status));
    }
    return stages;
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
            const deployment::HeldLease lease(world.ledger, project.stack, deployment::lease_of_stage(candidate.name.str()), run);
            for (auto& name : target.remove(project.stack, candidate.name.str())) {
                removed.push_back(std::move(name));
            }
        }
    }
    return removed;
}

}  // namespace tinystacks::pipeline
