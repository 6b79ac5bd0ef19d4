#include "buildspec/detail/state.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tinystacks::buildspec {
namespace {

bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

/// Reads words as a shell would.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] std::size_t at() const { return at_; }

    /// What stands before the next blank, `=` or line end.
    std::string_view bare_word()
    {
        const auto begin = at_;
        at_ = std::min(text_.find_first_of(" =\n", at_), text_.size());
        return text_.substr(begin, at_ - begin);
    }

    bool take(char c)
    {
        const bool there = !at_end() && text_[at_] == c;
        at_ += there ? 1 : 0;
        return there;
    }

    /// A word made of quoted and bare parts; it ends at a blank or line end outside quotes.
    std::string word()
    {
        std::string value;
        while (!at_end() && text_[at_] != '\n' && text_[at_] != ' ') {
            if (take('\'')) {
                value += text_.substr(at_, std::min(text_.find('\'', at_), text_.size()) - at_);
                at_ = std::min(text_.find('\'', at_), text_.size() - 1) + 1;
            } else if (take('"')) {
                in_double_quotes(value);
            } else if (text_.substr(at_).starts_with("$'")) {
                at_ += 2;
                in_dollar_quotes(value);
            } else {
                take('\\');
                next(value);
            }
        }
        return value;
    }

    void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size() - 1) + 1; }

private:
    void next(std::string& value)
    {
        if (!at_end()) {
            value += text_[at_++];
        }
    }

    void in_double_quotes(std::string& value)
    {
        while (!at_end() && !take('"')) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size() &&
                std::string_view("$`\"\\").find(text_[at_ + 1]) != std::string_view::npos) {
                ++at_;
            }
            next(value);
        }
    }

    /// Source: Bash Reference Manual, "ANSI-C Quoting"; of it, what `export -p` writes.
    void in_dollar_quotes(std::string& value)
    {
        static constexpr std::array<std::pair<char, char>, 9> escapes = {{{'a', '\a'},
                                                                          {'b', '\b'},
                                                                          {'E', '\033'},
                                                                          {'e', '\033'},
                                                                          {'f', '\f'},
                                                                          {'n', '\n'},
                                                                          {'r', '\r'},
                                                                          {'t', '\t'},
                                                                          {'v', '\v'}}};
        while (!at_end() && !take('\'')) {
            if (!take('\\') || at_end()) {
                next(value);
                continue;
            }
            const auto* escape = std::ranges::find(escapes, text_[at_], &std::pair<char, char>::first);
            if (escape != escapes.end()) {
                value += escape->second;
                ++at_;
            } else if (is_octal(text_[at_])) {
                int byte = 0;
                for (int digits = 0; digits < 3 && !at_end() && is_octal(text_[at_]); ++digits) {
                    byte = byte * 8 + (text_[at_++] - '0');
                }
                value += static_cast<char>(byte);
            } else {
                next(value);
            }
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

std::vector<Exported> parse_state(std::string_view text)
{
    std::vector<Exported> variables;
    Reader reader(text);
    while (!reader.at_end()) {
        const auto begin = reader.at();
        const auto word = reader.bare_word();
        Exported variable;
        if (word == "export" || word == "declare" || word == "typeset") {
            do {
                (void)reader.take(' ');
                variable.name = reader.bare_word();
            } while (variable.name.starts_with('-'));
            if (reader.take('=')) {
                variable.value = reader.word();
            }
        }
        reader.skip_line();
        if (is_variable_name(variable.name)) {
            variable.written = text.substr(begin, reader.at() - begin);
            variables.push_back(std::move(variable));
        }
    }
    return variables;
}

bool belongs_to_shell(std::string_view name)
{
    static constexpr std::array names = {"UID", "EUID", "PPID", "SHELLOPTS", "BASHOPTS", "BASH_VERSINFO"};
    return std::ranges::find(names, name) != names.end();
}

}  // namespace tinystacks::buildspec
