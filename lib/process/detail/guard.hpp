#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

/// The guard's side of the wire. See guarded_launcher.hpp for what a guard is for.
namespace tinystacks::process::guard {

/// What we ask of the guard. A start is followed by `payload` bytes and, with its first byte, by three descriptors
/// (stdin, stdout, stderr).
struct Ask {
    enum class What : std::uint32_t { start, signal } what;
    std::uint32_t payload;  ///< start: bytes that follow: program, directory, argv…, environment…, groups…, each
                            ///< ended by NUL
    std::uint32_t arguments;
    std::uint32_t variables;
    std::uint32_t umask;
    std::int32_t pid;  ///< signal: the leader of the group
    std::int32_t signal;
    std::uint32_t other_user;  ///< start: 1 to run as `uid` and `gid`
    std::uint32_t uid;
    std::uint32_t gid;
    std::uint32_t groups;  ///< how many there are, as numbers at the end of the payload
};

/// What the guard answers.
struct Tell {
    enum class What : std::uint32_t { started, not_started, ended } what;
    std::int32_t pid;
    std::int32_t status;  ///< not_started: errno; ended: as waitpid(2) gives it
};

/// Becomes the guard; never returns. Called in a fork of a process that may have threads, so nothing in here
/// allocates from the heap or takes a lock.
[[noreturn]] void serve(int socket);

}  // namespace tinystacks::process::guard
