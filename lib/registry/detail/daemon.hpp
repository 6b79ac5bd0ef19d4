#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace tinystacks::registry::detail {

/// A process that outlives us, told apart from a later one with the same number by when it was started.
struct Identity {
    pid_t pid = 0;
    std::string start;  ///< in clock ticks since boot: field 22 of /proc/PID/stat, proc(5)
    std::string boot;   ///< /proc/sys/kernel/random/boot_id
    int port = 0;
};

/// "pid start boot port", as a pid file holds it.
[[nodiscard]] std::string to_text(const Identity& identity);
[[nodiscard]] std::optional<Identity> find_identity(const std::filesystem::path& pid_file);
/// Whether that very process lives (and is no zombie).
[[nodiscard]] bool is_alive(const Identity& identity);
/// Ends it: SIGTERM, and SIGKILL when it has not ended within 5 s. Another process of the same number is left alone.
void end(const Identity& identity);

/// Starts `argv` (argv[0] is a path) in a session of its own, as nobody's child, with an empty standard input and its
/// output in `log`. Not through the launcher: its guard ends all it has started. Throws Error{unavailable}.
[[nodiscard]] Identity start(const std::vector<std::string>& argv,
                             const std::map<std::string, std::string>& environment,
                             const std::filesystem::path& directory, const std::filesystem::path& log);

}  // namespace tinystacks::registry::detail
