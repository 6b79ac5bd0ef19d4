#include "commands/values.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace tinystacks::app::commands {

CLI::Validator one_of(std::vector<std::string> known)
{
    return CLI::Validator(
        [known = std::move(known)](const std::string& text) -> std::string {
            if (std::ranges::find(known, text) == known.end()) {
                throw WrongWord(text, known);
            }
            return {};
        },
        "");
}

CLI::Validator port()
{
    return CLI::Validator(
        [](const std::string& text) {
            int number = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
            const bool good = error == std::errc() && end == text.data() + text.size() && number > 0 && number < 65536;
            return good ? std::string() : fmt::format("'{}' is no number from 1 to 65535", text);
        },
        "");
}

CLI::Validator a_value()
{
    return CLI::Validator(
        [](const std::string& text) {
            return text.empty()            ? std::string("is empty")
                   : text.starts_with('-') ? fmt::format("needs a value, and '{}' is a flag", text)
                                           : std::string();
        },
        "");
}

std::chrono::milliseconds duration_of(std::string_view flag, const std::string& text, const CommandLine& line)
{
    try {
        return parse_duration(text);
    } catch (const Error&) {
        throw Error(ErrorKind::usage, "{} '{}' is no duration: a number and ms, s, m or h, up to 36h", flag,
                    printable(text))
            .with_hint(corrected(line, text, "10m", fmt::format("{} 10m", flag)));
    }
}

}  // namespace tinystacks::app::commands
