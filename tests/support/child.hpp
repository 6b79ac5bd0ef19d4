#pragma once

#include <functional>

#include <sys/types.h>

namespace tinystacks::support {

/// A process forked to do one thing, which ends with exit status 0, or 1 when it threw. Killed when this goes out of
/// scope before it was waited for.
class Child {
public:
    explicit Child(const std::function<void()>& work);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Its exit status, or 128 and the signal that ended it.
    int wait();
    /// Ends it with SIGKILL and waits for that.
    void kill();

private:
    pid_t pid_ = -1;
};

}  // namespace tinystacks::support
