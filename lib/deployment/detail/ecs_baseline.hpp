#pragma once

#include <nlohmann/json_fwd.hpp>

#include <set>
#include <string>

namespace tinystacks::deployment {

/// What a service ran and listed before the rollout that is judged: the reply of the observation "Baseline".
///
/// There is a second one when a revision of ours takes the place of what the release started: it has in it all that the
/// first one has.
struct EcsBaseline {
    std::string cluster;
    std::string service;
    std::string task_definition;  ///< to go back to
    std::string released;         ///< in a second one: what the release made the service run
    bool first = false;           ///< no deployment of the service had completed
    std::set<std::string> deployments;
    std::set<std::string> attempts;  ///< its service deployments
    std::set<std::string> events;

    /// Reads a reply. A record is a text from outside: what is not as it should be is left out.
    [[nodiscard]] static EcsBaseline read(const nlohmann::json& reply);
    [[nodiscard]] nlohmann::json reply() const;

    /// Whether the rollout is one of a revision of ours.
    [[nodiscard]] bool is_second() const { return !released.empty(); }
    /// Adds what a service as described, and the list of its service deployments, show.
    void add_service(const nlohmann::json& described);
    void add_attempts(const nlohmann::json& listed);
};

}  // namespace tinystacks::deployment
