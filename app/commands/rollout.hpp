#pragma once

#include "pipeline/pipeline.hpp"
#include "services.hpp"

#include <string>

namespace CLI {
class App;
}

namespace tinystacks::app::commands {

/// How a rollout on AWS is watched.
struct RolloutFlags {
    std::string limit;
    std::string record;
    bool no_rollback = false;
};
void declare_rollout_flags(CLI::App& command, RolloutFlags& flags);
/// `--queue` of what changes a stage.
void declare_queue_flag(CLI::App& command, bool& queue);
/// Throws Error{usage} for a limit that is no duration.
[[nodiscard]] pipeline::RolloutOptions rollout_options(const RolloutFlags& flags, const Services& services);

}  // namespace tinystacks::app::commands
