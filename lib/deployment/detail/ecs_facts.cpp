#include "deployment/detail/ecs_facts.hpp"

#include "deployment/detail/reply.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::deployment {
namespace {

using reply::list;
using reply::member;
using reply::text;

/// A second one begins anew: what was seen until then is of what the release started.
void take_baseline(EcsFacts& facts, const nlohmann::json& reply)
{
    facts.before = EcsBaseline::read(reply);
    facts.described = false;
    facts.new_deployments.clear();
    facts.attempts.clear();
    facts.events.clear();
}

EcsDeployment deployment_of(const nlohmann::json& entry)
{
    EcsDeployment deployment;
    deployment.id = text(entry, "id");
    deployment.status = text(entry, "status");
    deployment.task_definition = text(entry, "taskDefinition");
    deployment.rollout = text(entry, "rolloutState");
    deployment.rollout_words = text(entry, "rolloutStateReason");
    deployment.created = reply::time(entry, "createdAt");
    deployment.running = reply::number(entry, "runningCount").value_or(0);
    deployment.failed = reply::number(entry, "failedTasks").value_or(0);
    return deployment;
}

void take_events(EcsFacts& facts, const nlohmann::json& service)
{
    for (const auto& event : list(service, "events")) {
        const auto id = text(event, "id");
        if (!facts.before.events.contains(id)) {
            facts.events.try_emplace(id, EcsEvent{reply::time(event, "createdAt"), facts.now, text(event, "message")});
        }
    }
}

void take_service(EcsFacts& facts, const nlohmann::json& service)
{
    facts.described = true;
    facts.task_definition = text(service, "taskDefinition");
    facts.launch = text(service, "launchType");
    facts.desired = reply::number(service, "desiredCount").value_or(0);
    facts.grace_seconds = reply::number(service, "healthCheckGracePeriodSeconds").value_or(0);
    const auto& configuration = member(service, "deploymentConfiguration");
    const auto& breaker = member(configuration, "deploymentCircuitBreaker");
    facts.breaker = reply::truth(breaker, "enable");
    facts.strategy = text(configuration, "strategy");
    facts.has_balancer = !list(service, "loadBalancers").empty();
    facts.deployments.clear();
    for (const auto& entry : list(service, "deployments")) {
        auto deployment = deployment_of(entry);
        if (!facts.before.deployments.contains(deployment.id) && deployment.id != facts.way_back) {
            facts.new_deployments.insert(deployment.id);
        }
        facts.ever.insert_or_assign(deployment.id, deployment);
        facts.deployments.push_back(std::move(deployment));
    }
    take_events(facts, service);
}

/// The hook that decides: one that said no or timed out before one that waits before one that runs.
std::string worst_hook(const nlohmann::json& deployment)
{
    constexpr std::array order = {"FAILED", "TIMED_OUT", "AWAITING_ACTION", "IN_PROGRESS"};
    for (const auto* wanted : order) {
        for (const auto& hook : list(deployment, "lifecycleHookDetails")) {
            if (text(hook, "status") == wanted) {
                return wanted;
            }
        }
    }
    return {};
}

void take_attempt(EcsFacts& facts, const nlohmann::json& entry)
{
    const auto arn = text(entry, "serviceDeploymentArn");
    if (arn.empty() || facts.before.attempts.contains(arn)) {
        return;
    }
    auto& attempt = facts.attempts[arn];
    const auto status = text(entry, "status");
    if (attempt.status != status) {
        attempt.seen = facts.now;
    }
    attempt.arn = arn;
    attempt.status = status;
    attempt.rollback_requested = attempt.rollback_requested || status == "ROLLBACK_REQUESTED";
    attempt.words = text(entry, "statusReason");
    attempt.created = reply::time(entry, "createdAt");
    const auto& breaker = member(entry, "deploymentCircuitBreaker");
    if (!breaker.is_object()) {
        return;  // ListServiceDeployments tells less
    }
    attempt.breaker = text(breaker, "status");
    attempt.failures = reply::number(breaker, "failureCount").value_or(0);
    attempt.threshold = reply::number(breaker, "threshold").value_or(3);
    attempt.alarms = text(member(entry, "alarms"), "status");
    attempt.stage = text(entry, "lifecycleStage");
    auto hook = worst_hook(entry);
    if (hook != attempt.hook) {
        attempt.hook = std::move(hook);
        attempt.hook_since = facts.now;
    }
}

/// The container that ended a task: an essential one that exited by itself has the lowest claim to a code of ECS's own.
const nlohmann::json* ending_container(const nlohmann::json& task)
{
    const nlohmann::json* found = nullptr;
    for (const auto& container : list(task, "containers")) {
        const bool speaks = !text(container, "reason").empty();
        const auto code = reply::number(container, "exitCode");
        if (!speaks && !code) {
            continue;
        }
        const auto stopped_by_us = code && (*code == 143 || *code == 137) && !speaks;
        if (found == nullptr || !stopped_by_us) {
            found = &container;
            if (!stopped_by_us) {
                return found;
            }
        }
    }
    return found;
}

void take_end(EcsTask& task, const nlohmann::json& entry, Time now)
{
    if (!task.stopped) {
        task.stopped = true;
        task.seen_stopped = now;
    }
    task.stop_code = text(entry, "stopCode");
    task.stopping = reply::time(entry, "stoppingAt");
    task.words = text(entry, "stoppedReason");
    for (const auto& container : list(entry, "containers")) {
        if (const auto reason = text(container, "reason"); !reason.empty() && reason != task.words) {
            task.words += "\n" + reason;
        }
    }
    if (const auto* container = ending_container(entry)) {
        task.container = text(*container, "name");
        if (const auto code = reply::number(*container, "exitCode")) {
            task.exit_code = static_cast<int>(*code);
        }
    }
}

std::string address_of(const nlohmann::json& task)
{
    for (const auto& container : list(task, "containers")) {
        for (const auto& interface : list(container, "networkInterfaces")) {
            if (auto address = text(interface, "privateIpv4Address"); !address.empty()) {
                return address;
            }
        }
    }
    return {};
}

void take_task(EcsFacts& facts, const nlohmann::json& entry)
{
    const auto id = reply::last_part(text(entry, "taskArn"));
    auto& task = facts.tasks[id];
    task.id = id;
    task.started_by = text(entry, "startedBy");
    task.created = reply::time(entry, "createdAt");
    if (const auto health = text(entry, "healthStatus"); health != task.health) {
        task.health = health;
        task.seen_unhealthy = facts.now;
    }
    if (auto address = address_of(entry); !address.empty()) {
        task.address = std::move(address);
    }
    const auto status = text(entry, "lastStatus");
    if (!task.ran && (status == "RUNNING" || reply::time(entry, "startedAt"))) {
        task.ran = true;
        task.seen_running = facts.now;
    }
    if (text(entry, "desiredStatus") == "STOPPED" || status == "STOPPED") {
        take_end(task, entry, facts.now);
    }
}

void take_targets(EcsFacts& facts, const nlohmann::json& reply)
{
    const bool baseline = !facts.described;
    for (const auto& entry : list(reply, "TargetHealthDescriptions")) {
        const auto& target = member(entry, "Target");
        const auto& health = member(entry, "TargetHealth");
        const auto key = text(target, "Id") + ":" + text(target, "Port");
        const bool known = facts.targets.contains(key);
        auto& seen = facts.targets[key];
        const auto state = text(health, "State");
        if (state == "draining" && known) {
            continue;  // it goes; how it was says more
        }
        if (state != seen.state) {
            seen.state = state;
            seen.since = facts.now;
        }
        seen.reason = text(health, "Reason");
        seen.description = text(health, "Description");
        seen.old = seen.old || (baseline && !known);
    }
}

void take_log(EcsFacts& facts, const nlohmann::json& reply)
{
    const auto found = facts.tasks.find(text(reply, "task"));
    if (found == facts.tasks.end()) {
        return;
    }
    std::string log;
    for (const auto& event : list(reply, "events")) {
        log += text(event, "message") + "\n";
    }
    found->second.log = std::move(log);
}

}  // namespace

void EcsFacts::take(const Observation& observation)
{
    now = observation.at;
    const auto& operation = observation.operation;
    const auto& answer = observation.reply;
    if (operation == "Baseline") {
        take_baseline(*this, answer);
        return;
    }
    if (answer.is_object() && answer.contains("__type")) {
        refused[operation] = text(answer, "__type") + ": " + text(answer, "message");
        return;
    }
    refused.erase(operation);
    if (operation == "DescribeServices" && !list(answer, "services").empty()) {
        take_service(*this, list(answer, "services").front());
    } else if (operation == "ListServiceDeployments" || operation == "DescribeServiceDeployments") {
        for (const auto& entry : list(answer, "serviceDeployments")) {
            take_attempt(*this, entry);
        }
    } else if (operation == "DescribeTasks") {
        for (const auto& entry : list(answer, "tasks")) {
            take_task(*this, entry);
        }
    } else if (operation == "DescribeTargetHealth") {
        take_targets(*this, answer);
    } else if (operation == "DescribeLoadBalancers" && !list(answer, "LoadBalancers").empty()) {
        dns = text(list(answer, "LoadBalancers").front(), "DNSName");
    } else if (operation == "DescribeTaskDefinition") {
        const auto& definition = member(answer, "taskDefinition");
        definitions[text(definition, "taskDefinitionArn")] = definition;
    } else if (operation == "DescribeContainerInstances") {
        instances = answer;
    } else if (operation == "GetLogEvents") {
        take_log(*this, answer);
    } else if (operation == "StopServiceDeployment") {
        we_stopped = true;
    } else if (operation == "UpdateService") {
        for (const auto& entry : list(member(answer, "service"), "deployments")) {
            if (text(entry, "status") == "PRIMARY") {
                way_back = text(entry, "id");
            }
        }
        new_deployments.erase(way_back);
    }
}

const EcsDeployment* EcsFacts::ours() const
{
    const EcsDeployment* found = nullptr;
    for (const auto& id : new_deployments) {
        const auto& each = ever.at(id);
        if (found == nullptr || each.created < found->created) {
            found = &each;
        }
    }
    return found;
}

const EcsDeployment* EcsFacts::primary() const
{
    const auto found = std::ranges::find(deployments, std::string("PRIMARY"), &EcsDeployment::status);
    return found == deployments.end() ? nullptr : &*found;
}

const EcsDeployment* EcsFacts::listed(const std::string& id) const
{
    const auto found = std::ranges::find(deployments, id, &EcsDeployment::id);
    return found == deployments.end() ? nullptr : &*found;
}

const EcsAttempt* EcsFacts::attempt_of(const EcsDeployment* deployment) const
{
    const EcsAttempt* nearest = nullptr;
    const auto distance = [&](const EcsAttempt& attempt) {
        return attempt.created && deployment->created ? std::chrono::abs(*attempt.created - *deployment->created)
                                                      : std::chrono::milliseconds::max();
    };
    for (const auto& [arn, attempt] : attempts) {
        if (nearest == nullptr || distance(attempt) < distance(*nearest)) {
            nearest = &attempt;
        }
    }
    const bool is_other = nearest != nullptr && nearest->created && deployment->created &&
                          distance(*nearest) > std::chrono::seconds(10);  // both carry the moment of one call
    return is_other ? nullptr : nearest;
}

const EcsAttempt* EcsFacts::newest_attempt() const
{
    const EcsAttempt* newest = nullptr;
    for (const auto& [arn, attempt] : attempts) {
        if (newest == nullptr || attempt.created > newest->created) {
            newest = &attempt;
        }
    }
    return newest;
}

bool EcsFacts::is_blind() const
{
    return refused.contains("ListServiceDeployments") || refused.contains("DescribeServiceDeployments");
}

}  // namespace tinystacks::deployment
