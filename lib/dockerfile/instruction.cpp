#include "dockerfile/instruction.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace tinystacks::dockerfile {
namespace {

constexpr std::size_t longest_value = std::size_t{64} << 10;

/// The character that joins lines: a backslash, or what the directive `# escape=` says.
char escape_of(std::string_view dockerfile)
{
    for (const auto line : split(dockerfile, '\n')) {
        const auto text = trim(line);
        if (!text.starts_with('#')) {
            break;
        }
        const auto parts = split(text.substr(1), '=');
        if (parts.size() == 2 && to_lower(trim(parts[0])) == "escape" && trim(parts[1]).size() == 1) {
            return trim(parts[1]).front();
        }
    }
    return '\\';
}

/// The word that ends the here-document an instruction opens; empty when it opens none.
std::string heredoc_end(std::string_view instruction)
{
    const auto begin = instruction.find("<<");
    if (begin == std::string_view::npos) {
        return {};
    }
    auto word = instruction.substr(begin + 2);
    word.remove_prefix(std::min(word.find_first_not_of("-'\""), word.size()));
    const auto length =
        std::ranges::find_if_not(word, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; }) - word.begin();
    return std::string(word.substr(0, static_cast<std::size_t>(length)));
}

Instruction make_instruction(std::string_view text, std::size_t line)
{
    const auto blank = std::min(text.find_first_of(" \t"), text.size());
    return {to_upper(text.substr(0, blank)), std::string(trim(text.substr(blank))), line};
}

}  // namespace

std::vector<std::string> words_of(std::string_view text)
{
    std::vector<std::string> words;
    for (const auto part : split(text, ' ')) {
        for (const auto word : split(part, '\t')) {
            if (!word.empty()) {
                words.emplace_back(word);
            }
        }
    }
    return words;
}

std::vector<Instruction> instructions_of(std::string_view dockerfile)
{
    const auto escape = escape_of(dockerfile);
    std::vector<Instruction> instructions;
    std::string joined;
    std::string ends_at;
    std::size_t number = 0;
    std::size_t begins = 0;
    for (const auto line : split(dockerfile, '\n')) {
        const auto text = trim(line);
        ++number;
        if (!ends_at.empty()) {
            if (text == ends_at) {
                ends_at.clear();
            }
            continue;
        }
        if (text.starts_with('#') || text.empty()) {
            continue;  // comments and empty lines may stand inside a continued instruction
        }
        begins = joined.empty() ? number : begins;
        if (text.ends_with(escape)) {
            joined += std::string(text.substr(0, text.size() - 1)) + " ";
            continue;
        }
        joined += text;
        ends_at = heredoc_end(joined);
        instructions.push_back(make_instruction(std::exchange(joined, {}), begins));
    }
    if (!joined.empty()) {
        instructions.push_back(make_instruction(joined, begins));
    }
    return instructions;
}

std::string expand(std::string_view text, const Variables& variables)
{
    std::string expanded;
    while (!text.empty()) {
        if (text.front() != '$') {
            expanded += text.front();
            text.remove_prefix(1);
            continue;
        }
        text.remove_prefix(1);
        const auto braced = text.starts_with('{');
        text.remove_prefix(braced ? 1 : 0);
        const auto in_name = [](unsigned char c) { return c == '_' || std::isalnum(c) != 0; };
        const auto digit = !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0;
        const auto length =
            digit ? 0 : static_cast<std::size_t>(std::ranges::find_if_not(text, in_name) - text.begin());
        const auto found = variables.find(text.substr(0, length));
        text.remove_prefix(length);
        std::string otherwise;
        if (braced) {
            const auto end = std::min(text.find('}'), text.size());
            otherwise = text.starts_with(":-") ? std::string(text.substr(2, end - std::min<std::size_t>(end, 2))) : "";
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        expanded += found != variables.end() && !found->second.empty() ? found->second : otherwise;
        if (expanded.size() > longest_value) {
            return {};  // a value made of itself, again and again
        }
    }
    return expanded;
}

void set_variables(std::string_view arguments, Variables& variables)
{
    const auto words = words_of(arguments);
    for (const auto& word : words) {
        const auto equals = word.find('=');
        if (equals != std::string::npos) {
            auto value = std::string_view(word).substr(equals + 1);
            if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) {
                value = value.substr(1, value.size() - 2);
            }
            variables.insert_or_assign(word.substr(0, equals), expand(value, variables));
        }
    }
    if (words.size() == 2 && words[0].find('=') == std::string::npos) {  // ENV NAME value
        variables.insert_or_assign(words[0], expand(words[1], variables));
    }
}

}  // namespace tinystacks::dockerfile
