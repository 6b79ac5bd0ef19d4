#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace tinystacks::store {

/// What tells one process of one boot of one machine from every other.
///
/// A number alone is given away again; the start time (clock ticks since boot) and the boot are not. Inside another
/// process namespace (a container) the same number means another process. Source: proc(5), pid_namespaces(7).
struct ProcessMark {
    pid_t pid = 0;
    std::uint64_t started = 0;
    std::string boot;
    std::string space;
    bool operator==(const ProcessMark&) const = default;
};

enum class Life {
    lives,
    ended,
    unknown,  ///< it is none of the processes that can be seen from here
};

[[nodiscard]] ProcessMark this_process();
[[nodiscard]] Life life_of(const ProcessMark& mark);

/// Field 22 of /proc/PID/stat; empty when it is no such text or the process is dead and only not yet waited for.
[[nodiscard]] std::optional<std::uint64_t> find_start_time(std::string_view stat);

/// "user@host, pid 123".
[[nodiscard]] std::string describe_this_process();

}  // namespace tinystacks::store
