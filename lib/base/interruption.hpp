#pragma once

#include <stop_token>

namespace tinystacks {

/// Ctrl-C has two levels, and so has every seam: the first asks to stop gently, the second ends at once.
struct Interruption {
    std::stop_token gently;
    std::stop_token now;

    [[nodiscard]] bool requested() const { return gently.stop_requested() || now.stop_requested(); }
};

}  // namespace tinystacks
