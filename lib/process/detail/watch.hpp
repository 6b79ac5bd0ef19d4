#pragma once

#include "base/file.hpp"
#include "base/interruption.hpp"
#include "process/launcher.hpp"

#include <poll.h>

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

namespace tinystacks::process {

/// Wakes the poll loop when an interruption is requested.
class Wake {
public:
    explicit Wake(const Interruption& interruption);
    [[nodiscard]] int number() const { return event_.number(); }
    void clear() const;

private:
    struct Notify {
        int event;
        void operator()() const;
    };
    Descriptor event_;
    std::stop_callback<Notify> gently_;
    std::stop_callback<Notify> now_;
};

/// One child from its start to its end: the poll loop of run().
class Watch {
public:
    Watch(const OnOutput& on_output, const Interruption& interruption, const Command& command);

    /// Returns when `hear`, called whenever `socket` can be read, tells the child's wait status. `signal` sends to the
    /// child's group. `err` is -1 when both streams are `out`.
    void until_end(int socket, int out, int err, const std::function<void(int)>& signal,
                   const std::function<std::optional<int>()>& hear);
    /// Takes what lies in the shared pipe now, and no more: others may go on writing to it.
    void take_rest(int descriptor);
    /// Reads the child's own pipes to their end, which comes when its children have closed them too.
    void take_to_end(int out, int err);

    [[nodiscard]] Outcome outcome() const;
    [[nodiscard]] bool interrupted() const { return interrupted_; }

private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    [[nodiscard]] int wait_time() const;
    void on_idle();
    void escalate(const std::function<void(int)>& signal);
    /// Reads one piece. A stream at its end is left out of later polls.
    void take(pollfd& wait, Stream stream);
    /// The descriptor, or -1 once its stream has ended.
    [[nodiscard]] int open_one(int descriptor, Stream stream) const;

    const OnOutput& on_output_;
    const Interruption& interruption_;
    Wake wake_;
    std::optional<SteadyTime> deadline_;
    std::optional<SteadyTime> kill_at_;
    std::array<char, 65536> buffer_;
    std::array<bool, 2> closed_ = {};
    int status_ = 0;
    bool ended_ = false;
    bool busy_ = false;  ///< output came since the last idle call
    bool stopping_ = false;
    bool timed_out_ = false;
    bool interrupted_ = false;
};

}  // namespace tinystacks::process
