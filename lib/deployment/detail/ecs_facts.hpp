#pragma once

#include "base/time.hpp"
#include "deployment/detail/ecs_baseline.hpp"
#include "deployment/observation.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tinystacks::deployment {

/// What is known of one task. Fields keep what was seen first or last, as each says.
struct EcsTask {
    std::string id;               ///< the last part of its ARN
    std::string started_by;       ///< id of the deployment that made it
    std::optional<Time> created;  ///< by AWS's clock, as all below but those of `seen`
    std::optional<Time> stopping;
    bool ran = false;
    bool stopped = false;  ///< it is stopping or has stopped
    Time seen_running;     ///< by our clock: first seen RUNNING
    Time seen_stopped;     ///< by our clock: first seen stopping
    std::string stop_code;
    std::string words;      ///< stoppedReason and containers[].reason, a line each
    std::string container;  ///< the one that ended it
    std::optional<int> exit_code;
    std::string health;   ///< healthStatus, last
    Time seen_unhealthy;  ///< by our clock: since when it is UNHEALTHY
    std::string address;  ///< private IPv4
    std::string log;      ///< what its container printed last
    bool operator==(const EcsTask&) const = default;
};

/// An entry of a service's `deployments`, last.
struct EcsDeployment {
    std::string id;
    std::string status;
    std::string task_definition;
    std::string rollout;
    std::string rollout_words;
    std::optional<Time> created;
    long running = 0;
    long failed = 0;
    bool operator==(const EcsDeployment&) const = default;
};

/// A service deployment, last.
struct EcsAttempt {
    std::string arn;
    std::string status;
    std::string words;  ///< statusReason
    std::string breaker;
    std::string alarms;
    std::string hook;  ///< status of the hook that matters most
    std::string stage;
    std::optional<Time> created;
    Time seen;  ///< by our clock: first seen in this status
    Time hook_since;
    long failures = 0;
    long threshold = 3;
    bool rollback_requested = false;  ///< was seen in that status
    bool operator==(const EcsAttempt&) const = default;
};

struct EcsEvent {
    std::optional<Time> created;
    Time seen;
    std::string message;
    bool operator==(const EcsEvent&) const = default;
};

struct EcsTargetHealth {
    std::string state;
    std::string reason;
    std::string description;
    Time since;        ///< by our clock: first seen in this state
    bool old = false;  ///< was there before the release
    bool operator==(const EcsTargetHealth&) const = default;
};

/// Everything the observations say of one service, and nothing they do not.
struct EcsFacts {
    EcsBaseline before;

    Time now;                ///< of the last observation
    bool described = false;  ///< the service was seen after the release
    std::string task_definition;
    std::string launch;
    std::string strategy;
    long desired = 0;
    long grace_seconds = 0;
    bool breaker = false;
    bool has_balancer = false;
    std::vector<EcsDeployment> deployments;
    std::set<std::string> new_deployments;  ///< every id seen that was not there before, but those we made to go back
    std::map<std::string, EcsDeployment> ever;  ///< every deployment seen, as it was last
    std::map<std::string, EcsAttempt> attempts;
    std::map<std::string, EcsTask> tasks;
    std::map<std::string, EcsEvent> events;
    std::map<std::string, EcsTargetHealth> targets;  ///< by "address:port"
    std::map<std::string, std::string> refused;      ///< operation -> "Code: message", while it is refused
    std::map<std::string, nlohmann::json> definitions;
    nlohmann::json instances;
    std::string dns;

    bool we_stopped = false;  ///< our StopServiceDeployment was accepted
    std::string way_back;     ///< id of the deployment that our UpdateService started

    /// Takes in one answer; observations come in the order of their times.
    void take(const Observation& observation);

    /// The deployment that the release started: the first that was not there before. Null until one is listed.
    [[nodiscard]] const EcsDeployment* ours() const;
    /// The one that ECS brings the service to; null when none is.
    [[nodiscard]] const EcsDeployment* primary() const;
    /// A deployment as the service shows it now; null when it does not any more.
    [[nodiscard]] const EcsDeployment* listed(const std::string& id) const;
    /// The service deployment of a deployment: nothing links them but their time.
    [[nodiscard]] const EcsAttempt* attempt_of(const EcsDeployment* deployment) const;
    /// The service deployment that was made last; null when none was since the baseline.
    [[nodiscard]] const EcsAttempt* newest_attempt() const;
    /// Whether service deployments cannot be read here, so that the service itself must do.
    [[nodiscard]] bool is_blind() const;
};

}  // namespace tinystacks::deployment
