#pragma once

#include "base/temp_dir.hpp"
#include "log/detail/cut.hpp"
#include "log/journal.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

/// Journals whose middle is taken out, of lines that say their number.
namespace tinystacks::support {

constexpr log::Room little_room{200'000, 600'000, 100'000};
constexpr std::uint64_t line_size = 500;

/// The line of this number, the same every time.
[[nodiscard]] log::Event numbered_line(std::uint64_t number, log::Channel channel = log::Channel::build,
                                       std::string stage = "");
void write_lines(log::Journal& journal, std::uint64_t first, std::uint64_t last);

/// What a journal takes of its disk, in bytes.
[[nodiscard]] std::uint64_t room_of(const std::filesystem::path& directory);
/// The cut of a journal that has one.
[[nodiscard]] log::Cut cut_of(const std::filesystem::path& directory);
/// Writes over part of a journal as a crash might have left it.
void damage(const std::filesystem::path& directory, std::uint64_t offset, const std::string& bytes);
/// Whether files in `directory` can have holes; where not, says that the test is skipped.
[[nodiscard]] bool has_holes(const TempDir& directory);

/// Follows a journal of numbered lines. Throws std::runtime_error unless every line comes once, in order, or is counted
/// in a gap.
struct Follower {
    std::filesystem::path directory;
    log::Cursor cursor = {};
    std::uint64_t next = 1;  ///< the line that has to come
    std::uint64_t gaps = 0;
    std::uint64_t lost = 0;
    std::uint64_t lost_bytes = 0;
    bool ended = false;

    /// Reads one page; false when nothing came.
    bool read(std::size_t limit = std::size_t{1} << 20);
    Follower& read_all(std::size_t limit = std::size_t{1} << 20);
};

}  // namespace tinystacks::support
