#include "log/journal.hpp"

#include "base/error.hpp"
#include "log/detail/cut.hpp"
#include "log/detail/record.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tinystacks::log {
namespace {

// How much of what goes into a cut is in memory at once.
constexpr std::uint64_t largest_look = std::uint64_t{1} << 20;

bool is_full(int number)
{
    return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

std::string new_id()
{
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number)) {
        throw Error(ErrorKind::failed, "cannot get random bytes: {}", errno_text(errno));
    }
    return fmt::format("{:016x}", number);
}

/// Writes all the parts at `offset`; the errno that stopped it, or 0.
int write_parts(int file, std::array<iovec, 4> parts, std::uint64_t offset)
{
    std::size_t first = 0;
    while (true) {
        while (first < parts.size() && parts[first].iov_len == 0) {
            ++first;
        }
        if (first == parts.size()) {
            return 0;
        }
        const auto put =
            ::pwritev(file, &parts[first], static_cast<int>(parts.size() - first), static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            return errno;
        }
        offset += static_cast<std::uint64_t>(put);
        auto rest = static_cast<std::size_t>(put);
        for (auto i = first; rest > 0; ++i) {
            const auto taken = std::min(rest, parts[i].iov_len);
            parts[i].iov_base = static_cast<char*>(parts[i].iov_base) + taken;
            parts[i].iov_len -= taken;
            rest -= taken;
        }
    }
}

iovec part(std::string_view bytes)
{
    // writev(2) does not write to what it is given; its structure serves readv(2) too.
    return {const_cast<char*>(bytes.data()), bytes.size()};
}

/// How much of `text` goes into one record: whole lines where it can, else whole characters.
std::size_t record_length(std::string_view text)
{
    if (text.size() <= largest_text) {
        return text.size();
    }
    const auto newline = text.rfind('\n', largest_text - 1);
    if (newline != std::string_view::npos) {
        return newline + 1;
    }
    auto length = largest_text;
    for (int i = 0; i < 3 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80; ++i) {
        --length;
    }
    return length;
}

}  // namespace

Journal::Journal(const std::filesystem::path& directory, const Room& room)
    : path_(directory / journal_name), room_(room)
{
    create_private_directories(directory);
    file_ = open_file(path_, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    // Less than a head is what a crash left of a journal just created.
    if (file_size(file_, path_) >= file_head_size) {
        open_existing();
    } else {
        id_ = new_id();
        size_ = file_head_size;
    }
    write_file_head(false);
}

Journal::~Journal() = default;

void Journal::open_existing()
{
    std::string text(file_head_size, '\0');
    text.resize(read_at(file_, path_, 0, text.data(), text.size()));
    const auto head = find_file_head(text);
    if (!head) {
        throw Error(ErrorKind::failed, "'{}' is not a journal of tinystacks", path_.string());
    }
    id_ = head->id;
    if (head->lost.bytes != 0) {
        lost_.add({}, head->lost);
    }
    size_ = skip_records(file_, path_, file_head_size);
    if (auto cut = find_cut(file_, path_, size_)) {
        size_ = skip_records(file_, path_, cut->end);
        cut_ = std::make_unique<Cut>(std::move(*cut));
        punch_cut();  // which a crash may have kept from it
    }
    if (::ftruncate(file_.number(), static_cast<off_t>(size_)) != 0) {
        throw Error(ErrorKind::failed, "cannot write '{}': {}", path_.string(), errno_text(errno));
    }
}

void Journal::write(const Event& event)
{
    if (const auto* lines = std::get_if<Lines>(&event.body)) {
        write_lines(event, *lines);
    } else if (!append(event_record(event), {})) {
        lost_.add(event);
    }
    keep_within_room();
}

void Journal::write_lines(const Event& event, const Lines& lines)
{
    std::string_view text = lines.text;
    auto line = lines.first_line;
    while (!text.empty()) {
        const auto piece = text.substr(0, record_length(text));
        text.remove_prefix(piece.size());
        const bool written = append(lines_head(event.time, event.stage, lines, line, piece.size()), piece);
        // Counting lines is work for every byte, so only when the count is needed.
        if (!written || !text.empty()) {
            const auto count = count_lines(piece);
            line += count;
            if (!written) {
                lost_.add(event.stage, {lines.channel, piece.size(), count});
            }
        }
    }
}

/// Writes what was lost before, `head`, `body` and, after a body, a newline, all or nothing; false when there is no
/// room.
bool Journal::append(std::string_view head, std::string_view body)
{
    const auto gaps = gap_records();
    const std::string_view end = body.empty() ? "" : "\n";
    const auto error = write_parts(file_.number(), {part(gaps), part(head), part(body), part(end)}, size_);
    if (error == 0) {
        size_ += gaps.size() + head.size() + body.size() + end.size();
        lost_ = {};
        return true;
    }
    if (::ftruncate(file_.number(), static_cast<off_t>(size_)) != 0 || !is_full(error)) {
        throw Error(ErrorKind::failed, "cannot write '{}': {}", path_.string(), errno_text(error));
    }
    return false;
}

std::string Journal::gap_records() const
{
    std::string records;
    for (const auto& row : lost_.rows()) {
        records += event_record({system_time(), row.stage, row.gap});
    }
    return records;
}

void Journal::keep_within_room()
{
    if (!cut_ && can_cut_ && size_ >= room_.beginning) {
        begin_cut();
    }
    while (cut_ && can_cut_ && size_ - cut_->end > room_.end + room_.step) {
        extend_cut();
    }
}

/// Makes the place where cuts are told; when the disk is full, later.
void Journal::begin_cut()
{
    can_cut_ = can_punch(file_, path_);
    if (can_cut_ && append(cut_record(), {})) {
        cut_ = std::make_unique<Cut>(find_cut(file_, path_, size_ - cut_record().size()).value());
    }
}

/// Takes one step more out of the middle.
void Journal::extend_cut()
{
    auto next = *cut_;
    for (const auto goal = cut_->end + room_.step; next.end < goal;) {
        const auto end = visit_records(file_, path_, next.end, std::min(goal - next.end, largest_look),
                                       [&](const Event& event) { next.taken.add(event); });
        if (end == next.end) {
            can_cut_ = false;  // a disk that did not keep what was written
            return;
        }
        next.end = end;
    }
    next.number += 1;
    next.time = system_time();
    auto error = write_parts(file_.number(), {part(format(next)), {}, {}, {}}, place_of(next));
    if (is_full(error)) {
        can_cut_ = false;  // a file system that never writes in place
        return;
    }
    if (error == 0 && ::fdatasync(file_.number()) != 0) {
        error = errno;
    }
    if (error != 0) {
        throw Error(ErrorKind::failed, "cannot write '{}': {}", path_.string(), errno_text(error));
    }
    *cut_ = std::move(next);
    punch_cut();
}

/// Only room on the disk depends on its success, so it never fails the work.
void Journal::punch_cut()
{
    can_cut_ = punch(file_, *cut_) == 0;
}

void Journal::close()
{
    // What still finds no room is told by the first line, whose room is there.
    (void)append({}, {});
    write_file_head(true);
}

void Journal::write_file_head(bool closed)
{
    FileHead head{id_, closed, system_time(), {}};
    for (const auto& row : lost_.rows()) {
        head.lost = {row.gap.channel, head.lost.bytes + row.gap.bytes, head.lost.lines + row.gap.lines};
    }
    const auto text = format(head);
    if (const auto error = write_parts(file_.number(), {part(text), {}, {}, {}}, 0); error != 0) {
        throw Error(ErrorKind::failed, "cannot write '{}': {}", path_.string(), errno_text(error));
    }
}

}  // namespace tinystacks::log
