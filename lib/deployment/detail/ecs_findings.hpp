#pragma once

#include "deployment/cause.hpp"
#include "deployment/detail/ecs_facts.hpp"

#include <string>
#include <vector>

namespace tinystacks::deployment {

/// Whose tasks are looked at: those of a deployment, made after a moment.
struct Leg {
    std::string deployment;
    std::optional<Time> since;  ///< by AWS's clock; empty: all
    bool with_events = true;    ///< whether the service's events and targets speak of it
};

/// One reason why a leg fails, as often as it was seen.
struct Finding {
    const Cause* cause = nullptr;  ///< null: words nobody knows
    std::vector<Evidence> evidence;
    int count = 0;  ///< tasks (or events) it was seen at
    Time first;     ///< by our clock
    std::optional<Time> certain;
    bool again = false;  ///< also seen at a task made after another had ended of it
    Owner owner = Owner::undecided;
    std::string log;  ///< what the task it was seen at last had printed

    [[nodiscard]] bool is_fatal() const { return cause == nullptr || cause->gravity == Gravity::fatal; }
};

/// What speaks against a leg, the strongest first; nothing that belongs to a good rollout.
[[nodiscard]] std::vector<Finding> find_against(const EcsFacts& facts, const Leg& leg);

/// Whose a finding is, where the catalogue's word is not the last: whether the version before still works in the same
/// place, whether the release asks for too much, whether the secret is a new one.
[[nodiscard]] Owner owner_of(const EcsFacts& facts, const Leg& leg, const Finding& finding);

/// Whether a task of the leg works: healthy where health is checked, else running longer than those that ended.
[[nodiscard]] bool has_healthy_task(const EcsFacts& facts, const Leg& leg);
/// The leg's tasks that ended though nobody wanted them to.
[[nodiscard]] std::vector<const EcsTask*> failed_tasks(const EcsFacts& facts, const Leg& leg);
[[nodiscard]] bool belongs(const EcsTask& task, const Leg& leg);

}  // namespace tinystacks::deployment
