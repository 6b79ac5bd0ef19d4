#pragma once

#include "base/time.hpp"
#include "deployment/container.hpp"
#include "log/event.hpp"
#include "mask/masker.hpp"

#include <deque>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace tinystacks::deployment {

/// Follows what a container prints in a thread of its own and writes it, masked, to the runtime channel, until it ends
/// or this is destroyed. The sink is shared with whoever watches the container: both write through write().
class ContainerLog {
public:
    ContainerLog(const ContainerTarget::World& world, log::Sink& sink, const ContainerSpec& spec,
                 std::string container);
    ContainerLog(const ContainerLog&) = delete;
    ContainerLog& operator=(const ContainerLog&) = delete;
    ~ContainerLog();

    /// Waits until the container's output has ended, which it has soon when the container has.
    void wait_for_end();
    /// The last 30 lines.
    [[nodiscard]] std::vector<std::string> tail();

private:
    void follow(const std::stop_token& stop);
    void take(std::string_view bytes);

    const ContainerTarget::World& world_;
    log::Sink& sink_;
    std::string stage_;
    std::string container_;
    mask::Secrets secrets_;
    std::mutex mutex_;  ///< guards tail_
    std::deque<std::string> tail_;
    std::string line_;
    std::uint64_t next_line_ = 1;
    std::jthread thread_;  ///< last: it uses all of the above
};

}  // namespace tinystacks::deployment
