#pragma once

#include "deployment/cause.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

/// How the words of AWS are recognised. Not with std::regex, which recurses over text from outside and is slow to set
/// up: a rule is a few fragments in a row.
namespace tinystacks::deployment::detail {

/// Fragments that stand on one line, one behind another.
///
/// Each text is alternatives separated by '|', and an alternative is fragments separated by '*', which stands for
/// anything within the line. A '$' at the end of an alternative: nothing but full stops and blanks follows on the line.
/// A '>' there: no letter or digit follows. Letters match in either case, straight quotes match typographic ones.
/// No text at all matches nothing.
using Words = std::array<std::string_view, 2>;

/// Exit codes that a rule is for.
enum class Exit { any, zero, killed, signal, not_run, nonzero };

/// When a text tells a cause.
struct Rule {
    Words words = {};
    std::optional<Place> also = std::nullopt;  ///< the same words are said there, too
    std::string_view stop_code = {};           ///< of a task: tells the cause whatever the words
    Exit exit = Exit::any;                     ///< of a task
    Words beside = {};                         ///< said on some line, too
    Words unless = {};                         ///< said on no line
};

/// A text made ready for matching: its beginning, in lower case, with straight quotes, cut into lines.
class Lines {
public:
    /// At most this much of a text is looked at.
    static constexpr std::size_t limit = 8192;

    explicit Lines(std::string_view text);
    /// Whether one line holds the words.
    [[nodiscard]] bool match(const Words& words) const;
    /// Whether the words of a rule are said as it asks.
    [[nodiscard]] bool match(const Rule& rule) const;

private:
    std::vector<std::string> lines_;
};

[[nodiscard]] bool is_of(Exit kind, const std::optional<int>& code);

}  // namespace tinystacks::deployment::detail
