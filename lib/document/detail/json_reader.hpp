#pragma once

#include "document/json.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::document {

/// Reads JSON values one after another from a text that check_bytes() has passed. What is wrong but lets reading go on
/// is collected; what does not is thrown as Error{invalid_input} with all that was found.
class JsonReader {
public:
    JsonReader(std::string_view text, const std::string& file, const Limits& limits, Origin origin);

    /// The next value, with blanks around it skipped.
    [[nodiscard]] Node read_value();
    /// Gives the items of an array one by one.
    void read_items(const std::function<void(Node)>& use);
    /// Throws when the text goes on, or when anything was found.
    void finish();

private:
    [[nodiscard]] Node read_bare_value();
    void read_object(Node& node);
    void read_array(Node& node);
    void read_entry(Node& node);
    [[nodiscard]] Node read_scalar();
    [[nodiscard]] std::string read_string();
    void read_escape(std::string& text, const Position& where);
    void read_unicode_escape(std::string& text, const Position& where);
    [[nodiscard]] unsigned read_code_unit();
    void check_string(const std::string& text, const Position& where);
    void check_keys(const Node& node);
    void check_integer(const std::string& text, const Position& where);

    /// Takes an opening bracket; false when it is closed at once.
    [[nodiscard]] bool open(char close);
    /// Whether another member follows; the closing bracket is taken.
    [[nodiscard]] bool go_on(char close);
    void skip_blanks();
    [[nodiscard]] char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    [[nodiscard]] Position here() const { return {file_, line_, at_ - line_start_ + 1}; }
    /// What stands here, for a message.
    [[nodiscard]] std::string found() const;

    void report(const Position& where, std::string_view rule, std::string message, std::string hint = {});
    [[noreturn]] void give_up(const Position& where, std::string_view rule, std::string message, std::string hint = {});
    /// Everything that was found, in the order of the text.
    [[nodiscard]] Error failure();
    void throw_problems();

    std::string_view text_;
    const std::string& file_;
    const Limits& limits_;
    Origin origin_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::size_t line_start_ = 0;
    std::size_t depth_ = 0;
    std::size_t nodes_ = 0;
    std::vector<Problem> problems_;
};

}  // namespace tinystacks::document
