#include "log/detail/word.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace tinystacks::log {
namespace {

template <typename Number>
bool read(std::string_view text, Number& number)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

std::string_view take_word(std::string_view& line, char separator)
{
    const auto end = std::min(line.find(separator), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

bool read_number(std::string_view text, std::uint64_t& number)
{
    return read(text, number);
}

bool read_time(std::string_view text, Time& time)
{
    std::int64_t milliseconds = 0;
    if (!read(text, milliseconds)) {
        return false;
    }
    time = Time(std::chrono::milliseconds(milliseconds));
    return true;
}

std::string check_of(std::string_view text)
{
    std::uint32_t hash = 2166136261;  // FNV-1a
    for (const auto c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    }
    return fmt::format("{:08x}", hash);
}

}  // namespace tinystacks::log
