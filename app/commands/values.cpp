#include "commands/values.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace tinystacks::app::commands {

namespace {

// A validator has a name, which nothing else uses.
constexpr std::string_view words_mark = "words: ";
constexpr std::string_view things_mark = "things: ";

std::string mark(const std::vector<std::string>& words)
{
    return std::string(words_mark) + join(words, " ");
}

/// What follows `begin` in the name of an option's first validator.
std::string find_mark(CLI::Option& option, std::string_view begin)
{
    try {
        const auto name = option.get_validator(0)->get_name();
        return name.starts_with(begin) ? name.substr(begin.size()) : std::string();
    } catch (const CLI::OptionNotFound&) {
        return {};
    }
}

std::string find_fault(const std::string& text)
{
    return text.empty()            ? std::string("is empty")
           : text.starts_with('-') ? fmt::format("needs a value, and '{}' looks like a flag", text)
                                   : std::string();
}

}  // namespace

std::vector<std::string> words_of(CLI::Option& option)
{
    std::vector<std::string> words;
    const auto marked = find_mark(option, words_mark);
    for (const auto word : split(marked, ' ')) {
        if (!word.empty()) {
            words.emplace_back(word);
        }
    }
    return words;
}

std::string things_of(CLI::Option& option)
{
    return find_mark(option, things_mark);
}

CLI::Validator name_of(std::string_view things)
{
    return CLI::Validator(find_fault, "", fmt::format("{}{}", things_mark, things));
}

CLI::Validator a_file()
{
    return CLI::Validator([](const std::string& text) { return text == "-" ? std::string() : find_fault(text); }, "");
}

CLI::Validator offer(const std::vector<std::string>& words)
{
    return CLI::Validator([](const std::string&) { return std::string(); }, "", mark(words));
}

CLI::Validator one_of(const std::vector<std::string>& known)
{
    return CLI::Validator(
        [known](const std::string& text) -> std::string {
            if (std::ranges::find(known, text) == known.end()) {
                throw WrongWord(text, known);
            }
            return {};
        },
        "", mark(known));
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
    return CLI::Validator(find_fault, "");
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
