#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tinystacks::app {

/// The words of a command line, the program's name first.
using CommandLine = std::vector<std::string>;

/// The command line with `right` in place of `wrong`, to copy. `otherwise` when `wrong` is no word of it, and when it
/// gives variables: those may be secrets, which hints must not repeat.
[[nodiscard]] std::string corrected(const CommandLine& line, std::string_view wrong, std::string_view right,
                                    const std::string& otherwise);

/// The command line with one flag more, to copy; `otherwise` as above.
[[nodiscard]] std::string extended(const CommandLine& line, std::string_view flag, const std::string& otherwise);

/// A hint as it is to be typed in the directory that the user is in, when -C named `directory` instead.
[[nodiscard]] std::string from_outside(std::string hint, std::string_view directory);

/// A value on the command line is none of the words that are possible there.
class WrongWord : public std::exception {
public:
    WrongWord(std::string word, std::vector<std::string> known) : word_(std::move(word)), known_(std::move(known)) {}
    [[nodiscard]] const std::string& word() const { return word_; }
    [[nodiscard]] const std::vector<std::string>& known() const { return known_; }
    [[nodiscard]] const char* what() const noexcept override { return "wrong word"; }

private:
    std::string word_;
    std::vector<std::string> known_;
};

/// "a, b and c".
[[nodiscard]] std::string enumerate(const std::vector<std::string>& words, std::string_view last = "and");

}  // namespace tinystacks::app
