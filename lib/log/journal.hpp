#pragma once

#include "base/file.hpp"
#include "log/event.hpp"
#include "log/tally.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tinystacks::log {

struct Cut;

/// How much of a journal stays on disk, about. The rest between is taken out in steps.
struct Room {
    std::uint64_t beginning = std::uint64_t{256} << 20;
    std::uint64_t end = std::uint64_t{768} << 20;
    std::uint64_t step = std::uint64_t{16} << 20;
};

/// The file that keeps what a run said, as records that any process may follow while it grows.
///
/// A record is one ASCII header line and its body; for Lines the body is the raw text (a block of at most 64 KiB, never
/// JSON a line), for everything else one small JSON object. A record cut off by a crash is ignored by readers and
/// overwritten by the next writer. The file begins with a line of fixed length that says whether the journal is closed:
/// it is rewritten in place, which needs no room on a full disk.
///
/// Of a long journal the beginning and the end stay (security requirement PR-08): the middle becomes a hole in the
/// file, which readers are told as gaps, one of each stage and channel. The records behind keep their places. On a file
/// system that cannot punch holes all stays.
class Journal : public Sink {
public:
    /// Opens the journal of `directory` for appending, creating both (0700, 0600) when missing.
    /// Throws Error{failed}.
    explicit Journal(const std::filesystem::path& directory, const Room& room = {});
    ~Journal() override;

    /// Appends one event. When the disk is full the event is dropped and counted, and a Gap is written as soon as
    /// there is room again: a full log disk never fails the work itself. Lines longer than 64 KiB become several
    /// records.
    ///
    /// Throws Error{failed} when the disk fails in any other way.
    void write(const Event& event) override;
    /// Says that nothing more will come; readers then stop waiting. Succeeds on a full disk too, with what was lost.
    void close();

private:
    void open_existing();
    void write_lines(const Event& event, const Lines& lines);
    [[nodiscard]] bool append(std::string_view head, std::string_view body);
    [[nodiscard]] std::string gap_records() const;
    void keep_within_room();
    void begin_cut();
    void extend_cut();
    void punch_cut();
    void write_file_head(bool closed);

    Descriptor file_;
    std::filesystem::path path_;
    std::string id_;          ///< tells this journal's cursors from another's
    std::uint64_t size_ = 0;  ///< end of the last whole record
    Tally lost_;              ///< since the disk filled up
    Room room_;
    std::unique_ptr<Cut> cut_;  ///< empty while the journal is short
    bool can_cut_ = true;
};

/// Where a reader stands; opaque text. The same cursor gives the same events, unless they were taken out meanwhile:
/// then gaps that say how much of them, and what comes behind. Empty is the beginning.
using Cursor = std::string;

struct Page {
    std::vector<Event> events;
    Cursor next;
    bool ended = false;  ///< the writer closed the journal and everything up to there is in this page or before
};

/// Events from `cursor` on, at most about `limit` bytes of them; waits up to `wait` when there are none yet. A journal
/// that does not exist yet counts as empty. Throws Error{invalid_input} for a cursor that is none of this journal's.
[[nodiscard]] Page read_page(const std::filesystem::path& directory, const Cursor& cursor,
                             std::chrono::milliseconds wait, std::size_t limit = std::size_t{1} << 20);

}  // namespace tinystacks::log
