#include "correction.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace tinystacks::app {

namespace {

bool gives_variables(const CommandLine& line)
{
    return std::ranges::any_of(line, [](const auto& word) { return word.starts_with("--env"); });
}

}  // namespace

std::string corrected(const CommandLine& line, std::string_view wrong, std::string_view right,
                      const std::string& otherwise)
{
    if (line.empty() || gives_variables(line)) {
        return otherwise;
    }
    const auto value = fmt::format("={}", wrong);
    bool found = false;
    std::string text;
    // From the end: values stand behind commands, and the same word may be both.
    for (std::size_t i = line.size() - 1; i > 0; --i) {
        auto word = line[i];
        if (!found && word == wrong) {
            found = true;
            word = right;
        } else if (!found && word.starts_with("--") && word.ends_with(value)) {
            found = true;
            word.replace(word.size() - wrong.size(), wrong.size(), right);
        } else if (!found && word.starts_with(fmt::format("{}=", wrong))) {
            found = true;
            word.replace(0, wrong.size(), right);
        }
        text.insert(0, " " + shell_quote(word));
    }
    return found ? "tinystacks" + text : otherwise;
}

std::string extended(const CommandLine& line, std::string_view flag, const std::string& otherwise)
{
    if (line.empty() || gives_variables(line)) {
        return otherwise;
    }
    std::string text = "tinystacks";
    for (std::size_t i = 1; i < line.size(); ++i) {
        text += " " + shell_quote(line[i]);
    }
    return fmt::format("{} {}", text, flag);
}

std::string from_outside(std::string hint, std::string_view directory)
{
    constexpr std::string_view program = "tinystacks ";
    if (directory == "." || hint.find(" -C ") != std::string::npos) {
        return hint;
    }
    const auto where = fmt::format("-C {} ", shell_quote(directory));
    for (auto at = hint.find(program); at != std::string::npos; at = hint.find(program, at + program.size())) {
        const auto begins = at == 0 || hint[at - 1] == ' ';
        hint.insert(at + program.size(), begins ? where : "");
    }
    return hint;
}

std::string enumerate(const std::vector<std::string>& words, std::string_view last)
{
    if (words.size() < 2) {
        return words.empty() ? std::string() : words.front();
    }
    const std::vector<std::string> most(words.begin(), words.end() - 1);
    return fmt::format("{} {} {}", join(most, ", "), last, words.back());
}

}  // namespace tinystacks::app
