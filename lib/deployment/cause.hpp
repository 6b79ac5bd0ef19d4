#pragma once

#include "deployment/deployment.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tinystacks::deployment {

/// Where a cause's words are read.
enum class Place {
    task,        ///< a stopped ECS task: stopCode, stoppedReason, containers[].reason, exit code
    event,       ///< a service's event
    target,      ///< a target's health: "State=… Reason=… Description"
    rollout,     ///< a service deployment: "status=… breaker=… alarms=… hook=…" and its statusReason
    log,         ///< what the container printed
    refusal,     ///< AWS refused a call: "Code: message"
    function,    ///< a Lambda function's state: "State=… LastUpdateStatus=… Code: reason"
    invocation,  ///< what calling a Lambda function gave: FunctionError and payload
    container,   ///< a container of this machine's Docker
    pipeline,    ///< our own steps: release, test
};

/// When a cause that was seen is certain. Source: verdict rules of docs/causes.md.
enum class Certainty {
    first,       ///< at once: a fixed fact of this release, another try cannot differ
    second,      ///< when it happened to two tasks (events, calls)
    third,       ///< when it happened to three
    persistent,  ///< when it was seen and 120 s later no new task was made
    symptom,     ///< never by itself: it says that, not why
};

/// How grave it is.
enum class Gravity {
    fatal,  ///< the release will not work
    wait,   ///< it may pass by itself
    noise,  ///< part of a good rollout; never a verdict's cause
};

/// A reason why a deployment fails. The table is the only place that knows them.
struct Cause {
    std::string_view id;
    Place place;
    Certainty certainty;
    Gravity gravity;
    Owner owner;                   ///< unless the evidence says otherwise
    std::string_view sentence;     ///< one sentence for people, no full stop
    std::string_view hint;         ///< what to type or change; may hold {image} {repository} {tag} {region} {cluster}
                                   ///< {service} {function} {group} {task}
    std::string_view explanation;  ///< a paragraph or two for `explain`: how it comes about, how to tell it, what to do
    std::string_view source;       ///< where the words come from
};

/// Every cause, in the order in which they are tried within a place.
[[nodiscard]] std::span<const Cause> causes();
[[nodiscard]] const Cause* find_cause(std::string_view id);
/// The words of JSON: as the enumerators are called.
[[nodiscard]] std::string_view to_string(Place place);
[[nodiscard]] std::string_view to_string(Certainty certainty);
[[nodiscard]] std::string_view to_string(Gravity gravity);

/// A verdict `failed` of a cause, with its owner and words, certain since its evidence was seen.
[[nodiscard]] Verdict failed(const Cause& cause, Evidence evidence);

/// What a stopped task shows beside its words.
struct TaskEnd {
    std::string stop_code;         ///< stopCode, or empty
    std::optional<int> exit_code;  ///< of the container that ended it; absent when it never ran
};

/// The first cause of a place whose words fit; null when none does. At most 8 KiB of `text` are looked at: its end for
/// Place::log, its beginning elsewhere. Words of one cause stand on one line.
[[nodiscard]] const Cause* recognise(Place place, std::string_view text);
/// The same for a stopped task: its stoppedReason and containers[].reason, joined by newlines. Exit codes 126 and 127
/// give `ecs.exit.nonzero` in a form of its own that is certain at once.
[[nodiscard]] const Cause* recognise(const TaskEnd& end, std::string_view text);

}  // namespace tinystacks::deployment
