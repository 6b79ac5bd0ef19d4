#include "log/journal.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/long_journal.hpp"
#include "tests/support/small_disk.hpp"

#include <sys/mount.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>

using namespace tinystacks;
using namespace std::chrono_literals;
using namespace tinystacks::support;
using log::Channel;
using log::Gap;
using log::Journal;
using log::Lines;
using log::read_page;

namespace {

// The step being filled, a record of 64 KiB, and what of the cut's two ends is no whole block.
constexpr auto most_room = little_room.beginning + little_room.end + little_room.step + 4 * 65536;

}  // namespace

TEST_CASE("Journal keeps its beginning and its end and says what it took out between", "[log]")
{
    const TempDir directory;
    if (!has_holes(directory)) {
        return;
    }
    constexpr std::uint64_t count = 40'000;
    Journal journal(directory.path(), little_room);
    for (std::uint64_t number = 1; number <= count; ++number) {
        journal.write(numbered_line(number));
        if (number % 100 == 0) {
            REQUIRE(room_of(directory.path()) <= most_room);
        }
    }
    journal.close();

    for (const std::size_t limit : {1, 5000, 1 << 20}) {
        CAPTURE(limit);
        Follower follower{directory.path()};
        while (follower.gaps == 0) {
            REQUIRE(follower.read(limit));
        }
        const auto beginning = follower.next - follower.lost - 1;
        follower.read_all(limit);
        CHECK(follower.ended);
        CHECK(follower.gaps == 1);
        CHECK(follower.next == count + 1);
        CHECK(follower.lost_bytes == follower.lost * 500);
        CHECK(beginning * 500 > 150'000);
        CHECK(beginning * 500 < 200'000);
        const auto end = count - beginning - follower.lost;
        CHECK(end * 500 > 500'000);
        CHECK(end * 500 < 700'000);
    }
}

TEST_CASE("Journal tells for every stage and channel what it took out", "[log]")
{
    const TempDir directory;
    if (!has_holes(directory)) {
        return;
    }
    using Key = std::pair<std::string, Channel>;
    std::map<Key, std::uint64_t> written;
    Journal journal(directory.path(), little_room);
    for (std::uint64_t i = 1; i <= 4000; ++i) {
        const auto stage = std::string(i % 3 == 0 ? "a b.%-c,\n" : "prod");
        const auto channel = i % 2 == 0 ? Channel::release : Channel::deployment;
        journal.write(numbered_line(++written[{stage, channel}], channel, stage));
        if (i % 100 == 0) {
            journal.write({Time(), "", log::StepBegan{"BUILD"}});
            ++written[{"", Channel::build}];
        }
        if (i == 2000) {
            journal.write({Time(), "prod", Gap{Channel::runtime, 70, 7}});
            written[{"prod", Channel::runtime}] += 7;
        }
    }

    std::map<Key, std::uint64_t> read;
    std::map<Key, int> gaps;
    log::Cursor cursor;
    for (auto page = read_page(directory.path(), cursor, 0ms); !page.events.empty();
         page = read_page(directory.path(), page.next, 0ms)) {
        for (const auto& event : page.events) {
            if (const auto* gap = std::get_if<Gap>(&event.body)) {
                read[{event.stage, gap->channel}] += gap->lines;
                ++gaps[{event.stage, gap->channel}];
            } else if (const auto* lines = std::get_if<Lines>(&event.body)) {
                REQUIRE(lines->first_line == ++read[{event.stage, lines->channel}]);
            } else {
                ++read[{event.stage, Channel::build}];
            }
        }
    }
    CHECK(read == written);
    CHECK(gaps.size() == written.size());
    CHECK(std::ranges::all_of(gaps, [](const auto& one) { return one.second == 1; }));
}

TEST_CASE("read_page tells a reader what was taken out behind its own cursor, wherever that is", "[log]")
{
    const TempDir directory;
    if (!has_holes(directory)) {
        return;
    }
    Journal journal(directory.path(), little_room);
    std::vector<Follower> followers;
    Follower first{directory.path()};
    std::uint64_t written = 0;
    for (int part = 0; part < 20; ++part) {
        write_lines(journal, written + 1, written + 100);
        written += 100;
        do {
            followers.push_back(first);
        } while (first.read(20'000));
    }
    REQUIRE(first.gaps == 0);
    const auto more = GENERATE(as<std::uint64_t>(), 0, 100, 1000, 10'000);
    CAPTURE(more);
    write_lines(journal, written + 1, written + more);
    journal.close();

    const auto end = cut_of(directory.path()).end;
    const bool any = Follower{directory.path()}.read_all().lost > 0;
    for (auto& follower : followers) {
        CAPTURE(follower.cursor);
        const auto offset = follower.cursor.empty() ? 0 : std::stoull(follower.cursor.substr(17));
        const bool cut = any && offset < end;
        follower.read_all(100'000);
        CHECK(follower.next == written + more + 1);
        CHECK(follower.gaps == (cut ? 1 : 0));
        CHECK(follower.lost_bytes == follower.lost * 500);
        CHECK(follower.ended);
    }
}

TEST_CASE("Journal loses nothing on a disk that holds what it keeps", "[log]")
{
    const TempDir parent;
    const auto disk = support::SmallDisk::mount(parent.path(), 1280);
    if (!disk) {
        return;
    }
    const auto path = disk->path() / "run";
    Journal journal(path, little_room);
    write_lines(journal, 1, 20'000);
    const auto follower = Follower{path}.read_all();
    CHECK(follower.next == 20'001);
    CHECK(follower.gaps == 1);
}

TEST_CASE("Journal keeps all where the file system cannot punch holes", "[log]")
{
    const TempDir parent;
    const auto path = parent.path() / "no-holes";
    std::filesystem::create_directories(path);
    if (::mount("tinystacks-test", path.c_str(), "ramfs", 0, nullptr) != 0) {
        std::printf("skipped: cannot mount a ramfs: %s\n", errno_text(errno).c_str());
        return;
    }
    {
        Journal journal(path, little_room);
        write_lines(journal, 1, 4000);
        const auto follower = Follower{path}.read_all();
        CHECK(follower.next == 4001);
        CHECK(follower.gaps == 0);
    }
    ::umount2(path.c_str(), MNT_DETACH);
}
