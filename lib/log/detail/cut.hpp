#pragma once

#include "base/file.hpp"
#include "log/tally.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

/// What is taken out of a long journal, and how that is told.
///
/// The record `C <length>\n<place><place>\n` stands where a journal's beginning ends. Its two places hold versions of
/// one line, `<check> <number> <end> <time> <tally>\n` padded with spaces; the higher number counts. A new version goes
/// over the older one, so that a writer killed there leaves the other. It is on disk before the bytes are taken away,
/// so whatever lies between the record and <end>, bytes or a hole, is never looked at.
namespace tinystacks::log {

/// The middle of a journal: [begin, end) has the record that tells it, then nothing.
struct Cut {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t number = 0;  ///< grows with `end`
    Time time;
    Tally taken;  ///< behind the record that tells it
};

constexpr std::size_t cut_place_size = 16384;

/// The whole record of a cut that has taken nothing yet.
[[nodiscard]] std::string cut_record();
/// One version: exactly `cut_place_size` bytes, for `place_of(cut)`.
[[nodiscard]] std::string format(const Cut& cut);
/// Where in the file the version goes.
[[nodiscard]] std::uint64_t place_of(const Cut& cut);
/// The cut told by the record at `offset`; empty when there is no such record, or not all of it yet.
[[nodiscard]] std::optional<Cut> find_cut(const Descriptor& file, const std::filesystem::path& path,
                                          std::uint64_t offset);

/// Whether the file system of `file` can take bytes out of the middle of a file.
[[nodiscard]] bool can_punch(const Descriptor& file, const std::filesystem::path& path);
/// Gives the blocks that lie wholly in the cut back to the file system, those already given back too. The errno that
/// stopped it, or 0.
[[nodiscard]] int punch(const Descriptor& file, const Cut& cut);

}  // namespace tinystacks::log
