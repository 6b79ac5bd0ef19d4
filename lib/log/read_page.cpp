#include "base/error.hpp"
#include "base/text.hpp"
#include "log/detail/record.hpp"
#include "log/journal.hpp"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <thread>

namespace tinystacks::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds shortest_pause{1};
constexpr milliseconds longest_pause{20};

/// A few characters that somebody who types a cursor does not get right.
std::string check_of(std::string_view place)
{
    std::uint32_t hash = 2166136261;  // FNV-1a
    for (const auto c : place) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    }
    return fmt::format("{:08x}", hash);
}

Cursor to_cursor(const std::string& id, std::uint64_t offset)
{
    const auto place = fmt::format("{}-{}", id, offset);
    return fmt::format("{}-{}", place, check_of(place));
}

std::uint64_t parse_offset(const Cursor& cursor, const std::string& id, std::uint64_t size,
                           const std::filesystem::path& path)
{
    const auto parts = split(cursor, '-');
    std::uint64_t offset = 0;
    const bool ours = parts.size() == 3 && parts[0] == id &&
                      std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), offset).ec == std::errc() &&
                      cursor == to_cursor(id, offset);
    if (!ours || offset < file_head_size || offset > size) {
        throw Error(ErrorKind::invalid_input, "'{}' is not a cursor of '{}'", cursor, path.string());
    }
    return offset;
}

Page nothing_yet(const Cursor& cursor, const std::filesystem::path& path)
{
    if (!cursor.empty()) {
        throw Error(ErrorKind::invalid_input, "'{}' is not a cursor of '{}': there is no such journal", cursor,
                    path.string());
    }
    return {};
}

std::optional<Descriptor> find_journal(const std::filesystem::path& path)
{
    try {
        return open_file(path, O_RDONLY | O_NONBLOCK);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::not_found) {
            return std::nullopt;
        }
        throw;
    }
}

/// What there is after `cursor` at this moment.
Page read_now(const std::filesystem::path& path, const Cursor& cursor, std::size_t limit)
{
    const auto file = find_journal(path);
    if (!file) {
        return nothing_yet(cursor, path);
    }
    char text[file_head_size];
    const auto got = read_at(*file, path, 0, text, sizeof text);
    if (got < sizeof text) {
        return nothing_yet(cursor, path);
    }
    // Read before the records: a journal seen closed now has all its records already.
    const auto head = find_file_head({text, got});
    if (!head) {
        throw Error(ErrorKind::failed, "'{}' is not a journal of tinystacks", path.string());
    }
    const auto size = file_size(*file, path);
    const auto offset = cursor.empty() ? file_head_size : parse_offset(cursor, head->id, size, path);
    Page page;
    const auto end =
        visit_records(*file, path, offset, limit, [&](Event&& event) { page.events.push_back(std::move(event)); });
    page.next = to_cursor(head->id, end);
    if (head->closed && (end == size || end == offset)) {
        page.ended = true;
        auto lost = head->lost;
        lost.bytes += size - end;  // what a power failure left unreadable
        if (lost.bytes != 0) {
            page.events.push_back({head->time, {}, lost});
        }
    }
    return page;
}

}  // namespace

Page read_page(const std::filesystem::path& directory, const Cursor& cursor, milliseconds wait, std::size_t limit)
{
    // Polling rather than inotify(7): closing an inotify descriptor waits for the kernel's grace period, which is
    // longer than what we would save, and users run out of instances (128).
    const auto path = directory / journal_name;
    const auto deadline = steady_clock::now() + wait;
    auto pause = shortest_pause;
    while (true) {
        auto page = read_now(path, cursor, limit);
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        if (!page.events.empty() || page.ended || left <= milliseconds::zero()) {
            return page;
        }
        std::this_thread::sleep_for(std::min(pause, left));
        pause = std::min(2 * pause, longest_pause);
    }
}

}  // namespace tinystacks::log
