#include "framework/framework.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <set>

namespace tinystacks::framework {
namespace {

constexpr std::size_t largest_dockerfile = std::size_t{1} << 20;
constexpr int highest_port = 65535;

using Variables = std::map<std::string, std::string, std::less<>>;

struct Stage {
    std::string name;
    Variables variables;
    std::set<int> ports;
};

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

/// The instructions, each on one line, without comments and here-documents.
std::vector<std::string> instructions_of(std::string_view dockerfile)
{
    const auto escape = escape_of(dockerfile);
    std::vector<std::string> instructions;
    std::string joined;
    std::string ends_at;
    for (const auto line : split(dockerfile, '\n')) {
        const auto text = trim(line);
        if (!ends_at.empty()) {
            if (text == ends_at) {
                ends_at.clear();
            }
            continue;
        }
        if (text.starts_with('#') || (text.empty() && !joined.empty())) {
            continue;  // comments and empty lines may stand inside a continued instruction
        }
        if (text.ends_with(escape)) {
            joined += std::string(text.substr(0, text.size() - 1)) + " ";
            continue;
        }
        joined += text;
        ends_at = heredoc_end(joined);
        instructions.push_back(std::exchange(joined, {}));
    }
    if (!joined.empty()) {
        instructions.push_back(joined);
    }
    return instructions;
}

/// Replaces $NAME, ${NAME} and ${NAME:-default}; what is unknown becomes nothing.
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
        std::size_t length = 0;
        while (length < text.size() && is_variable_name(text.substr(0, length + 1))) {
            ++length;
        }
        const auto found = variables.find(text.substr(0, length));
        text.remove_prefix(length);
        std::string otherwise;
        if (braced) {
            const auto end = std::min(text.find('}'), text.size());
            otherwise = text.starts_with(":-") ? std::string(text.substr(2, end - std::min<std::size_t>(end, 2))) : "";
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        expanded += found != variables.end() && !found->second.empty() ? found->second : otherwise;
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

int to_port(std::string_view text)
{
    int port = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
    return failed == std::errc() && end == text.data() + text.size() && port <= highest_port ? port : 0;
}

void expose(std::string_view arguments, Stage& stage)
{
    for (const auto& word : words_of(expand(arguments, stage.variables))) {
        const auto slash = word.find('/');
        if (slash != std::string::npos && to_lower(word.substr(slash + 1)) != "tcp") {
            continue;
        }
        const auto range = std::string_view(word).substr(0, slash);
        const auto dash = range.find('-');
        const auto first = to_port(range.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : to_port(range.substr(dash + 1));
        for (int port = first; port > 0 && port <= last; ++port) {
            stage.ports.insert(port);
        }
    }
}

/// A new stage, with what it inherits when its base is an earlier one.
Stage begin_stage(std::string_view arguments, const std::vector<Stage>& stages, const Variables& globals)
{
    auto words = words_of(expand(arguments, globals));
    std::erase_if(words, [](const auto& word) { return word.starts_with("--"); });
    Stage stage;
    if (!words.empty()) {
        const auto base = std::ranges::find(stages, to_lower(words.front()), &Stage::name);
        if (base != stages.end()) {
            stage = *base;
        }
    }
    stage.name = words.size() == 3 && to_lower(words[1]) == "as" ? to_lower(words[2]) : std::string();
    return stage;
}

}  // namespace

std::vector<int> exposed_ports(std::string_view dockerfile)
{
    std::vector<Stage> stages;
    Variables globals;
    for (const auto& instruction : instructions_of(dockerfile)) {
        const auto blank = std::min(instruction.find_first_of(" \t"), instruction.size());
        const auto name = to_upper(std::string_view(instruction).substr(0, blank));
        const auto arguments = std::string_view(instruction).substr(blank);
        if (name == "FROM") {
            stages.push_back(begin_stage(arguments, stages, globals));
        } else if (name == "ARG" && stages.empty()) {
            set_variables(arguments, globals);
        } else if ((name == "ARG" || name == "ENV") && !stages.empty()) {
            set_variables(arguments, stages.back().variables);
        } else if (name == "EXPOSE" && !stages.empty()) {
            expose(arguments, stages.back());
        }
    }
    return stages.empty() ? std::vector<int>()
                          : std::vector<int>(stages.back().ports.begin(), stages.back().ports.end());
}

Detected detect(const std::filesystem::path& directory, const std::filesystem::path& dockerfile)
{
    const auto inside = dockerfile.lexically_normal();
    if (inside.is_absolute() || inside.begin() == inside.end() || *inside.begin() == "..") {
        throw Error(ErrorKind::invalid_input, "the Dockerfile '{}' lies outside '{}'", dockerfile.string(),
                    directory.string());
    }
    const auto text = find_file(directory / inside, largest_dockerfile);
    if (!text) {
        throw Error(ErrorKind::not_found, "there is no '{}' in '{}': what the application needs cannot be told",
                    inside.string(), directory.string())
            .with_hint("write a Dockerfile, or name the one there is with --dockerfile PATH");
    }
    return {"docker", inside, exposed_ports(*text)};
}

}  // namespace tinystacks::framework
