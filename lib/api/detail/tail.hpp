#pragma once

#include "api/detail/log_cursor.hpp"
#include "base/time.hpp"
#include "document/node.hpp"
#include "log/event.hpp"
#include "mask/masker.hpp"
#include "stack/stack.hpp"

#include <string>
#include <vector>

namespace tinystacks::api {

/// Writes what is new of a log that can only be asked for whole into a run's journal: each line once, a gap where
/// lines may be lost.
class Tail {
public:
    /// All must outlive it. `secrets` are hidden; control characters of a server never pass.
    Tail(log::Sink& sink, log::Channel channel, const mask::Secrets& secrets, const Clock& clock)
        : sink_(sink), channel_(channel), secrets_(secrets), clock_(clock)
    {}

    /// Takes `lines`, the whole log, as read: nothing of it is shown. What comes after it starts a log of its own.
    void pass_over(const std::vector<stack::LogLine>& lines);
    /// Whether anything was new.
    bool show(const std::vector<stack::LogLine>& lines);

private:
    void write(const stack::LogLine& line, Time time);

    log::Sink& sink_;
    log::Channel channel_;
    const mask::Secrets& secrets_;
    const Clock& clock_;
    LogCursor cursor_;
    bool fresh_ = false;  ///< what was passed over is another log
    std::uint64_t number_ = 1;
};

/// The same for what happened to a stack's resources, in CloudFormation's shapes.
class Happenings {
public:
    Happenings(log::Sink& sink, const mask::Secrets& secrets, const Clock& clock)
        : sink_(sink), secrets_(secrets), clock_(clock)
    {}
    /// Whether anything was new.
    bool show(const std::vector<document::Node>& events);

private:
    log::Sink& sink_;
    const mask::Secrets& secrets_;
    const Clock& clock_;
    std::vector<std::size_t> seen_;  ///< hashes of the events that were shown, sorted
};

}  // namespace tinystacks::api
