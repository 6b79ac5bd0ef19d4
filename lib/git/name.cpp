#include "git/repository.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace tinystacks::git {
namespace {

constexpr std::size_t longest_name = 200;

/// What of git-check-ref-format(1) `name` breaks; empty when nothing.
std::string_view find_broken_rule(std::string_view name)
{
    if (name.empty() || name == "@") {
        return "it is empty or '@'";
    }
    if (name.size() > longest_name) {
        return "it is longer than 200 bytes";
    }
    if (name.front() == '-' || name.front() == '+') {
        return "it starts with '-' or '+'";
    }
    if (std::ranges::any_of(name, [](unsigned char c) { return c <= ' ' || c == 0x7F; })) {
        return "it holds a blank or a control character";
    }
    if (name.find_first_of("~^:?*[\\") != std::string_view::npos || name.find("..") != std::string_view::npos ||
        name.find("@{") != std::string_view::npos) {
        return "it is an expression or pattern";
    }
    if (name.find_first_of("`;$|&<>'\"") != std::string_view::npos) {
        return "it holds a character that means something to a shell";
    }
    if (name.back() == '.') {
        return "it ends with '.'";
    }
    const auto parts = split(name, '/');
    if (std::ranges::any_of(parts,
                            [](auto part) { return part.empty() || part.front() == '.' || part.ends_with(".lock"); })) {
        return "a part between its slashes is empty, starts with '.' or ends with '.lock'";
    }
    return {};
}

}  // namespace

void check_revision(std::string_view name)
{
    const auto rule = find_broken_rule(name);
    if (rule.empty()) {
        return;
    }
    Error error(ErrorKind::invalid_input, "'{}' cannot be a branch, tag or commit id: {}",
                printable(name.substr(0, longest_name)), rule);
    const auto is_expression = rule.find("expression") != std::string_view::npos;
    if (is_expression) {
        throw error.with_hint(fmt::format("--commit \"$(git rev-parse {})\"", shell_quote(printable(name))));
    }
    throw error;
}

}  // namespace tinystacks::git
