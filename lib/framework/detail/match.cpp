#include "framework/detail/match.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include <re2/re2.h>

namespace tinystacks::framework {
namespace {

constexpr std::size_t most_matches = 500;  ///< what each of them costs its reader is bounded so

const re2::RE2& compiled(const char* pattern)
{
    // Patterns are literals, so their addresses name them; one thread detects.
    static std::map<const char*, std::unique_ptr<re2::RE2>> known;
    auto& expression = known[pattern];
    if (!expression) {
        re2::RE2::Options options(re2::RE2::Quiet);
        options.set_posix_syntax(false);
        expression = std::make_unique<re2::RE2>("(?m)" + std::string(pattern), options);
    }
    return *expression;
}

}  // namespace

bool matches(std::string_view text, const char* pattern)
{
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled(pattern));
}

std::optional<std::string> find_match(std::string_view text, const char* pattern)
{
    std::string group;
    if (re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled(pattern), &group)) {
        return group;
    }
    return std::nullopt;
}

std::vector<std::string> find_matches(std::string_view text, const char* pattern)
{
    std::vector<std::string> found;
    re2::StringPiece rest(text.data(), text.size());
    std::string group;
    while (found.size() < most_matches && re2::RE2::FindAndConsume(&rest, compiled(pattern), &group)) {
        found.push_back(group);
    }
    return found;
}

std::size_t line_of(std::string_view text, std::string_view part)
{
    const auto at = text.find(part);
    return at == std::string_view::npos ? 0
                                        : static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n')) + 1;
}

}  // namespace tinystacks::framework
