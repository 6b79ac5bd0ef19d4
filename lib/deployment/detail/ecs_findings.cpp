#include "deployment/detail/ecs_findings.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace tinystacks::deployment {
namespace {

using namespace std::chrono_literals;

/// How long an absence of tasks must have been looked at before it counts. Source: Amazon ECS Developer Guide, "Service
/// event messages": the same message is not repeated for six hours, so silence is no recovery.
constexpr auto placement_patience = 120s;
/// IAM is eventually consistent: a role made just before heals within this.
constexpr auto role_patience = 60s;
/// So many more must fail when another task of the same release works.
constexpr int doubt = 2;

struct Sighting {
    const Cause* cause = nullptr;
    std::string key;  ///< the task's or event's id: one counts once
    Time seen;
    std::optional<Time> created;  ///< by AWS's clock: birth of the task, or time of the event
    std::optional<Time> ended;
    Evidence evidence;
    std::optional<int> exit_code;
    std::string log;
};

bool is_noise(const Cause* cause)
{
    return cause != nullptr && cause->gravity == Gravity::noise;
}

bool starts_with(const Cause* cause, std::string_view prefix)
{
    return cause != nullptr && cause->id.starts_with(prefix);
}

std::string end_of(const EcsTask& task)
{
    auto text = fmt::format("task {}: {}", task.id.substr(0, 8), task.words);
    std::ranges::replace(text, '\n', ' ');
    if (task.exit_code) {
        text += fmt::format(" (container {}, exit code {})", task.container, *task.exit_code);
    }
    return text;
}

Sighting sighting_of(const EcsTask& task)
{
    Sighting sighting;
    sighting.cause = recognise(TaskEnd{task.stop_code, task.exit_code}, task.words);
    if (starts_with(sighting.cause, "ecs.exit.") && !task.log.empty()) {
        if (const auto* told = recognise(Place::log, task.log); told != nullptr && told->id.starts_with("ecs.")) {
            sighting.cause = told;
        }
    }
    sighting.key = task.id;
    sighting.seen = task.seen_stopped;
    sighting.created = task.created;
    sighting.ended = task.stopping;
    sighting.evidence = {"task", task.seen_stopped, end_of(task)};
    sighting.exit_code = task.exit_code;
    sighting.log = task.log;
    return sighting;
}

/// The id in "(task 0a1b…)"; empty when the message names none.
std::string named_in(const std::string& message, std::string_view what)
{
    const auto mark = fmt::format("({} ", what);
    const auto begin = message.find(mark);
    if (begin == std::string::npos) {
        return {};
    }
    const auto end = message.find(')', begin);
    return message.substr(begin + mark.size(), end == std::string::npos ? end : end - begin - mark.size());
}

void add_tasks(std::vector<Sighting>& sightings, const EcsFacts& facts, const Leg& leg)
{
    for (const auto& [id, task] : facts.tasks) {
        if (!belongs(task, leg)) {
            continue;
        }
        if (task.stopped) {
            sightings.push_back(sighting_of(task));
        } else if (task.health == "UNHEALTHY") {
            Sighting sighting;
            sighting.cause = find_cause("ecs.health.container");
            sighting.key = id;
            sighting.seen = task.seen_unhealthy;
            sighting.created = task.created;
            sighting.evidence = {"task", task.seen_unhealthy,
                                 fmt::format("task {}: healthStatus UNHEALTHY", id.substr(0, 8))};
            sightings.push_back(std::move(sighting));
        }
    }
}

/// Whether tasks that came after an event show that its reason has passed.
bool is_overcome(const EcsFacts& facts, const Leg& leg, const Cause& cause, const EcsEvent& event)
{
    if (!cause.id.starts_with("ecs.place.") && !cause.id.starts_with("ecs.role.") &&
        !cause.id.starts_with("ecs.image.") && !cause.id.starts_with("ecs.deploy.")) {
        return false;
    }
    return std::ranges::any_of(facts.tasks, [&](const auto& entry) {
        return belongs(entry.second, leg) && entry.second.created && event.created &&
               *entry.second.created > *event.created;
    });
}

void add_events(std::vector<Sighting>& sightings, const EcsFacts& facts, const Leg& leg)
{
    for (const auto& [id, event] : facts.events) {
        const auto task = named_in(event.message, "task");
        const auto deployment = named_in(event.message, "deployment");
        const auto found = facts.tasks.find(task);
        const auto* cause = recognise(Place::event, event.message);
        if (cause == nullptr && !task.empty()) {
            cause = recognise(Place::target, event.message);
        }
        // A target group that is gone is gone for every task.
        const bool of_service = cause != nullptr && cause->id == "ecs.target.tg_gone";
        const bool of_other = !task.empty() && (found == facts.tasks.end() || !belongs(found->second, leg));
        if ((of_other && !of_service) || (!deployment.empty() && deployment != leg.deployment)) {
            continue;
        }
        if (cause == nullptr || is_overcome(facts, leg, *cause, event)) {
            continue;
        }
        Sighting sighting;
        sighting.cause = cause;
        sighting.key = task.empty() ? id : task;
        sighting.seen = event.seen;
        sighting.created = task.empty() || of_other ? event.created : found->second.created;
        sighting.ended = task.empty() || of_other ? std::nullopt : found->second.stopping;
        sighting.evidence = {"event", event.seen, event.message};
        sightings.push_back(std::move(sighting));
    }
}

const EcsTask* task_at(const EcsFacts& facts, const std::string& address)
{
    for (const auto& [id, task] : facts.tasks) {
        if (!task.address.empty() && address.starts_with(task.address + ":")) {
            return &task;
        }
    }
    return nullptr;
}

void add_targets(std::vector<Sighting>& sightings, const EcsFacts& facts, const Leg& leg)
{
    const bool shifting = !facts.strategy.empty() && facts.strategy != "ROLLING";
    for (const auto& [address, target] : facts.targets) {
        const auto* task = task_at(facts, address);
        if (target.old || (task != nullptr && !belongs(*task, leg))) {
            continue;
        }
        // A slow start is no failure before the grace period is over.
        const auto started = task == nullptr ? target.since : task->seen_running;
        if (facts.now < started + std::chrono::seconds(facts.grace_seconds)) {
            continue;
        }
        const auto text = fmt::format("State={} Reason={} {}", target.state, target.reason, target.description);
        const auto* cause = recognise(Place::target, text);
        // The green target group of a blue/green deployment is in use only once traffic moves.
        if (cause == nullptr || (shifting && cause->id == "ecs.target.not_in_use")) {
            continue;
        }
        Sighting sighting;
        sighting.cause = cause;
        sighting.key = task == nullptr ? address : task->id;
        sighting.seen = target.since;
        sighting.created = task == nullptr ? std::nullopt : task->created;
        sighting.ended = task == nullptr ? std::nullopt : task->stopping;
        sighting.evidence = {"target", target.since,
                             fmt::format("target {}: {} ({})", address, target.description, target.reason)};
        sightings.push_back(std::move(sighting));
    }
}

/// Whether the cause hits a task that came after another one had ended of it.
bool recurs(const std::vector<const Sighting*>& seen)
{
    std::optional<Time> first_end;
    for (const auto* each : seen) {
        if (each->ended && (!first_end || *each->ended < *first_end)) {
            first_end = each->ended;
        }
    }
    return first_end && std::ranges::any_of(
                            seen, [&](const Sighting* each) { return each->created && *each->created > *first_end; });
}

std::optional<Time> nth(const std::vector<const Sighting*>& seen, std::size_t n)
{
    return seen.size() < n ? std::nullopt : std::optional(seen[n - 1]->seen);
}

/// When events of IAM's or the scheduler's have lasted too long to heal.
std::optional<Time> persisted(const EcsFacts& facts, const std::vector<const Sighting*>& seen)
{
    const auto due = seen.front()->seen + placement_patience;
    return facts.now >= due ? std::optional(due) : std::nullopt;
}

std::optional<Time> role_refused_again(const std::vector<const Sighting*>& seen)
{
    for (const auto* each : seen) {
        if (each->created && seen.front()->created && *each->created >= *seen.front()->created + role_patience) {
            return each->seen;
        }
    }
    return std::nullopt;
}

std::optional<Time> certain_at(const EcsFacts& facts, const Leg& leg, const std::vector<const Sighting*>& seen)
{
    const auto* cause = seen.front()->cause;
    const std::size_t more = has_healthy_task(facts, leg) ? doubt : 0;
    if (cause == nullptr) {
        return nth(seen, 3 + more);
    }
    if (cause->id == "ecs.role.assume") {
        const auto again = role_refused_again(seen);
        return again ? again : persisted(facts, seen);
    }
    if (cause->id == "ecs.target.elb_internal") {
        const auto due = seen.front()->seen + placement_patience;
        return facts.now >= due ? std::optional(due) : std::nullopt;
    }
    // Source: POSIX sh: 126 and 127 say that the command cannot be run or is not there.
    const auto code = seen.front()->exit_code;
    if (cause->id == "ecs.exit.nonzero" && code && (*code == 126 || *code == 127)) {
        return nth(seen, 1);
    }
    switch (cause->certainty) {
    case Certainty::first:
        return nth(seen, 1);
    case Certainty::second:
        if (cause->place == Place::target) {
            return nth(seen, 1);
        }
        return cause->place == Place::event && seen.size() < 2 ? persisted(facts, seen) : nth(seen, 2 + more);
    case Certainty::third:
        return nth(seen, 3 + more);
    case Certainty::persistent:
        return persisted(facts, seen);
    case Certainty::symptom:
        break;
    }
    return std::nullopt;
}

Finding finding_of(const EcsFacts& facts, const Leg& leg, std::vector<const Sighting*>& seen)
{
    std::ranges::sort(seen, {}, [](const Sighting* each) { return std::pair(each->seen, each->key); });
    Finding finding;
    finding.cause = seen.front()->cause;
    finding.first = seen.front()->seen;
    finding.again = recurs(seen);
    constexpr std::size_t most_evidence = 3;
    std::vector<const Sighting*> distinct;
    for (const auto* each : seen) {
        if (std::ranges::none_of(distinct, [&](const Sighting* other) { return other->key == each->key; })) {
            distinct.push_back(each);
        }
        if (finding.evidence.size() < most_evidence) {
            finding.evidence.push_back(each->evidence);
        }
        if (!each->log.empty()) {
            finding.log = each->log;
        }
    }
    finding.count = static_cast<int>(distinct.size());
    finding.certain = certain_at(facts, leg, distinct);
    finding.owner = owner_of(facts, leg, finding);
    return finding;
}

/// The same crash twice is one thing, two different ones are none that is certain: exit codes are told apart.
std::string group_of(const Sighting& sighting)
{
    if (sighting.cause == nullptr) {
        return "unknown";
    }
    auto group = std::string(sighting.cause->id);
    if (sighting.cause->id == "ecs.exit.nonzero" && sighting.exit_code) {
        group += std::to_string(*sighting.exit_code);
    }
    return group;
}

}  // namespace

bool belongs(const EcsTask& task, const Leg& leg)
{
    return task.started_by == leg.deployment && (!leg.since || !task.created || *task.created >= *leg.since);
}

std::vector<const EcsTask*> failed_tasks(const EcsFacts& facts, const Leg& leg)
{
    std::vector<const EcsTask*> failed;
    for (const auto& [id, task] : facts.tasks) {
        if (belongs(task, leg) && task.stopped && !is_noise(sighting_of(task).cause)) {
            failed.push_back(&task);
        }
    }
    return failed;
}

bool has_healthy_task(const EcsFacts& facts, const Leg& leg)
{
    std::chrono::milliseconds longest = 4s;
    for (const auto* task : failed_tasks(facts, leg)) {
        if (task->ran) {
            longest = std::max(longest, (task->seen_stopped - task->seen_running) * 3 / 2);
        }
    }
    return std::ranges::any_of(facts.tasks, [&](const auto& entry) {
        const auto& task = entry.second;
        if (!belongs(task, leg) || task.stopped || !task.ran || task.health == "UNHEALTHY") {
            return false;
        }
        if (task.health == "HEALTHY") {
            return true;
        }
        if (facts.has_balancer) {
            return std::ranges::any_of(facts.targets, [&](const auto& target) {
                return target.first.starts_with(task.address + ":") && target.second.state == "healthy";
            });
        }
        return facts.now > task.seen_running + longest + 2s;
    });
}

std::vector<Finding> find_against(const EcsFacts& facts, const Leg& leg)
{
    std::vector<Sighting> sightings;
    add_tasks(sightings, facts, leg);
    if (leg.with_events) {
        add_events(sightings, facts, leg);
        add_targets(sightings, facts, leg);
    }
    std::map<std::string, std::vector<const Sighting*>> groups;
    for (const auto& sighting : sightings) {
        if (!is_noise(sighting.cause)) {
            groups[group_of(sighting)].push_back(&sighting);
        }
    }
    std::vector<Finding> findings;
    for (auto& [group, seen] : groups) {
        findings.push_back(finding_of(facts, leg, seen));
    }
    const auto strength = [](const Finding& each) {
        const bool symptom = each.cause != nullptr && each.cause->certainty == Certainty::symptom;
        return std::tuple(!each.certain, symptom, each.cause == nullptr, each.certain.value_or(Time()), -each.count,
                          each.first);
    };
    std::ranges::stable_sort(findings, {}, strength);
    return findings;
}

}  // namespace tinystacks::deployment
