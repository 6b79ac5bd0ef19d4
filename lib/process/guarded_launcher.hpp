#pragma once

#include "process/launcher.hpp"

#include <memory>

namespace tinystacks::process {

/// The real launcher. Its children belong to a guard, a process of its own that is the subreaper of all they start:
/// when this launcher is destroyed, or our process ends in any way (kill -9 included), the guard ends every
/// descendant and then itself. Starting the guard costs one fork, made on the first run().
class GuardedLauncher final : public Launcher {
public:
    GuardedLauncher();
    ~GuardedLauncher() override;

    Outcome run(const Command& command, const OnOutput& on_output, const Interruption& interruption) override;

private:
    struct Guard;
    std::unique_ptr<Guard> guard_;
};

}  // namespace tinystacks::process
