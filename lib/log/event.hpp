#pragma once

#include "base/error.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tinystacks::log {

/// The four logs of a deployment.
enum class Channel { build, release, deployment, runtime };
/// Who wrote a line: outside the text, so that output cannot pose as ours (LG-04).
enum class Source { tinystacks, output };

/// Whole or partial lines of a channel, already masked, at most 64 KiB, any bytes.
struct Lines {
    Channel channel = Channel::build;
    Source source = Source::tinystacks;
    std::uint64_t first_line = 1;  ///< number of the text's first line in this channel (of this stage)
    std::string text;
    bool operator==(const Lines&) const = default;
};
/// A step of the work: a phase of a buildspec (`BUILD`), or of a deployment (`build`, `release`, `deployment`, `test`).
struct StepBegan {
    std::string name;
    bool operator==(const StepBegan&) const = default;
};
struct StepEnded {
    std::string name;
    std::string status;  ///< SUCCEEDED, FAILED, SKIPPED, TIMED_OUT or STOPPED
    double seconds = 0;
    std::string message;
    bool operator==(const StepEnded&) const = default;
};
/// Something in the outside world changed: a task, a container, a stack's resource.
struct ResourceChanged {
    std::string kind;
    std::string name;
    std::string status;
    std::string detail;
    bool operator==(const ResourceChanged&) const = default;
};
/// The work stands still until something outside happens.
struct WaitingFor {
    std::string what;
    std::string hint;
    bool operator==(const WaitingFor&) const = default;
};
/// A remark for the person who started the work.
struct Note {
    Severity severity = Severity::warning;
    Position where;
    std::string message;
    std::string hint;
    bool operator==(const Note&) const = default;
};
/// Output that was lost, and how much of it.
struct Gap {
    Channel channel = Channel::build;
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0;
    bool operator==(const Gap&) const = default;
};

/// Everything that long work can say.
struct Event {
    Time time;
    std::string stage;  ///< empty for what belongs to no stage, such as the build
    std::variant<Lines, StepBegan, StepEnded, ResourceChanged, WaitingFor, Note, Gap> body;
    bool operator==(const Event&) const = default;
};

/// Where long work reports to. May be called from one thread at a time.
class Sink {
public:
    virtual ~Sink() = default;
    virtual void write(const Event& event) = 0;
};

[[nodiscard]] std::string_view to_string(Channel channel);
[[nodiscard]] std::string_view to_string(Source source);
[[nodiscard]] std::optional<Channel> find_channel(std::string_view text);

}  // namespace tinystacks::log
