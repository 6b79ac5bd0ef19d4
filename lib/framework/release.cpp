#include "framework/release.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <vector>

#include <fmt/core.h>

namespace tinystacks::framework {
namespace {

using Numbers = std::vector<int>;

constexpr int any_patch = 1 << 20;  ///< of a release whose patch is open: an image's tag names the newest
constexpr std::size_t most_parts = 4;

/// From `low` on, below `high`; an empty `high` has no end.
struct Interval {
    Numbers low;
    Numbers high;
    bool outside = false;  ///< what is not in it: !=
};

struct Range {
    std::vector<std::vector<Interval>> alternatives;
    std::string exact;  ///< the version when the range is one and nothing else
};

int compare(const Numbers& left, const Numbers& right)
{
    for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
        const auto l = i < left.size() ? left[i] : 0;
        const auto r = i < right.size() ? right[i] : 0;
        if (l != r) {
            return l < r ? -1 : 1;
        }
    }
    return 0;
}

/// "20.11.1", "3.12.x", "21.0.2-tem": the numbers in front. Empty when there is none.
Numbers numbers_of(std::string_view text)
{
    Numbers numbers;
    while (!text.empty() && numbers.size() < most_parts) {
        int number = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (failed != std::errc() || number >= any_patch) {
            break;
        }
        numbers.push_back(number);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (!text.starts_with('.')) {
            break;
        }
        text.remove_prefix(1);
    }
    return numbers;
}

Numbers after(Numbers numbers, std::size_t parts)
{
    numbers.resize(std::min(std::max<std::size_t>(parts, 1), numbers.size()));
    ++numbers.back();
    return numbers;
}

/// The end of ^: the first part that is not 0 may not change.
Numbers caret_end(const Numbers& numbers)
{
    const auto significant = std::ranges::find_if(numbers, [](int part) { return part != 0; });
    const auto parts = static_cast<std::size_t>(significant - numbers.begin()) + 1;
    return after(numbers, std::min(parts, numbers.size()));
}

std::string_view take_operator(std::string_view& text)
{
    constexpr std::array<std::string_view, 12> operators = {
        "===", "==", "~=", "~>", ">=", "<=", "!=", "=", ">", "<", "~", "^"};
    for (const auto op : operators) {
        if (text.starts_with(op)) {
            text.remove_prefix(op.size());
            text = trim(text);
            return op;
        }
    }
    return {};
}

/// `npm`: ~1.2 stays in 1.2. Elsewhere (Composer) and for ~> and ~= the last part given may grow.
std::optional<Interval> interval_of(std::string_view op, const Numbers& numbers, std::size_t wild_from, bool composer)
{
    const auto parts = numbers.size();
    if (op == "^") {
        return Interval{numbers, caret_end(numbers)};
    }
    if (op == "~>" || op == "~=" || (op == "~" && composer)) {
        return Interval{numbers, after(numbers, parts < 2 ? 1 : parts - 1)};
    }
    if (op == "~") {
        return Interval{numbers, after(numbers, parts < 2 ? 1 : 2)};
    }
    if (op == ">=") {
        return Interval{numbers, {}};
    }
    if (op == ">") {
        return Interval{after(numbers, parts), {}};
    }
    if (op == "<") {
        return Interval{{0}, numbers};
    }
    if (op == "<=") {
        return Interval{{0}, after(numbers, parts)};
    }
    return Interval{numbers, after(numbers, std::min(parts, wild_from)), op == "!="};
}

/// A vendor or the language itself in front of the number: temurin-21, ruby-3.2, go1.22, v20.
std::string_view without_vendor(std::string_view text)
{
    const auto digit = text.find_first_of("0123456789");
    if (digit == std::string_view::npos || digit == 0) {
        return text;
    }
    auto name = to_lower(text.substr(0, digit));
    while (!name.empty() && (name.back() == '-' || name.back() == '@' || name.back() == ' ' || name.back() == ':')) {
        name.pop_back();
    }
    constexpr std::array<std::string_view, 19> names = {
        "v",       "go",           "ruby", "node",     "nodejs", "python",   "cpython",   "java", "jdk",   "openjdk",
        "temurin", "adoptopenjdk", "zulu", "corretto", "oracle", "liberica", "microsoft", "php",  "dotnet"};
    return std::ranges::find(names, name) == names.end() ? text : text.substr(digit);
}

class RangeReader {
public:
    RangeReader(std::string_view text, const Releases& releases) : text_(text), composer_(releases.language == "php") {}

    std::optional<Range> read()
    {
        Range range;
        std::size_t comparators = 0;
        for (const auto& alternative : alternatives()) {
            auto& intervals = range.alternatives.emplace_back();
            auto rest = trim(alternative);
            while (!rest.empty()) {
                const auto interval = read_one(rest, range);
                if (!interval) {
                    return std::nullopt;
                }
                intervals.push_back(*interval);
                ++comparators;
            }
        }
        if (comparators != 1) {
            range.exact.clear();
        }
        return comparators == 0 ? std::nullopt : std::optional(std::move(range));
    }

private:
    [[nodiscard]] std::vector<std::string> alternatives() const
    {
        std::string text(text_);
        for (const std::string_view word : {"||", " or ", "|"}) {
            for (auto at = text.find(word); at != std::string::npos; at = text.find(word)) {
                text.replace(at, word.size(), "\n");
            }
        }
        std::vector<std::string> parts;
        for (const auto part : split(text, '\n')) {
            parts.emplace_back(part);
        }
        return parts;
    }

    [[nodiscard]] std::optional<Interval> read_one(std::string_view& rest, Range& range) const
    {
        const auto op = take_operator(rest);
        const auto end = std::min(rest.find_first_of(", \t<>=!~^"), rest.size());
        const auto word = without_vendor(rest.substr(0, end));
        rest = trim(rest.substr(end));
        rest = trim(rest.substr(rest.starts_with(',') ? 1 : 0));
        if (op.empty() && (word == "*" || word == "x" || word == "X")) {
            return Interval{{0}, {}};
        }
        const auto numbers = numbers_of(word);
        if (numbers.empty()) {
            return std::nullopt;
        }
        if (op.empty() && rest.starts_with("- ")) {  // npm's hyphen range
            rest = trim(rest.substr(1));
            const auto stop = std::min(rest.find_first_of(" \t"), rest.size());
            const auto last = numbers_of(without_vendor(rest.substr(0, stop)));
            rest = trim(rest.substr(stop));
            return last.empty() ? std::nullopt : std::optional(Interval{numbers, after(last, last.size())});
        }
        if (op.empty() || op == "=" || op == "==" || op == "===") {
            const auto wild = word.find_first_of("xX*") != std::string_view::npos;
            for (std::size_t i = 0; !wild && i < numbers.size(); ++i) {
                range.exact += (i == 0 ? "" : ".") + std::to_string(numbers[i]);
            }
        }
        return interval_of(op, numbers, most_parts, composer_);
    }

    std::string_view text_;
    bool composer_;
};

bool is_inside(const Numbers& version, const Range& range)
{
    return std::ranges::any_of(range.alternatives, [&](const auto& intervals) {
        return !intervals.empty() && std::ranges::all_of(intervals, [&](const Interval& interval) {
            const auto inside =
                compare(version, interval.low) >= 0 && (interval.high.empty() || compare(version, interval.high) < 0);
            return inside != interval.outside;
        });
    });
}

/// The numbers of a release as the table has it: what its tag leaves open is the newest.
Numbers newest_of(std::string_view release)
{
    auto numbers = numbers_of(release);
    numbers.resize(std::max<std::size_t>(numbers.size(), most_parts), any_patch);
    return numbers;
}

/// The number behind a distribution's name, "semeru-openj9-17.0.5", "openjdk64-11.0.2", "graalvm-ce-22.3.1+java17";
/// 1.8 is what Java 8 was called.
std::string java_number(std::string text)
{
    if (const auto at = text.find("java"); at != std::string::npos && at > 0) {
        const auto number = numbers_of(std::string_view(text).substr(at + std::string_view("java").size()));
        if (!number.empty()) {
            return std::to_string(number.front());
        }
    }
    const auto letters = text.empty() || std::isalpha(static_cast<unsigned char>(text.front())) != 0;
    for (auto at = text.find('-'); letters && at != std::string::npos; at = text.find('-', at + 1)) {
        if (at + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[at + 1])) != 0) {
            text.erase(0, at + 1);
            break;
        }
    }
    text.erase(0, text.starts_with("1.") ? 2 : 0);
    return text;
}

std::string cleaned(std::string_view pin, const Releases& releases)
{
    constexpr std::size_t longest_pin = 256;
    auto text = std::string(pin.size() > longest_pin ? std::string_view("?") : trim(pin));
    std::erase_if(text, [](char c) { return c == '"' || c == '\''; });
    for (auto at = text.find(" and "); at != std::string::npos; at = text.find(" and ")) {
        text.replace(at, 5, ", ");  // Hex's ">= 1.14.0 and < 2.0.0"
    }
    return releases.language == "java" ? java_number(std::move(text)) : text;
}

const Release* find_named(std::string_view pin, const Releases& releases)
{
    const auto word = to_lower(pin);
    const auto usual = find_line(releases.usual, releases);
    if (word == "latest" || word == "current" || word == "node" || word == "*" || word == "x" || word.empty()) {
        return releases.lines.empty() ? nullptr : word == "*" || word == "x" ? usual : &releases.lines.front();
    }
    if (word == "lts" || word == "lts/*" || word == "lts-latest" || word == "stable") {
        const auto found = std::ranges::find_if(releases.lines, &Release::long_term);
        return found == releases.lines.end() ? usual : &*found;
    }
    if (word.starts_with("lts/") || word.starts_with("lts-")) {
        const auto found = std::ranges::find(releases.lines, std::string_view(word).substr(4), &Release::codename);
        return found == releases.lines.end() || found->codename.empty() ? nullptr : &*found;
    }
    return nullptr;
}

}  // namespace

int compare_versions(std::string_view left, std::string_view right)
{
    return compare(numbers_of(left), numbers_of(right));
}

const Release* find_line(std::string_view release, const Releases& releases)
{
    const auto numbers = numbers_of(release);
    for (const auto& line : releases.lines) {
        const auto prefix = numbers_of(line.line);
        if (numbers.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), numbers.begin())) {
            return &line;
        }
    }
    return nullptr;
}

bool is_past_end(std::string_view release, const Releases& releases)
{
    const auto* line = find_line(release, releases);
    return line != nullptr && !line->ends.empty() && line->ends < releases.as_of;
}

bool allows(std::string_view pin, std::string_view release, const Releases& releases)
{
    const auto text = cleaned(pin, releases);
    if (const auto* named = find_named(text, releases)) {
        return find_line(release, releases) == named || text == "*" || text.empty();
    }
    const auto range = RangeReader(text, releases).read();
    return range && is_inside(newest_of(release), *range);
}

namespace {

/// ~20.9 and 20.9.x of a known line mean a minor that the table does not carry: itself, with its newest patch.
std::optional<std::string> older_minor(const Range& range, const Releases& releases)
{
    for (const auto& intervals : range.alternatives) {
        for (const auto& interval : intervals) {
            if (interval.outside || interval.low.size() < 2) {
                continue;
            }
            auto minor = fmt::format("{}.{}", interval.low[0], interval.low[1]);
            if (find_line(minor, releases) != nullptr && is_inside(newest_of(minor), range)) {
                return minor;
            }
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> find_release(std::string_view pin, const Releases& releases)
{
    const auto text = cleaned(pin, releases);
    if (const auto* named = find_named(text, releases)) {
        return std::string(named->newest);
    }
    const auto range = RangeReader(text, releases).read();
    if (!range) {
        return std::nullopt;
    }
    if (!range->exact.empty()) {
        const auto* line = find_line(range->exact, releases);
        const auto parts = numbers_of(range->exact).size();
        if (line == nullptr ? parts > 1 || std::ranges::none_of(releases.lines,
                                                                [&](const Release& each) {
                                                                    return numbers_of(each.line).front() ==
                                                                           numbers_of(range->exact).front();
                                                                })
                            : parts >= numbers_of(line->newest).size()) {
            return range->exact;
        }
    }
    const Release* best = nullptr;
    for (const auto& line : releases.lines) {
        if (!is_inside(newest_of(line.newest), *range)) {
            continue;
        }
        if (line.line == releases.usual) {
            return std::string(line.newest);
        }
        const auto supported = [&](const Release& each) { return each.ends.empty() || each.ends >= releases.as_of; };
        if (best == nullptr || (supported(line) && !supported(*best))) {
            best = &line;
        }
    }
    return best == nullptr ? older_minor(*range, releases) : std::optional(std::string(best->newest));
}

}  // namespace tinystacks::framework
