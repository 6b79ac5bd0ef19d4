#include "log/journal.hpp"

#include "base/temp_dir.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"
#include "tests/support/long_journal.hpp"
#include "tests/support/stepped_child.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <random>

using namespace tinystacks;
using namespace tinystacks::support;
using log::Channel;
using log::Journal;

TEST_CASE("read_page never meets a hole while another process cuts", "[log]")
{
    const TempDir directory;
    if (!has_holes(directory)) {
        return;
    }
    constexpr std::uint64_t count = 20'000;
    Child writer([&] {
        Journal journal(directory.path(), {200'000, 300'000, 8'000});
        write_lines(journal, 1, count);
        journal.close();
    });
    // Each comes from the beginning, jumps to where the writer is cutting, and is overtaken there.
    std::size_t readers = 0;
    Follower before{directory.path()};
    Follower slow{directory.path()};
    while (!before.ended) {
        Follower follower{directory.path()};
        follower.read_all(1 + 10'000 * (readers % 5));
        REQUIRE(follower.next >= before.next);
        before = follower;
        slow.read(1);
        ++readers;
    }
    CHECK(before.next == count + 1);
    REQUIRE(writer.wait() == 0);
    CHECK(readers > 3);
    slow.read_all();
    CHECK(slow.next == count + 1);
    CHECK(slow.ended);
}

TEST_CASE("read_page is right whatever is cut between any two of its steps", "[log]")
{
    const TempDir directory;
    if (!has_holes(directory)) {
        return;
    }
    constexpr log::Room room{100'000, 200'000, 70'000};
    constexpr std::uint64_t at_once = 400;  // two cuts
    constexpr std::uint64_t steps = 100;
    Journal journal(directory.path(), room);
    std::uint64_t written = 2000;
    write_lines(journal, 1, written);
    SteppedChild reader([&] {
        Follower follower{directory.path()};
        while (!follower.ended) {
            if (!follower.read(50'000) && !follower.ended) {
                throw std::runtime_error("an empty page, though there is more");
            }
        }
        if (follower.gaps < 3 || follower.next != written + steps * at_once + 1) {
            throw std::runtime_error("not all lines");
        }
    });
    for (std::uint64_t i = 0; i < steps; ++i) {
        // A page takes fewer, so one is read in peace and the next is overtaken, each time at another step.
        for (std::uint64_t step = 0; step < 17 + i % 8; ++step) {
            REQUIRE(reader.step());
        }
        write_lines(journal, written + 1, written + at_once);
        written += at_once;
    }
    journal.close();
    while (reader.step()) {
    }
    CHECK(reader.wait() == 0);
}

TEST_CASE("Journal can be read, and gone on with, wherever in a cut its process stops", "[log]")
{
    const TempDir directory;
    if (!has_holes(directory)) {
        return;
    }
    constexpr log::Room room{100'000, 200'000, 70'000};
    std::uint64_t kept = 900;
    {
        Journal journal(directory.path(), room);
        write_lines(journal, 1, kept);
    }
    const long call = GENERATE(SYS_fdatasync, SYS_fallocate);
    const int stop = GENERATE(1, 2, 3, 4);
    CAPTURE(call, stop);
    {
        SteppedChild writer([&] {
            Journal journal(directory.path(), room);
            write_lines(journal, kept + 1, kept + 1000);
        });
        for (int stops = 0; stops < stop; stops += writer.call() == call ? 1 : 0) {
            REQUIRE(writer.step());
            const auto follower = Follower{directory.path()}.read_all();
            REQUIRE(follower.next > kept);
            kept = follower.next - 1;
        }
    }
    Journal journal(directory.path(), room);
    write_lines(journal, kept + 1, kept + 1000);
    const auto follower = Follower{directory.path()}.read_all();
    CHECK(follower.next == kept + 1001);
    CHECK(follower.gaps == 1);
    CHECK(room_of(directory.path()) < 100'000 + 200'000 + 70'000 + 4 * 65536);
}

TEST_CASE("Journal that cuts goes on after being killed at any moment", "[log]")
{
    const TempDir directory;
    if (!has_holes(directory)) {
        return;
    }
    std::mt19937 random(4711);
    Follower slow{directory.path()};
    std::uint64_t kept = 0;
    for (int round = 0; round < 20; ++round) {
        CAPTURE(round);
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        Child writer([&] {
            Journal journal(directory.path(), {200'000, 300'000, 2'000});
            for (auto number = kept + 1;; ++number) {
                journal.write(numbered_line(number));
                (void)!::write(ends[1], "x", 1);
            }
        });
        ::close(ends[1]);
        char byte = 0;
        std::uint64_t told = 0;
        // Past the beginning at once, so that every kill falls among the cuts.
        for (const auto some = random() % 100 + (round == 0 ? 2000 : 1); told < some; ++told) {
            REQUIRE(::read(ends[0], &byte, 1) == 1);
        }
        const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 3000);
        while (std::chrono::steady_clock::now() < until) {
        }
        writer.kill();
        while (::read(ends[0], &byte, 1) == 1) {
            ++told;
        }
        ::close(ends[0]);

        const auto follower = Follower{directory.path()}.read_all();
        // One more may have been written and not told any more.
        REQUIRE(follower.next >= kept + told + 1);
        REQUIRE(follower.next <= kept + told + 2);
        REQUIRE(follower.gaps == 1);
        REQUIRE(slow.read(round % 2 == 0 ? 1 : 1 << 20));
        kept = follower.next - 1;
    }
    slow.read_all();
    CHECK(slow.next == kept + 1);
    CHECK(slow.lost > 0);
}

TEST_CASE("Journal cut by a process that died before the hole was made is read the same, and mended", "[log]")
{
    const TempDir directory;
    if (!has_holes(directory)) {
        return;
    }
    {
        Journal journal(directory.path(), little_room);
        write_lines(journal, 1, 8000);
    }
    const auto expected = Follower{directory.path()}.read_all();
    const auto before = room_of(directory.path());
    const auto cut = cut_of(directory.path());
    const std::string left(1'000'000, 'L');
    damage(directory.path(), cut.end - left.size(), left);
    REQUIRE(room_of(directory.path()) > before + left.size() / 2);

    const auto again = Follower{directory.path()}.read_all();
    CHECK(again.next == 8001);
    CHECK(again.lost == expected.lost);
    Journal journal(directory.path(), little_room);
    CHECK(room_of(directory.path()) <= before + 65536);
    journal.write(numbered_line(8001));
    CHECK(Follower{directory.path()}.read_all().next == 8002);
}

TEST_CASE("find_cut takes the version before when the newest was written halfway", "[log]")
{
    const TempDir directory;
    if (!has_holes(directory)) {
        return;
    }
    {
        Journal journal(directory.path(), little_room);
        write_lines(journal, 1, 8000);
    }
    const auto newest = cut_of(directory.path());
    auto next = newest;
    next.number += 1;
    next.end += 5000;
    next.taken.add("", {Channel::build, 5000, 10});
    const auto version = format(next);
    const auto length = GENERATE(as<std::size_t>(), 0, 1, 9, 12, 20, 30, 40);
    CAPTURE(length);
    damage(directory.path(), place_of(next), version.substr(0, length));
    const auto found = cut_of(directory.path());
    CHECK(found.number == newest.number);
    CHECK(found.end == newest.end);
    CHECK(found.taken.rows() == newest.taken.rows());
    damage(directory.path(), place_of(next), version);
    CHECK(cut_of(directory.path()).end == next.end);
}
