#include "framework/detail/languages.hpp"

#include "base/text.hpp"

namespace tinystacks::framework {
namespace {

/// The words of a command, quotes resolved; nothing when only a shell can tell them.
std::optional<std::vector<std::string>> words_of(std::string_view text)
{
    constexpr std::string_view needs_shell = "|&;<>()$`*?[]{}~#!\n\r";
    std::vector<std::string> words;
    std::string word;
    bool in_word = false;
    char quote = '\0';
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto c = text[at];
        if (quote != '\0') {
            if (c == quote) {
                quote = '\0';
            } else if (quote == '"' && (c == '$' || c == '`' || c == '\\')) {
                return std::nullopt;
            } else {
                word += c;
            }
        } else if (c == '\'' || c == '"') {
            quote = c;
            in_word = true;
        } else if (c == ' ' || c == '\t') {
            if (in_word) {
                words.push_back(std::exchange(word, {}));
            }
            in_word = false;
        } else if (c == '\\' || needs_shell.find(c) != std::string_view::npos) {
            return std::nullopt;
        } else {
            word += c;
            in_word = true;
        }
    }
    if (in_word) {
        words.push_back(word);
    }
    return quote == '\0' ? std::optional(std::move(words)) : std::nullopt;
}

}  // namespace

std::optional<SimpleCommand> parse_simple_command(std::string_view text)
{
    auto words = words_of(text);
    if (!words) {
        return std::nullopt;
    }
    SimpleCommand command;
    for (auto& word : *words) {
        const auto equals = word.find('=');
        if (command.argv.empty() && equals != std::string::npos && is_variable_name(word.substr(0, equals))) {
            command.environment.emplace_back(word.substr(0, equals), word.substr(equals + 1));
        } else if (!command.argv.empty() || word != "exec") {
            command.argv.push_back(std::move(word));
        }
    }
    return command.argv.empty() ? std::nullopt : std::optional(std::move(command));
}

std::vector<std::string> to_argv(std::string_view command)
{
    auto simple = parse_simple_command(command);
    if (simple && simple->environment.empty()) {
        return simple->argv;
    }
    auto text = std::string(trim(command));
    if (simple) {
        return {"/bin/sh", "-c", "exec env " + text};
    }
    // The last command of a list takes the shell's place.
    const auto last = text.rfind("&& ");
    const auto compound = text.find_first_of(";|\n") != std::string::npos || text.find(" & ") != std::string::npos;
    if (!compound && !text.starts_with("exec ")) {
        text.insert(last == std::string::npos ? 0 : last + 3, "exec ");
    }
    return {"/bin/sh", "-c", text};
}

}  // namespace tinystacks::framework
