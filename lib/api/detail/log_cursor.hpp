#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tinystacks::api {

/// How far a log was read that can only be asked for whole: how many lines, and hashes of the first and the last.
class LogCursor {
public:
    /// What of the log is new.
    struct Step {
        std::size_t first;     ///< the index of the first new line; the number of lines when none is
        bool changed = false;  ///< what was read before is not there as it was: lines may be lost
    };

    /// Goes on to the end of `lines`, the whole log as it is now. A line that was read is never new: where the last one
    /// is found elsewhere the log goes on behind it, where the beginning is the same only what is longer is new, and
    /// only a log that begins with another line is new from its beginning. One that is shorter for a while is waited
    /// for.
    Step advance(const std::vector<std::string>& lines);

private:
    std::size_t count_ = 0;
    std::uint64_t first_ = 0;
    std::uint64_t last_ = 0;
    bool shorter_ = false;  ///< than what was read, and that was said
};

}  // namespace tinystacks::api
