#pragma once

#include "base/interruption.hpp"
#include "http/retry.hpp"

#include <chrono>

namespace tinystacks::api {

/// How often a server is asked again: after a second, and ever less often up to ten while nothing changes.
class Pace {
public:
    /// `patience` must outlive it; `limit` counts from now.
    Pace(const http::Patience& patience, std::chrono::milliseconds limit)
        : patience_(patience), end_(patience.now() + limit)
    {}

    [[nodiscard]] bool is_over() const { return patience_.now() >= end_; }
    /// Waits until the next time. Throws Interrupted.
    void wait(bool changed, const Interruption& interruption);

private:
    const http::Patience& patience_;
    std::chrono::steady_clock::time_point end_;
    std::chrono::milliseconds next_{0};
};

}  // namespace tinystacks::api
