#pragma once

#include "base/interruption.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tinystacks::process {

using Environment = std::map<std::string, std::string>;

/// Where a child's standard output and error go.
enum class Output {
    separate,  ///< two pipes of its own; after its end at most 5 s are waited for what its children still hold open
    shared,    ///< one pipe for both and for all children of this launcher, so that order is kept and a background
               ///< process may write on after the command that started it; nothing waits for it to close
};

/// Whom a child runs as.
struct User {
    unsigned uid = 0;
    unsigned gid = 0;
    std::vector<unsigned> groups;
    bool operator==(const User&) const = default;
};

struct Command {
    std::vector<std::string>
        argv;  ///< argv[0] is found on the PATH of `environment` unless it has a slash; never a shell
    std::filesystem::path directory = ".";
    Environment environment;  ///< the child's whole environment
    std::string input;        ///< stdin; empty means /dev/null
    std::optional<std::chrono::milliseconds> timeout;
    Output output = Output::separate;
    unsigned umask = 077;
    std::optional<User> user;  ///< another user, which only root can ask for; HOME and the like stay as given
};

struct Exited {
    int status;
    bool operator==(const Exited&) const = default;
};
struct Killed {
    int signal;
    bool operator==(const Killed&) const = default;
};
struct TimedOut {
    bool operator==(const TimedOut&) const = default;
};
/// How a child ended.
using Outcome = std::variant<Exited, Killed, TimedOut>;

enum class Stream { out, err };

/// Receives output as it comes, in pieces of at most 64 KiB. Called with an empty text once nothing has come for
/// 100 ms, so that a filter may let go of what it holds back.
using OnOutput = std::function<void(Stream, std::string_view)>;

/// The seam that starts child processes. A launcher is the family of what it started: when it is destroyed, nothing
/// of it is left running, not even what left its process group or session.
class Launcher {
public:
    virtual ~Launcher() = default;

    /// Blocks until the child ends; how it ended is data, not an error. The child leads a process group of its own.
    ///
    /// On timeout and on `interruption.gently` the group gets SIGTERM, and SIGKILL 10 s later; on
    /// `interruption.now` SIGKILL at once. Throws Interrupted after either interruption (the child is gone then), and
    /// Error{unavailable} when argv[0] cannot be executed.
    virtual Outcome run(const Command& command, const OnOutput& on_output, const Interruption& interruption) = 0;
};

/// A child's end and what it printed.
struct Finished {
    Outcome outcome;
    std::string out;
    std::string err;

    [[nodiscard]] bool succeeded() const { return outcome == Outcome(Exited{0}); }
};

/// Runs `command` and keeps its output, at most `limit` bytes of each stream (the rest is dropped).
[[nodiscard]] Finished run_and_keep(Launcher& launcher, const Command& command, const Interruption& interruption = {},
                                    std::size_t limit = 4 << 20);

/// "exit status 1", "killed by signal 9", "timed out": for the end of a message.
[[nodiscard]] std::string to_string(const Outcome& outcome);

/// The exit status a shell would show: the status itself, 128 plus the signal, or 124 for a timeout.
[[nodiscard]] int shell_status(const Outcome& outcome);

/// The file `name` would be started from, as execvp(3) finds it. Empty when there is none.
[[nodiscard]] std::optional<std::filesystem::path> find_program(std::string_view name, const Environment& environment);

/// The user `name` and its groups, from the system's databases. Empty when there is none.
[[nodiscard]] std::optional<User> find_user(const std::string& name);

/// Makes a new launcher. Each buildspec run has one of its own, so that what it leaves behind ends with it.
using MakeLauncher = std::function<std::unique_ptr<Launcher>()>;

}  // namespace tinystacks::process
