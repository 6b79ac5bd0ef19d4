#include "base/error.hpp"
#include "log/detail/cut.hpp"
#include "log/detail/record.hpp"
#include "log/detail/word.hpp"
#include "log/journal.hpp"

#include <fcntl.h>

#include <algorithm>
#include <thread>

namespace tinystacks::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds shortest_pause{1};
constexpr milliseconds longest_pause{20};

/// What a cursor names.
struct Place {
    std::uint64_t offset = file_head_size;
    std::uint64_t cut = 0;  ///< where the cut is that was passed, or 0
    Tally passed;           ///< behind it; so that a cut which grows past here tells what was not read
};

Cursor to_cursor(const std::string& id, const Place& place)
{
    auto text = fmt::format("{}-{}", id, place.offset);
    if (place.cut != 0) {
        text += fmt::format("-{}-{}", place.cut, format(place.passed));
    }
    return fmt::format("{}-{}", text, check_of(text));
}

std::optional<Place> find_place(std::string_view cursor, std::string_view id)
{
    const auto end = cursor.rfind('-');
    if (end == std::string_view::npos || cursor.substr(end + 1) != check_of(cursor.substr(0, end))) {
        return std::nullopt;
    }
    auto text = cursor.substr(0, end);
    Place place;
    if (take_word(text, '-') != id || !read_number(take_word(text, '-'), place.offset) ||
        place.offset < file_head_size) {
        return std::nullopt;
    }
    if (!text.empty()) {
        auto passed = read_number(take_word(text, '-'), place.cut) ? find_tally(text) : std::nullopt;
        if (!passed || place.cut < file_head_size || place.cut >= place.offset) {
            return std::nullopt;
        }
        place.passed = std::move(*passed);
    }
    return place;
}

Place parse_cursor(const Cursor& cursor, const std::string& id, std::uint64_t size, const std::filesystem::path& path)
{
    auto place = find_place(cursor, id);
    if (!place || place->offset > size) {
        throw Error(ErrorKind::invalid_input, "'{}' is not a cursor of '{}'", cursor, path.string());
    }
    return std::move(*place);
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

/// Reads events and moves `place` behind them. What lies in a cut becomes gaps.
std::vector<Event> read_events(const Descriptor& file, const std::filesystem::path& path, std::size_t limit,
                               Place& place)
{
    while (true) {
        std::vector<Event> events;
        auto next = place;
        next.offset = visit_records(file, path, place.offset, limit, [&](Event&& event) {
            if (place.cut != 0) {
                next.passed.add(event);
            }
            events.push_back(std::move(event));
        });
        if (place.cut == 0 && next.offset != place.offset) {
            place = std::move(next);
            return events;  // the beginning is never cut
        }
        // Looked up after the records: those that are not in the cut now were whole when they were read.
        const auto at = place.cut == 0 ? place.offset : place.cut;
        const auto cut = find_cut(file, path, at);
        if (!cut) {
            return {};
        }
        if (place.offset >= cut->end) {
            place = std::move(next);
            return events;
        }
        events.clear();
        for (const auto& row : cut->taken.beyond(place.passed)) {
            events.push_back({cut->time, row.stage, row.gap});
        }
        place = {cut->end, at, cut->taken};
        if (!events.empty()) {
            return events;
        }
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
    auto place = cursor.empty() ? Place{} : parse_cursor(cursor, head->id, size, path);
    const auto begin = place.offset;
    Page page;
    page.events = read_events(*file, path, limit, place);
    page.next = to_cursor(head->id, place);
    if (head->closed && (place.offset == size || place.offset == begin)) {
        page.ended = true;
        auto lost = head->lost;
        lost.bytes += size - place.offset;  // what a power failure left unreadable
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
