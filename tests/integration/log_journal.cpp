#include "log/journal.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"
#include "tests/support/small_disk.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

using namespace tinystacks;
using namespace std::chrono_literals;
using log::Channel;
using log::Event;
using log::Journal;
using log::Lines;
using log::read_page;

namespace {

const Time noon{std::chrono::milliseconds(1795521600250)};

Event output(std::string text, std::uint64_t first_line = 1)
{
    return {noon, "dev", Lines{Channel::build, log::Source::output, first_line, std::move(text)}};
}

std::vector<Event> read_all(const std::filesystem::path& directory, std::size_t limit = 1 << 20)
{
    std::vector<Event> events;
    log::Cursor cursor;
    while (true) {
        const auto page = read_page(directory, cursor, 0ms, limit);
        events.insert(events.end(), page.events.begin(), page.events.end());
        if (page.ended || page.events.empty()) {
            return events;
        }
        cursor = page.next;
    }
}

std::string text_of(const std::vector<Event>& events)
{
    std::string text;
    for (const auto& event : events) {
        if (const auto* lines = std::get_if<Lines>(&event.body)) {
            text += lines->text;
        }
    }
    return text;
}

std::uintmax_t journal_size(const TempDir& directory)
{
    return std::filesystem::file_size(directory.path() / "journal");
}

}  // namespace

TEST_CASE("Journal gives back every event as it was written", "[log]")
{
    const TempDir directory;
    const std::vector<Event> events = {
        {noon, "", log::StepBegan{"BUILD"}},
        output("one\ntwo\n"),
        {noon, "a b%\nc", Lines{Channel::runtime, log::Source::tinystacks, 99, "no newline"}},
        output(std::string("\0\xFF\xC3\nL 5 1 build output 1 \nE 1\n", 29), 3),
        {noon, "dev", log::StepEnded{"BUILD", "FAILED", 0.25, "exit status 1\nand more"}},
        {noon, "dev", log::ResourceChanged{"container", "x", "started", ""}},
        {noon, "prod", log::WaitingFor{"approval", "tinystacks approve"}},
        {noon, "", log::Note{Severity::error, {"build.yml", 2, 3}, "m", "h"}},
        {noon, "", log::Gap{Channel::release, 1, 2}},
    };
    Journal journal(directory.path());
    for (const auto& event : events) {
        journal.write(event);
    }

    const auto page = read_page(directory.path(), {}, 0ms);
    CHECK(page.events == events);
    CHECK_FALSE(page.ended);
    journal.close();
    CHECK(read_page(directory.path(), page.next, 1h).ended);
    CHECK(read_page(directory.path(), {}, 1h).events == events);
    CHECK(read_all(directory.path(), 1) == events);
}

TEST_CASE("Journal keeps its files from others, whatever the umask", "[log]")
{
    const TempDir parent;
    const auto before = ::umask(0);
    const Journal journal(parent.path() / "a" / "b");
    ::umask(before);
    struct stat about = {};
    REQUIRE(::stat((parent.path() / "a" / "b" / "journal").c_str(), &about) == 0);
    CHECK((about.st_mode & 07777U) == 0600);
    REQUIRE(::stat((parent.path() / "a").c_str(), &about) == 0);
    CHECK((about.st_mode & 07777U) == 0700);
}

TEST_CASE("Journal cuts long text into records with right line numbers", "[log]")
{
    const TempDir directory;
    std::string text(70000, 'x');
    text += '\n';
    for (int i = 0; i < 30000; ++i) {
        text += "line " + std::to_string(i) + "\n";
    }
    for (int i = 0; i < 50000; ++i) {
        text += "\xC3\xA9";
    }
    Journal journal(directory.path());
    journal.write(output(text, 10));

    const auto events = read_all(directory.path());
    CHECK(events.size() > 4);
    std::uint64_t line = 10;
    for (const auto& event : events) {
        const auto& lines = std::get<Lines>(event.body);
        CHECK(lines.first_line == line);
        CHECK(lines.text.size() <= 65536);
        CHECK((static_cast<unsigned char>(lines.text.front()) & 0xC0U) != 0x80);
        line += static_cast<std::uint64_t>(std::ranges::count(lines.text, '\n'));
    }
    CHECK(text_of(events) == text);
}

TEST_CASE("read_page gives the same events for the same cursor, late, in small pages, or live", "[log]")
{
    const TempDir directory;
    constexpr int count = 20000;
    support::Child writer([&] {
        Journal journal(directory.path());
        for (int i = 0; i < count; ++i) {
            journal.write(output("line " + std::to_string(i) + "\n", static_cast<std::uint64_t>(i) + 1));
        }
        journal.close();
    });
    std::string live;
    std::vector<log::Cursor> cursors;
    log::Page page;
    do {
        cursors.push_back(page.next);
        page = read_page(directory.path(), page.next, 10s, 50000);
        live += text_of(page.events);
    } while (!page.ended);
    REQUIRE(writer.wait() == 0);

    std::string expected;
    for (int i = 0; i < count; ++i) {
        expected += "line " + std::to_string(i) + "\n";
    }
    CHECK(live == expected);
    CHECK(text_of(read_all(directory.path(), 700)) == expected);
    // A page that was lost on its way is asked for again.
    for (const auto& cursor : cursors) {
        const auto again = read_page(directory.path(), cursor, 0ms, 700);
        const auto more = read_page(directory.path(), cursor, 0ms, 5000);
        REQUIRE(more.events.size() >= again.events.size());
        CHECK(std::equal(again.events.begin(), again.events.end(), more.events.begin()));
    }
}

TEST_CASE("read_page waits for the first event and no longer than asked", "[log]")
{
    const TempDir directory;
    const auto before = std::chrono::steady_clock::now();
    const auto nothing = read_page(directory.path() / "later", {}, 30ms);
    CHECK(std::chrono::steady_clock::now() - before >= 30ms);
    CHECK(nothing.events.empty());
    CHECK_FALSE(nothing.ended);

    support::Child writer([&] {
        Journal journal(directory.path() / "later");
        journal.write(output("x\n"));
    });
    CHECK(text_of(read_page(directory.path() / "later", nothing.next, 1h).events) == "x\n");
    CHECK(writer.wait() == 0);
}

TEST_CASE("Journal goes on after a crash in the middle of a record", "[log]")
{
    const TempDir directory;
    const auto cut = GENERATE(range(1, 70, 4));
    CAPTURE(cut);
    {
        Journal journal(directory.path());
        journal.write(output("first\n"));
    }
    const auto whole = journal_size(directory);
    {
        Journal journal(directory.path());
        journal.write(output("second, which is cut off somewhere by the crash\n"));
    }
    std::filesystem::resize_file(directory.path() / "journal",
                                 std::min(whole + static_cast<std::uintmax_t>(cut), journal_size(directory) - 1));

    const auto page = read_page(directory.path(), {}, 0ms);
    CHECK(text_of(page.events) == "first\n");
    CHECK(read_page(directory.path(), page.next, 0ms).events.empty());

    Journal journal(directory.path());
    journal.write(output("third\n"));
    journal.close();
    CHECK(text_of(read_page(directory.path(), page.next, 0ms).events) == "third\n");
    CHECK(text_of(read_all(directory.path())) == "first\nthird\n");
}

TEST_CASE("Journal keeps all it was given when the process is killed at any moment", "[log]")
{
    const TempDir directory;
    std::mt19937 random(4711);
    std::string expected;
    for (int round = 0; round < 20; ++round) {
        CAPTURE(round);
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        support::Child writer([&] {
            Journal journal(directory.path());
            const std::string block(20000, static_cast<char>('a' + round));
            while (true) {
                journal.write(output(block + "\n"));
                (void)!::write(ends[1], "x", 1);
            }
        });
        ::close(ends[1]);
        char byte = 0;
        std::size_t told = random() % 100 + 1;
        for (std::size_t i = 0; i < told; ++i) {
            REQUIRE(::read(ends[0], &byte, 1) == 1);
        }
        writer.kill();
        while (::read(ends[0], &byte, 1) == 1) {
            ++told;
        }
        ::close(ends[0]);
        const auto text = text_of(read_all(directory.path()));
        REQUIRE(text.starts_with(expected));
        const auto more = text.size() - expected.size();
        // One more may have been written and not told any more.
        REQUIRE((more == told * 20001 || more == (told + 1) * 20001));
        CHECK(text.find_first_not_of(std::string{static_cast<char>('a' + round), '\n'}, expected.size()) ==
              std::string::npos);
        expected = text;
    }
}

TEST_CASE("Journal goes on after it was closed", "[log]")
{
    const TempDir directory;
    Journal(directory.path()).close();
    const auto page = read_page(directory.path(), {}, 0ms);
    CHECK(page.ended);
    Journal journal(directory.path());
    CHECK_FALSE(read_page(directory.path(), page.next, 0ms).ended);
    journal.write(output("more\n"));
    CHECK(text_of(read_page(directory.path(), page.next, 0ms).events) == "more\n");
}

TEST_CASE("read_page says what a power failure made unreadable", "[log]")
{
    const TempDir directory;
    {
        Journal journal(directory.path());
        journal.write(output("first\n"));
        journal.close();
    }
    std::ofstream(directory.path() / "journal", std::ios::app) << std::string(100, '\0');
    const auto first = read_page(directory.path(), {}, 0ms);
    const auto rest = read_page(directory.path(), first.next, 0ms);
    CHECK(text_of(first.events) == "first\n");
    CHECK(rest.ended);
    REQUIRE(rest.events.size() == 1);
    CHECK(std::get<log::Gap>(rest.events[0].body).bytes == 100);
}

TEST_CASE("read_page refuses a cursor that is none of this journal's", "[log]")
{
    const TempDir directory;
    const TempDir other;
    Journal(directory.path()).write(output("x\n"));
    Journal(other.path()).write(output("a longer text than the other\n"));
    const auto foreign = read_page(other.path(), {}, 0ms).next;
    auto changed = read_page(directory.path(), {}, 0ms).next;
    changed.back() = changed.back() == '0' ? '1' : '0';
    for (const auto& cursor : {std::string("x"), std::string("128"), foreign, changed}) {
        CAPTURE(cursor);
        try {
            (void)read_page(directory.path(), cursor, 1h);
            FAIL("expected an Error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::invalid_input);
        }
    }
}

TEST_CASE("Journal refuses a file that is none of its own, untouched", "[log]")
{
    const TempDir directory;
    const std::string text(200, 'x');
    std::ofstream(directory.path() / "journal") << text;
    CHECK_THROWS_AS(Journal(directory.path()), Error);
    CHECK(read_file(directory.path() / "journal", 1000) == text);
}

TEST_CASE("Journal counts what a full disk made it drop", "[log]")
{
    const TempDir parent;
    const auto disk = support::SmallDisk::mount(parent.path(), 256);
    if (!disk) {
        return;
    }
    const auto path = disk->path() / "run";
    Journal journal(path);
    journal.write(output("before\n"));
    disk->fill();
    const std::string block = std::string(9999, 'x') + "\n";
    for (int i = 0; i < 20; ++i) {
        journal.write(output(block));
    }
    const auto kept = read_all(path);
    const auto lost = 20 - (kept.size() - 1);
    CHECK(lost > 0);
    for (std::size_t i = 1; i < kept.size(); ++i) {
        CHECK(std::get<Lines>(kept[i].body).text == block);
    }

    SECTION("and says so when there is room again")
    {
        disk->make_room();
        journal.write(output("after\n"));
        const auto events = read_all(path);
        const auto& gap = std::get<log::Gap>(events.at(kept.size()).body);
        CHECK(gap == log::Gap{Channel::build, lost * block.size(), lost});
        CHECK(events.at(kept.size()).stage == "dev");
        CHECK(std::get<Lines>(events.at(kept.size() + 1).body).text == "after\n");
    }
    SECTION("and says so at its end when there never was")
    {
        journal.write({noon, "dev", log::StepEnded{"BUILD", "FAILED", 1, std::string(9000, 'm')}});
        journal.close();
        const auto events = read_all(path);
        CHECK(read_page(path, {}, 0ms).ended);
        std::uint64_t lines = 0;
        for (const auto& event : events) {
            if (const auto* gap = std::get_if<log::Gap>(&event.body)) {
                lines += gap->lines;
            }
        }
        CHECK(lines == lost + 1);
    }
}

TEST_CASE("Journal ends properly where a file may not grow", "[log]")
{
    const TempDir directory;
    // In a process of its own: the limit holds for a whole process.
    support::Child writer([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{20000, 20000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        Journal journal(directory.path());
        for (int i = 0; i < 10; ++i) {
            journal.write(output(std::string(6000, 'x') + "\n"));
        }
        for (int i = 0; i < 100; ++i) {
            journal.write(output(std::string(30, 'y') + "\n"));
        }
        journal.close();
    });
    REQUIRE(writer.wait() == 0);

    const auto page = read_page(directory.path(), {}, 0ms);
    CHECK(page.ended);
    CHECK(journal_size(directory) <= 20000);
    std::uint64_t lines = 0;
    for (const auto& event : page.events) {
        const auto* gap = std::get_if<log::Gap>(&event.body);
        lines += gap == nullptr ? 1 : gap->lines;
    }
    CHECK(lines == 110);
}
