#include "deployment/container.hpp"

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "deployment/detail/container_log.hpp"
#include "deployment/detail/container_verdict.hpp"
#include "deployment/detail/probe.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

namespace tinystacks::deployment {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto probe_timeout = std::chrono::seconds(2);

std::string trial_name(const ContainerSpec& spec)
{
    return container_name(spec.stack, spec.stage) + "-trial";
}

std::string previous_name(const ContainerSpec& spec)
{
    return container_name(spec.stack, spec.stage) + "-previous";
}

std::string label(const docker::Container& container, const std::string& name)
{
    const auto found = container.labels.find("tinystacks." + name);
    return found == container.labels.end() ? std::string() : found->second;
}

bool has_ended(const docker::Container& container)
{
    return container.state == "exited" || container.state == "dead" || container.state == "restarting";
}

void pause(std::chrono::milliseconds length, const Interruption& interruption)
{
    if (interruption.requested()) {
        throw Interrupted();
    }
    std::this_thread::sleep_for(length);
}

Verdict succeeded(Time now, std::string sentence)
{
    Verdict verdict;
    verdict.outcome = Outcome::succeeded;
    verdict.sentence = std::move(sentence);
    verdict.certain_at = now;
    return verdict;
}

/// The sink for a watch and its log follower, which write from two threads.
class SharedSink final : public log::Sink {
public:
    explicit SharedSink(log::Sink& sink) : sink_(sink) {}
    void write(const log::Event& event) override
    {
        const std::lock_guard lock(mutex_);
        sink_.write(event);
    }

private:
    log::Sink& sink_;
    std::mutex mutex_;
};

}  // namespace

std::string container_name(std::string_view stack, std::string_view stage)
{
    return fmt::format("tinystacks-{}-{}", stack, stage);
}

std::string configuration_of(const ContainerSpec& spec)
{
    auto text = fmt::format("{}\n{}\n{}\n{}\n", spec.digest, spec.port, spec.container_port, spec.health);
    for (const auto& [name, value] : spec.environment) {
        text += fmt::format("{}={}\n{}\n", name, value.size(), value);
    }
    return sha256_hex(text);
}

ContainerTarget::ContainerTarget(World world, log::Sink& sink, ContainerPatience patience)
    : world_(std::move(world)), sink_(sink), patience_(patience), launcher_(world_.make_launcher()),
      engine_(*launcher_, world_.environment)
{}

void ContainerTarget::changed(const std::string& stage, const std::string& name, const std::string& status,
                              const std::string& detail)
{
    sink_.write({world_.clock(), stage, log::ResourceChanged{"container", name, status, detail}});
}

std::optional<ContainerState> ContainerTarget::find(const std::string& stack, const std::string& stage)
{
    const auto container = engine_.find(container_name(stack, stage));
    if (!container) {
        return std::nullopt;
    }
    return ContainerState{container->state, label(*container, "digest"), label(*container, "configuration"),
                          label(*container, "deployment")};
}

std::vector<std::string> ContainerTarget::remove(const std::string& stack, const std::string& stage)
{
    std::vector<std::string> names;
    for (const auto& container : engine_.list({{"tinystacks.stack", stack}, {"tinystacks.stage", stage}})) {
        engine_.remove(container.id);
        names.push_back(container.name);
    }
    return names;
}

void ContainerTarget::logs(const std::string& stack, const std::string& stage, std::optional<Time> since, bool follow,
                           const process::OnOutput& on_output, const Interruption& interruption)
{
    const auto name = container_name(stack, stage);
    if (!engine_.find(name)) {
        throw Error(ErrorKind::not_found, "stage '{}' has no container on this machine", stage)
            .with_hint(fmt::format("tinystacks deploy --stage {}", stage));
    }
    engine_.logs(name, 0, since, follow, on_output, interruption);
}

Verdict ContainerTarget::deploy(const ContainerSpec& spec, const std::string& known_good,
                                const Interruption& interruption)
{
    engine_.require();
    recover(spec, known_good);
    const auto now = engine_.find(container_name(spec.stack, spec.stage));
    const bool runs = now && now->state == "running";
    auto failure = rehearse(spec, runs && now->host_port == spec.port, interruption);
    if (!failure) {
        return replace(spec, interruption);
    }
    if (runs) {
        // The old container was never touched: what ran before runs.
        failure->outcome = Outcome::rolled_back;
    }
    return *failure;
}

/// Everything that can fail before the old container is touched.
std::optional<Verdict> ContainerTarget::rehearse(const ContainerSpec& spec, bool holds_port,
                                                 const Interruption& interruption)
{
    if (!holds_port && docker::in_use(spec.port)) {
        return judge_port_taken(spec, world_.clock());
    }
    if (auto failure = fetch_image(spec, interruption)) {
        return failure;
    }
    auto failure = try_out(spec, trial_name(spec), 0, docker::Restart::never, interruption);
    engine_.remove(trial_name(spec));
    return failure;
}

/// Undoes what a crash of an earlier deployment left: a trial container, or a new container that nobody judged while
/// the one before it stands stopped.
void ContainerTarget::recover(const ContainerSpec& spec, const std::string& known_good)
{
    const auto name = container_name(spec.stack, spec.stage);
    engine_.remove(trial_name(spec));
    const auto now = engine_.find(name);
    const auto previous = engine_.find(previous_name(spec));
    if (!previous || label(*previous, "deployment") != known_good) {
        if (now && now->state != "running" && !known_good.empty() && label(*now, "deployment") == known_good) {
            engine_.start(name);
            changed(spec.stage, name, "restored", "it was found stopped");
        }
        return;
    }
    if (now) {
        engine_.remove(name);
    }
    engine_.rename(previous->id, name);
    engine_.start(name);
    changed(spec.stage, name, "restored", "an earlier deployment was interrupted while it replaced this container");
}

std::optional<Verdict> ContainerTarget::fetch_image(const ContainerSpec& spec, const Interruption& interruption)
{
    if (engine_.has_image(spec.image)) {
        return std::nullopt;
    }
    try {
        engine_.pull(spec.image, interruption);
        return std::nullopt;
    } catch (const Error& error) {
        return judge_no_image(spec, error, world_.clock());
    }
}

std::optional<Verdict> ContainerTarget::try_out(const ContainerSpec& spec, const std::string& name, int port,
                                                docker::Restart restart, const Interruption& interruption)
{
    docker::RunOptions options;
    options.name = name;
    options.image = spec.image;
    options.host_port = port;
    options.container_port = spec.container_port;
    options.environment = spec.environment;
    options.restart = restart;
    options.labels = {{"tinystacks.stack", spec.stack},           {"tinystacks.stage", spec.stage},
                      {"tinystacks.commit", spec.commit},         {"tinystacks.digest", spec.digest},
                      {"tinystacks.deployment", spec.deployment}, {"tinystacks.configuration", configuration_of(spec)}};
    try {
        const auto id = engine_.run(options, interruption);
        const auto container = engine_.find(id);
        if (!container) {
            return judge_not_started(spec, Error(ErrorKind::failed, "the container is gone"), world_.clock());
        }
        changed(spec.stage, name, "started", fmt::format("http://127.0.0.1:{}", container->host_port.value_or(port)));
        return wait_for_answer(spec, *container, interruption);
    } catch (const Error& error) {
        return judge_not_started(spec, error, world_.clock());
    } catch (const Interrupted&) {
        engine_.remove(name);
        throw;
    }
}

std::optional<Verdict> ContainerTarget::wait_for_answer(const ContainerSpec& spec, const docker::Container& container,
                                                        const Interruption& interruption)
{
    SharedSink sink(sink_);
    ContainerLog container_log(world_, sink, spec, container.id);
    const auto began = SteadyClock::now();
    ContainerSeen seen{container, "it was not asked yet", {}};
    const auto port = container.host_port.value_or(spec.port);
    while (true) {
        const auto now = engine_.find(container.id);
        if (!now) {
            return judge_removed(spec, container.name, world_.clock());
        }
        if (has_ended(*now)) {
            seen.container = *now;
            container_log.wait_for_end();
            seen.lines = container_log.tail();
            return judge_ended(spec, seen, world_.clock());
        }
        const auto age = SteadyClock::now() - began;
        const bool old_enough = !spec.health.empty() || age >= patience_.run;
        if (old_enough && answers(spec, port, seen.probe, interruption)) {
            sink.write(
                {world_.clock(), spec.stage, log::ResourceChanged{"container", container.name, "answers", seen.probe}});
            return std::nullopt;
        }
        if (age >= patience_.answer) {
            seen.lines = container_log.tail();
            return judge_silent(spec, seen, world_.clock());
        }
        pause(patience_.poll, interruption);
    }
}

bool ContainerTarget::answers(const ContainerSpec& spec, int port, std::string& seen, const Interruption& interruption)
{
    if (spec.health.empty()) {
        const bool accepts = port_accepts(port);
        seen = accepts ? "its port takes connections" : "its port takes no connection";
        return accepts;
    }
    http::Request request;
    request.url = fmt::format("http://127.0.0.1:{}{}", port, spec.health);
    request.timeout = probe_timeout;
    try {
        const auto response = world_.transport.send(
            request, [](std::string_view) {}, interruption);
        seen = fmt::format("status {}", response.status);
        return response.status >= 200 && response.status < 400;
    } catch (const Error& error) {
        seen = error.message();
        return false;
    }
}

/// From here on the old container is out of service: whatever happens, one of the two runs at the end.
Verdict ContainerTarget::replace(const ContainerSpec& spec, const Interruption& interruption)
{
    const auto name = container_name(spec.stack, spec.stage);
    auto old = engine_.find(name) ? Old::in_place : Old::none;
    std::optional<Verdict> failure;
    try {
        engine_.remove(previous_name(spec));
        if (old == Old::in_place) {
            engine_.stop(name);
            engine_.rename(name, previous_name(spec));
            old = Old::kept;
            changed(spec.stage, name, "stopped", "kept as " + previous_name(spec));
        }
        failure = try_out(spec, name, spec.port, docker::Restart::unless_stopped, interruption);
    } catch (...) {
        (void)restore(spec.stack, spec.stage, old);
        throw;
    }
    if (!failure) {
        return succeeded(world_.clock(), fmt::format("the container answers on http://127.0.0.1:{}", spec.port));
    }
    failure->outcome = restore(spec.stack, spec.stage, old);
    return *failure;
}

Outcome ContainerTarget::undo(const std::string& stack, const std::string& stage)
{
    const bool kept = engine_.find(container_name(stack, stage) + "-previous").has_value();
    return restore(stack, stage, kept ? Old::kept : Old::none);
}

/// Removes the new container and lets the old one run again.
Outcome ContainerTarget::restore(const std::string& stack, const std::string& stage, Old old)
{
    const auto name = container_name(stack, stage);
    try {
        if (old != Old::in_place) {
            engine_.remove(name);
        }
        if (old == Old::none) {
            return Outcome::failed;
        }
        if (old == Old::kept) {
            engine_.rename(name + "-previous", name);
        }
        engine_.start(name);
        // One that cannot start any more ends at once.
        std::this_thread::sleep_for(std::chrono::seconds(1));
        const auto now = engine_.find(name);
        const bool runs = now && now->state == "running";
        changed(stage, name, runs ? "restored" : "ended again");
        return runs ? Outcome::rolled_back : Outcome::rollback_failed;
    } catch (const Error& error) {
        sink_.write(
            {world_.clock(), stage,
             log::Note{
                 Severity::error, {}, "the old container cannot be started again: " + error.message(), error.hint()}});
        return Outcome::rollback_failed;
    }
}

}  // namespace tinystacks::deployment
