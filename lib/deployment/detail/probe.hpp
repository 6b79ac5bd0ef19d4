#pragma once

#include <chrono>

namespace tinystacks::deployment {

/// Whether something takes connections on 127.0.0.1:`port` and keeps them: docker's own proxy takes every connection
/// and drops it when nothing listens in the container.
[[nodiscard]] bool port_accepts(int port, std::chrono::milliseconds keep = std::chrono::milliseconds(200));

}  // namespace tinystacks::deployment
