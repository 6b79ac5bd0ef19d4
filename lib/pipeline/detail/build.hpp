#pragma once

#include "deployment/ledger.hpp"
#include "pipeline/detail/workspace.hpp"

#include <string>

namespace tinystacks::pipeline {

/// The image of the workspace's commit: what the registry holds, or what build.yml makes. Records the build.
[[nodiscard]] BuildOutcome build_image(Workspace& workspace, bool rebuild);

/// A lease held until this goes out of scope. Throws Error{conflict}.
class HeldLease {
public:
    HeldLease(deployment::Ledger& ledger, const std::string& stack, const std::string& what, const std::string& run)
        : ledger_(ledger), lease_(ledger.take_lease(stack, what, run, longest))
    {}
    HeldLease(const HeldLease&) = delete;
    HeldLease& operator=(const HeldLease&) = delete;
    ~HeldLease();

private:
    /// As long as the longest build AWS CodeBuild allows: a process that dies frees its lease at once.
    static constexpr std::chrono::hours longest{36};

    deployment::Ledger& ledger_;
    deployment::Lease lease_;
};

}  // namespace tinystacks::pipeline
