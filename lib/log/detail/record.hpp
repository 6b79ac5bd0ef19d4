#pragma once

#include "base/file.hpp"
#include "log/event.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// How a journal lies on disk.
///
///     tinystacks-journal 1 <id> <open|shut> <time> <channel> <lost bytes> <lost lines>\n      (128 bytes, padded)
///     L <length> <time> <channel> <source> <first line> <stage>\n<text>\n                     (Lines)
///     E <length>\n<JSON object>\n                                                             (everything else)
///     C <length>\n<place><place>\n                                                            (see cut.hpp)
///
/// Times are milliseconds since 1970; the length is the body's, without the newline that ends the record.
namespace tinystacks::log {

constexpr std::size_t largest_text = 65536;
constexpr std::size_t file_head_size = 128;
constexpr std::string_view journal_name = "journal";

struct FileHead {
    std::string id;  ///< sixteen hexadecimal digits
    bool closed = false;
    Time time;  ///< when it was opened or closed
    Gap lost;   ///< what could not be written until the end
};

/// Exactly `file_head_size` bytes.
[[nodiscard]] std::string format(const FileHead& head);
[[nodiscard]] std::optional<FileHead> find_file_head(std::string_view text);

[[nodiscard]] std::string lines_head(Time time, const std::string& stage, const Lines& lines, std::uint64_t first_line,
                                     std::size_t length);
/// The whole record of an event that is not Lines.
[[nodiscard]] std::string event_record(const Event& event);

/// Gives `visit` the events of the whole records in [offset, offset + limit), one record at least if there is a whole
/// one, and returns where the next record begins. A cut ends it, as whatever is no record and the end of the file do.
std::uint64_t visit_records(const Descriptor& file, const std::filesystem::path& path, std::uint64_t offset,
                            std::uint64_t limit, const std::function<void(Event&&)>& visit);
/// The same without looking into them.
std::uint64_t skip_records(const Descriptor& file, const std::filesystem::path& path, std::uint64_t offset);

[[nodiscard]] std::uint64_t file_size(const Descriptor& file, const std::filesystem::path& path);
/// Fewer bytes only at the end of the file.
[[nodiscard]] std::size_t read_at(const Descriptor& file, const std::filesystem::path& path, std::uint64_t offset,
                                  char* buffer, std::size_t length);

}  // namespace tinystacks::log
