#include "stage/stage.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace tinystacks::stage {
namespace {

constexpr std::size_t shortest = 2;
constexpr std::size_t longest = 40;
constexpr std::string_view reserved = "latest";

bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// The rule `text` breaks; empty when none.
std::string_view find_broken_rule(std::string_view text)
{
    if (text.size() < shortest || text.size() > longest) {
        return "a name has 2 to 40 characters";
    }
    if (!std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; })) {
        return "the characters of a name are a-z, 0-9 and '-'";
    }
    if (!is_lower(text.front())) {
        return "a name starts with a letter";
    }
    if (text.back() == '-') {
        return "a name does not end with '-'";
    }
    return {};
}

/// A name near `text` that keeps to the rules; empty when there is none to be made.
std::string repaired(std::string_view text)
{
    std::string name;
    for (const auto c : to_lower(text)) {
        const auto fits = is_lower(c) || is_digit(c);
        if (name.empty() ? is_lower(c) : fits) {
            name += c;
        } else if (!name.empty() && name.back() != '-') {
            name += '-';
        }
    }
    name = name.substr(0, longest);
    while (name.ends_with('-')) {
        name.pop_back();
    }
    return name.size() < shortest || name == reserved ? std::string() : name;
}

}  // namespace

Name Name::parse(std::string_view text)
{
    if (text == reserved) {
        throw Error(ErrorKind::invalid_input, "'latest' cannot be a name: it is the tag of the build's image");
    }
    const auto rule = find_broken_rule(text);
    if (rule.empty()) {
        return Name(std::string(text));
    }
    const Error error(ErrorKind::invalid_input, "'{}' cannot be a name: {}",
                      printable_line(text.substr(0, 2 * longest)), rule);
    const auto suggestion = repaired(text);
    throw suggestion.empty() ? error : error.with_hint(fmt::format("such as '{}'", suggestion));
}

std::optional<Name> Name::find_near(std::string_view text)
{
    const auto name = repaired(text);
    return name.empty() ? std::nullopt : std::optional(Name(name));
}

std::string_view kind(const Target& target)
{
    struct Visitor {
        std::string_view operator()(const EcsTarget&) const { return "ecs"; }
        std::string_view operator()(const LambdaTarget&) const { return "lambda"; }
        std::string_view operator()(const DockerTarget&) const { return "docker"; }
    };
    return std::visit(Visitor{}, target);
}

}  // namespace tinystacks::stage
