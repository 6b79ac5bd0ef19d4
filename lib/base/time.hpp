#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tinystacks {

using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// Where the time of day comes from; durations are measured with std::chrono::steady_clock.
using Clock = std::function<Time()>;

/// The machine's clock.
[[nodiscard]] Time system_time();

/// RFC 3339 in UTC with milliseconds, such as 2026-11-24T09:15:30.250Z.
[[nodiscard]] std::string to_rfc3339(Time time);
/// The inverse, in any offset from UTC; empty when `text` is no such time.
[[nodiscard]] std::optional<Time> find_rfc3339(std::string_view text);

/// A duration as people write it: a number and one of ms, s, m, h (such as 90s or 1h), or a bare number of seconds.
/// Throws Error{usage} for anything else, for zero, and for more than 36 h.
[[nodiscard]] std::chrono::milliseconds parse_duration(std::string_view text);

/// A duration for people: "0.4s", "12s", "3m 05s", "1h 02m".
[[nodiscard]] std::string to_short_text(std::chrono::milliseconds duration);

}  // namespace tinystacks
