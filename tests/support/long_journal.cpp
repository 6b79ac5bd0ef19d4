#include "tests/support/long_journal.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

namespace tinystacks::support {

using log::Lines;

log::Event numbered_line(std::uint64_t number, log::Channel channel, std::string stage)
{
    auto text = std::to_string(number);
    text.resize(line_size - 1, '.');
    return {Time(), std::move(stage), Lines{channel, log::Source::output, number, text + "\n"}};
}

void write_lines(log::Journal& journal, std::uint64_t first, std::uint64_t last)
{
    for (auto number = first; number <= last; ++number) {
        journal.write(numbered_line(number));
    }
}

std::uint64_t room_of(const std::filesystem::path& directory)
{
    struct stat about = {};
    if (::stat((directory / "journal").c_str(), &about) != 0) {
        throw std::runtime_error("there is no journal");
    }
    return static_cast<std::uint64_t>(about.st_blocks) * 512;
}

log::Cut cut_of(const std::filesystem::path& directory)
{
    const auto path = directory / "journal";
    const auto begin = read_file(path, std::size_t{100} << 20).find("\nC ") + 1;
    return log::find_cut(open_file(path, O_RDONLY), path, begin).value();
}

void damage(const std::filesystem::path& directory, std::uint64_t offset, const std::string& bytes)
{
    const auto file = open_file(directory / "journal", O_WRONLY);
    if (::pwrite(file.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
        static_cast<ssize_t>(bytes.size())) {
        throw std::runtime_error("cannot write to the journal");
    }
}

bool has_holes(const TempDir& directory)
{
    const auto path = directory.path() / "probe";
    if (log::can_punch(open_file(path, O_RDWR | O_CREAT), path)) {
        return true;
    }
    std::puts("skipped: this file system cannot punch holes");
    return false;
}

bool Follower::read(std::size_t limit)
{
    const auto page = log::read_page(directory, cursor, std::chrono::milliseconds(0), limit);
    for (const auto& event : page.events) {
        if (const auto* gap = std::get_if<log::Gap>(&event.body)) {
            next += gap->lines;
            lost += gap->lines;
            lost_bytes += gap->bytes;
            ++gaps;
        } else if (event == numbered_line(next)) {
            ++next;
        } else {
            throw std::runtime_error(fmt::format("line {} did not come after '{}'", next, cursor));
        }
    }
    cursor = page.next;
    ended = page.ended;
    return !page.events.empty();
}

Follower& Follower::read_all(std::size_t limit)
{
    while (read(limit)) {
    }
    return *this;
}

}  // namespace tinystacks::support
