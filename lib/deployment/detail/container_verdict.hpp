#pragma once

#include "deployment/container.hpp"

#include <string>
#include <vector>

namespace tinystacks::deployment {

/// What was seen of a container that did not come up.
struct ContainerSeen {
    docker::Container container;
    std::string probe;               ///< what the health path answered, or why nothing did
    std::vector<std::string> lines;  ///< the last ones it printed
};

/// Why a container that has ended did so. Source of the exit codes: docker run(1), "Exit Status".
[[nodiscard]] Verdict judge_ended(const ContainerSpec& spec, const ContainerSeen& seen, Time now);
/// Why a container that runs does not answer.
[[nodiscard]] Verdict judge_silent(const ContainerSpec& spec, const ContainerSeen& seen, Time now);
/// Why docker would not start it, from docker's own words.
[[nodiscard]] Verdict judge_not_started(const ContainerSpec& spec, const Error& error, Time now);
/// Why its image cannot be had.
[[nodiscard]] Verdict judge_no_image(const ContainerSpec& spec, const Error& error, Time now);
/// Somebody removed it while it was waited for.
[[nodiscard]] Verdict judge_removed(const ContainerSpec& spec, const std::string& name, Time now);
/// Another program listens on the stage's port.
[[nodiscard]] Verdict judge_port_taken(const ContainerSpec& spec, Time now);

}  // namespace tinystacks::deployment
