#include "log/detail/cut.hpp"

#include "base/text.hpp"
#include "log/detail/record.hpp"
#include "log/detail/word.hpp"

#include <fcntl.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tinystacks::log {
namespace {

constexpr int punch_mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
// A multiple of any file system's block.
constexpr std::uint64_t block = 65536;

static_assert(longest_tally + 100 < cut_place_size);

std::string record_head()
{
    return fmt::format("C {}\n", 2 * cut_place_size);
}

std::uint64_t record_size()
{
    return record_head().size() + 2 * cut_place_size + 1;
}

std::optional<Cut> find_version(std::string_view text)
{
    text = trim(text);
    const auto check = take_word(text);
    if (check != check_of(text)) {
        return std::nullopt;
    }
    Cut cut;
    const bool read = read_number(take_word(text), cut.number) && read_number(take_word(text), cut.end) &&
                      read_time(take_word(text), cut.time);
    auto taken = find_tally(text);
    if (!read || !taken) {
        return std::nullopt;
    }
    cut.taken = std::move(*taken);
    return cut;
}

}  // namespace

std::string cut_record()
{
    const auto version = format(Cut{});
    return record_head() + version + version + '\n';
}

std::string format(const Cut& cut)
{
    const auto text =
        fmt::format("{} {} {} {}", cut.number, cut.end, cut.time.time_since_epoch().count(), format(cut.taken));
    auto version = fmt::format("{} {}", check_of(trim(text)), text);
    version.resize(cut_place_size - 1, ' ');
    return version + '\n';
}

std::uint64_t place_of(const Cut& cut)
{
    return cut.begin + record_head().size() + cut.number % 2 * cut_place_size;
}

std::optional<Cut> find_cut(const Descriptor& file, const std::filesystem::path& path, std::uint64_t offset)
{
    std::string text(record_size(), '\0');
    const auto got = read_at(file, path, offset, text.data(), text.size());
    const auto head = record_head();
    if (got < text.size() || !text.starts_with(head)) {
        return std::nullopt;
    }
    std::optional<Cut> newest;
    for (const auto place : {head.size(), head.size() + cut_place_size}) {
        auto cut = find_version(std::string_view(text).substr(place, cut_place_size));
        if (cut && (!newest || cut->number > newest->number)) {
            newest = std::move(cut);
        }
    }
    if (newest) {
        newest->begin = offset;
        newest->end = std::max(newest->end, offset + record_size());
    }
    return newest;
}

bool can_punch(const Descriptor& file, const std::filesystem::path& path)
{
    // Behind the end there is nothing to lose.
    const auto end = (file_size(file, path) / block + 1) * block;
    return ::fallocate(file.number(), punch_mode, static_cast<off_t>(end), block) == 0 ||
           (errno != EOPNOTSUPP && errno != ENOSYS);
}

int punch(const Descriptor& file, const Cut& cut)
{
    const auto begin = (cut.begin + record_size() + block - 1) / block * block;
    const auto end = cut.end / block * block;
    if (begin >= end) {
        return 0;
    }
    while (::fallocate(file.number(), punch_mode, static_cast<off_t>(begin), static_cast<off_t>(end - begin)) != 0) {
        if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

}  // namespace tinystacks::log
