#include "source/name.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace tinystacks::source {
namespace {

constexpr std::size_t longest = 100;

bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name_character(char c)
{
    return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
}

/// The rule `text` breaks; empty when none.
std::string_view find_broken_rule(std::string_view text)
{
    if (text.empty() || text.size() > longest) {
        return "a name has 1 to 100 characters";
    }
    if (!std::ranges::all_of(text, is_name_character)) {
        return "the characters of a name are letters, digits, '-', '_' and '.'";
    }
    if (!is_alphanumeric(text.front())) {
        return "the first of a name's characters is a letter or a digit";
    }
    return {};
}

std::string repaired(std::string_view text)
{
    std::string name;
    for (const auto c : text.substr(0, longest)) {
        if (name.empty() ? is_alphanumeric(c) : is_name_character(c)) {
            name += c;
        } else if (!name.empty() && name.back() != '-') {
            name += '-';
        }
    }
    return name;
}

}  // namespace

Name Name::parse(std::string_view text)
{
    const auto rule = find_broken_rule(text);
    if (rule.empty()) {
        return Name(std::string(text));
    }
    const Error error(ErrorKind::invalid_input, "'{}' cannot be the name of a code source: {}",
                      printable_line(text.substr(0, 2 * longest)), rule);
    const auto suggestion = repaired(text);
    throw suggestion.empty() ? error : error.with_hint(fmt::format("such as '{}'", suggestion));
}

std::optional<Name> Name::find_near(std::string_view text)
{
    auto name = repaired(text);
    return name.empty() ? std::nullopt : std::optional(Name(std::move(name)));
}

void check_existing_name(std::string_view kind, std::string_view name)
{
    const auto has_control = std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    if (name.empty() || name == "." || name == ".." || has_control || !is_utf8(name)) {
        throw Error(ErrorKind::usage, "no {} is called '{}'", kind, printable_line(name.substr(0, 2 * longest)));
    }
}

}  // namespace tinystacks::source
