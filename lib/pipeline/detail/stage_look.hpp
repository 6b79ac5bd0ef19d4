#pragma once

#include "aws/session.hpp"
#include "pipeline/pipeline.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tinystacks::pipeline {

/// Asks one stage's target what it says of itself, again and again with the same credentials.
class StageLook {
public:
    /// `stage` and `world` outlive it.
    StageLook(std::string stack, const stage::Stage& stage, World& world)
        : stack_(std::move(stack)), stage_(stage), world_(world)
    {}

    /// Fills in observed, changing and unknown. Throws Interrupted.
    void take(StageStatus& status, const Interruption& interruption);
    /// Of a stage on AWS.
    [[nodiscard]] aws::Session& session();
    [[nodiscard]] const stage::Stage& stage() const { return stage_; }

private:
    std::string stack_;
    const stage::Stage& stage_;
    World& world_;
    std::unique_ptr<aws::Session> session_;
};

/// One a stage, in order.
[[nodiscard]] std::vector<StageLook> looks_at(const project::Project& project, World& world);
[[nodiscard]] std::vector<StageStatus> status_of(const project::Project& project, std::vector<StageLook>& looks,
                                                 World& world, const Interruption& interruption);

}  // namespace tinystacks::pipeline
