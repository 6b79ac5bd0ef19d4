#include "deployment/detail/recognise.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cctype>

namespace tinystacks::deployment::detail {
namespace {

constexpr auto npos = std::string_view::npos;

char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// AWS writes ' and ’ (U+2019), " and “ ” in one and the same message from one month to the next.
std::string normal(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto mark = text.substr(i, 3);
        const bool single = mark == "\xe2\x80\x98" || mark == "\xe2\x80\x99";
        if (single || mark == "\xe2\x80\x9c" || mark == "\xe2\x80\x9d") {
            result += single ? '\'' : '"';
            i += 2;
        } else {
            result += lower(text[i]);
        }
    }
    return result;
}

std::size_t find_fragment(std::string_view line, std::size_t from, std::string_view fragment)
{
    const auto begin = line.begin() + static_cast<std::ptrdiff_t>(from);
    const auto found = std::search(begin, line.end(), fragment.begin(), fragment.end(),
                                   [](char here, char wanted) { return here == lower(wanted); });
    return found == line.end() ? npos : static_cast<std::size_t>(found - line.begin());
}

bool ends_well(std::string_view line, std::size_t end, char condition)
{
    if (condition == '>') {
        return end == line.size() || std::isalnum(static_cast<unsigned char>(line[end])) == 0;
    }
    return condition != '$' || line.find_first_not_of(". \t\r", end) == npos;
}

/// Where the earliest match of fragment after fragment ends, at or behind `from`.
std::size_t end_of_fragments(std::string_view line, std::size_t from, std::string_view alternative)
{
    char condition = 0;
    if (alternative.ends_with('$') || alternative.ends_with('>')) {
        condition = alternative.back();
        alternative.remove_suffix(1);
    }
    const auto fragments = split(alternative, '*');
    for (const auto& fragment : fragments) {
        const bool is_last = &fragment == &fragments.back();
        auto at = find_fragment(line, from, fragment);
        while (at != npos && is_last && !ends_well(line, at + fragment.size(), condition)) {
            at = find_fragment(line, at + 1, fragment);
        }
        if (at == npos) {
            return npos;
        }
        from = at + fragment.size();
    }
    return from;
}

std::size_t end_of_any(std::string_view line, std::size_t from, std::string_view alternatives)
{
    auto end = npos;
    for (const auto alternative : split(alternatives, '|')) {
        end = std::min(end, end_of_fragments(line, from, alternative));
    }
    return end;
}

bool match_line(std::string_view line, const Words& words)
{
    std::size_t end = 0;
    for (const auto alternatives : words) {
        if (!alternatives.empty()) {
            end = end_of_any(line, end, alternatives);
        }
        if (end == npos) {
            return false;
        }
    }
    return true;
}

}  // namespace

Lines::Lines(std::string_view text)
{
    const auto prepared = normal(text.substr(0, limit));
    for (const auto line : split(prepared, '\n')) {
        if (!trim(line).empty()) {
            lines_.emplace_back(line);
        }
    }
}

bool Lines::match(const Words& words) const
{
    return !words.front().empty() &&
           std::ranges::any_of(lines_, [&](const auto& line) { return match_line(line, words); });
}

bool Lines::match(const Rule& rule) const
{
    return match(rule.words) && (rule.beside.front().empty() || match(rule.beside)) && !match(rule.unless);
}

/// Source of 126, 127 and 128 + signal: POSIX, Shell Command Language, 2.8.2; docker run(1), "Exit Status".
bool is_of(Exit kind, const std::optional<int>& code)
{
    constexpr int illegal = 132;
    constexpr int aborted = 134;
    constexpr int killed = 137;
    constexpr int segmentation_fault = 139;
    switch (kind) {
    case Exit::any:
        return true;
    case Exit::zero:
        return code == 0;
    case Exit::killed:
        return code == killed;
    case Exit::signal:
        return code == illegal || code == aborted || code == segmentation_fault;
    case Exit::not_run:
        return code == 126 || code == 127;
    case Exit::nonzero:
        return code && *code != 0;
    }
    return false;
}

}  // namespace tinystacks::deployment::detail
