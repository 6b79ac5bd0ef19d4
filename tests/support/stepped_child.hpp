#pragma once

#include "tests/support/child.hpp"

#include <functional>

namespace tinystacks::support {

/// A forked process that stands still before and after each of its system calls, so that a test can look, act or kill
/// it there.
class SteppedChild {
public:
    explicit SteppedChild(const std::function<void()>& work);

    /// Lets it go on to the next begin or end of a system call; false when it has ended instead.
    bool step();
    /// The number (SYS_…) of the system call that it stands at, before or after.
    [[nodiscard]] long call() const { return call_; }
    int wait() { return child_.wait(); }
    void kill() { child_.kill(); }

private:
    Child child_;
    long call_ = -1;
};

}  // namespace tinystacks::support
