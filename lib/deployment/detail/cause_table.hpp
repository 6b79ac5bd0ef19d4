#pragma once

#include "deployment/detail/recognise.hpp"

#include <span>

/// The catalogue, a table for each kind of words. Within a place the order decides: the special before the general.
namespace tinystacks::deployment::detail {

/// A cause, and the words that tell it.
struct Entry {
    Cause cause;
    Rule rule = {};
};

[[nodiscard]] std::span<const Entry> task_start_causes();
[[nodiscard]] std::span<const Entry> task_end_causes();
[[nodiscard]] std::span<const Entry> event_causes();
[[nodiscard]] std::span<const Entry> rollout_causes();
[[nodiscard]] std::span<const Entry> refusal_causes();
[[nodiscard]] std::span<const Entry> lambda_causes();
[[nodiscard]] std::span<const Entry> own_causes();

/// An exit code that the shell and the container runtime keep for "cannot be executed" and "not found": the same id as
/// any other exit code, but certain at once.
[[nodiscard]] const Cause& command_not_run();

}  // namespace tinystacks::deployment::detail
