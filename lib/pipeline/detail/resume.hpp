#pragma once

#include "deployment/book.hpp"
#include "deployment/observation.hpp"
#include "pipeline/pipeline.hpp"

#include <optional>
#include <string>

namespace tinystacks::pipeline {

/// Where a stack's last run stopped before its end.
struct Unfinished {
    std::string commit;
    /// The last deployment it came to: unfinished itself, or good and the stages after it are still to come. Empty when
    /// it came to none.
    std::optional<deployment::Deployment> last;
};

/// What was left unfinished last, of one stage or (when empty) of all; nothing when that came to its end.
[[nodiscard]] std::optional<Unfinished> find_unfinished(const deployment::Book& book, const std::string& stage);

/// Whether a deployment has work left that may be gone on with.
[[nodiscard]] bool is_open(const deployment::Deployment& deployment);

/// What the run that began a rollout on AWS knew of the time before; empty when another machine did.
[[nodiscard]] std::optional<deployment::Observation> find_baseline(const World& world, const std::string& run,
                                                                   const std::string& stage);

}  // namespace tinystacks::pipeline
