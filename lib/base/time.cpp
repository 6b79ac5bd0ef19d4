#include "base/time.hpp"

#include "base/error.hpp"

#include <charconv>
#include <ctime>

namespace tinystacks {
namespace {

/// "Z" or "+hh:mm": how far the local time is ahead of UTC.
std::optional<std::chrono::minutes> find_offset(std::string_view text)
{
    using std::chrono::hours;
    using std::chrono::minutes;
    if (text == "Z") {
        return minutes(0);
    }
    const auto number = [&](std::size_t at) { return 10 * (text[at] - '0') + text[at + 1] - '0'; };
    const auto is_digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' || !is_digit(1) || !is_digit(2) ||
        !is_digit(4) || !is_digit(5)) {
        return std::nullopt;
    }
    const minutes offset = hours(number(1)) + minutes(number(4));
    return text[0] == '-' ? -offset : offset;
}

}  // namespace

Time system_time()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string to_rfc3339(Time time)
{
    const auto since_epoch = time.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
    const auto rest = (since_epoch - seconds).count();
    const auto whole = static_cast<std::time_t>(seconds.count());
    std::tm parts = {};
    ::gmtime_r(&whole, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, rest);
}

std::optional<Time> find_rfc3339(std::string_view text)
{
    std::tm parts = {};
    const std::string copy(text);
    const auto* end = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (end == nullptr) {
        return std::nullopt;
    }
    long milliseconds = 0;
    std::string_view rest(end);
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        long scale = 100;
        while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
            milliseconds += (rest.front() - '0') * scale;
            scale /= 10;
            rest.remove_prefix(1);
        }
    }
    const auto ahead = find_offset(rest);
    if (!ahead) {
        return std::nullopt;
    }
    return Time(std::chrono::seconds(::timegm(&parts)) + std::chrono::milliseconds(milliseconds) - *ahead);
}

std::chrono::milliseconds parse_duration(std::string_view text)
{
    using namespace std::chrono;
    constexpr milliseconds longest = hours(36);  // the longest build AWS CodeBuild allows
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    const double scale = unit == "ms"                  ? 1
                         : unit.empty() || unit == "s" ? 1e3
                         : unit == "m"                 ? 60e3
                         : unit == "h"                 ? 3600e3
                                                       : 0;
    if (error != std::errc() || scale == 0 || !(number * scale >= 1) ||
        number * scale > static_cast<double>(longest.count())) {
        throw Error(ErrorKind::usage, "'{}' is not a duration", text)
            .with_hint("write a number and ms, s, m or h, up to 36h, such as 90s or 1h");
    }
    return milliseconds(static_cast<long>(number * scale));
}

std::string to_short_text(std::chrono::milliseconds duration)
{
    const auto seconds = duration.count() / 1000;
    if (seconds < 10) {
        return fmt::format("{:.1f}s", static_cast<double>(duration.count()) / 1000);
    }
    if (seconds < 60) {
        return fmt::format("{}s", seconds);
    }
    if (seconds < 3600) {
        return fmt::format("{}m {:02}s", seconds / 60, seconds % 60);
    }
    return fmt::format("{}h {:02}m", seconds / 3600, seconds / 60 % 60);
}

}  // namespace tinystacks
