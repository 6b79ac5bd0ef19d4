#include "deployment/detail/ecs_findings.hpp"
#include "deployment/detail/reply.hpp"

#include <algorithm>

namespace tinystacks::deployment {
namespace {

/// Whether the version before still works in the same place: then the release is to blame, not the place.
bool old_version_works(const EcsFacts& facts, const Leg& leg)
{
    bool any_target = false;
    for (const auto& [address, target] : facts.targets) {
        if (target.old && target.state != "draining") {
            any_target = true;
            if (target.state == "healthy") {
                return true;
            }
        }
    }
    if (any_target) {
        return false;
    }
    return std::ranges::any_of(
        facts.deployments, [&](const EcsDeployment& each) { return each.id != leg.deployment && each.running > 0; });
}

/// Whether the release asks for more than any instance has in all.
bool asks_too_much(const EcsFacts& facts, const Leg& leg)
{
    const auto ours = facts.ever.find(leg.deployment);
    const auto found =
        ours == facts.ever.end() ? facts.definitions.end() : facts.definitions.find(ours->second.task_definition);
    const auto instances = reply::list(facts.instances, "containerInstances");
    if (found == facts.definitions.end() || instances.empty()) {
        return false;
    }
    const auto wanted = [&](const char* key) {
        try {
            return std::stol(reply::text(found->second, key));
        } catch (const std::exception&) {
            return 0L;
        }
    };
    const auto fits = [&](const nlohmann::json& instance) {
        for (const auto& resource : reply::list(instance, "registeredResources")) {
            const auto name = reply::text(resource, "name");
            const auto size = reply::number(resource, "integerValue").value_or(0);
            if ((name == "MEMORY" && size < wanted("memory")) || (name == "CPU" && size < wanted("cpu"))) {
                return false;
            }
        }
        return true;
    };
    return std::ranges::none_of(instances, fits);
}

/// Whether the text names a secret that the version before had too.
bool is_old_secret(const EcsFacts& facts, const Leg& leg, const std::string& words)
{
    const auto ours = facts.ever.find(leg.deployment);
    const auto found = facts.definitions.find(facts.before.task_definition);
    if (found == facts.definitions.end() || ours == facts.ever.end() ||
        ours->second.task_definition == facts.before.task_definition) {
        return false;
    }
    for (const auto& container : reply::list(found->second, "containerDefinitions")) {
        for (const auto& secret : reply::list(container, "secrets")) {
            const auto name = reply::last_part(reply::text(secret, "valueFrom"));
            if (!name.empty() && words.find(name) != std::string::npos) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace

Owner owner_of(const EcsFacts& facts, const Leg& leg, const Finding& finding)
{
    if (finding.cause == nullptr) {
        return Owner::undecided;
    }
    const auto id = finding.cause->id;
    const auto& words = finding.evidence.empty() ? std::string() : finding.evidence.front().text;
    if (id == "ecs.health.elb.timeout") {
        const bool works = old_version_works(facts, leg) || has_healthy_task(facts, leg);
        return works ? Owner::application : Owner::infrastructure;
    }
    if (id == "ecs.place.resource") {
        return asks_too_much(facts, leg) ? Owner::application : Owner::infrastructure;
    }
    if (id == "ecs.image.no_space") {
        return facts.launch == "FARGATE" ? Owner::application : Owner::infrastructure;
    }
    if (id == "ecs.create.failed" && words.find("HostConfigError") != std::string::npos) {
        return Owner::application;
    }
    if (id == "ecs.secret.missing" && is_old_secret(facts, leg, words)) {
        return Owner::infrastructure;
    }
    if (finding.cause->owner == Owner::undecided && finding.cause->place != Place::rollout) {
        return old_version_works(facts, leg) ? Owner::application : Owner::infrastructure;
    }
    return finding.cause->owner;
}

}  // namespace tinystacks::deployment
