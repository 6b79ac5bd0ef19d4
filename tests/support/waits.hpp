#pragma once

#include "http/retry.hpp"

#include <chrono>
#include <vector>

namespace tinystacks::support {

/// Virtual time: waiting moves the clock. Must outlive the patience that it gives.
struct Waits {
    std::vector<std::chrono::milliseconds> waited;
    std::chrono::steady_clock::time_point steady;

    http::Patience patience(double jitter = 0.5)
    {
        return {[this] { return steady; }, [] { return *find_rfc3339("2026-11-24T10:00:00.000Z"); },
                [this](std::chrono::milliseconds duration, const Interruption& interruption) {
                    if (interruption.requested()) {
                        throw Interrupted();
                    }
                    waited.push_back(duration);
                    steady += duration;
                },
                [jitter] { return jitter; }};
    }
};

}  // namespace tinystacks::support
