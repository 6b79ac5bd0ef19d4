#pragma once

#include "log/event.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>

namespace tinystacks::log {

/// The event as `--events` prints it and, but for Lines, as the journal stores it.
///
/// One object: `type` (lines, step_began, step_ended, resource_changed, waiting_for, note, gap), `time` (RFC 3339),
/// `stage`, then the body's members; what is empty or unknown is null. Ill-formed UTF-8 is replaced by U+FFFD.
[[nodiscard]] nlohmann::json to_json(const Event& event);

/// The inverse; empty when `json` is no event this version knows.
[[nodiscard]] std::optional<Event> find_event(const nlohmann::json& json);

}  // namespace tinystacks::log
