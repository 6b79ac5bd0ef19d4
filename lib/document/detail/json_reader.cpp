#include "document/detail/json_reader.hpp"

#include "base/text.hpp"
#include "document/detail/characters.hpp"
#include "document/detail/number.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

namespace tinystacks::document {
namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.$";
constexpr std::size_t shown_at_most = 20;

/// Source: RFC 3629, section 3.
void append_utf8(std::string& text, unsigned code)
{
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0 | (code >> 6));
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        text += static_cast<char>(0xE0 | (code >> 12));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        text += static_cast<char>(0xF0 | (code >> 18));
        text += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    }
}

bool is_high_surrogate(unsigned unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

bool is_low_surrogate(unsigned unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

}  // namespace

JsonReader::JsonReader(std::string_view text, const std::string& file, const Limits& limits, Origin origin)
    : text_(text), file_(file), limits_(limits), origin_(origin)
{
    skip_blanks();
    if (at_ == text_.size()) {
        give_up({file}, "empty", "the text is empty");
    }
}

void JsonReader::skip_blanks()
{
    for (; at_ < text_.size(); ++at_) {
        const auto c = text_[at_];
        if (c == '\n') {
            ++line_;
            line_start_ = at_ + 1;
        } else if (c != ' ' && c != '\t' && c != '\r') {
            return;
        }
    }
}

std::string JsonReader::found() const
{
    if (at_ >= text_.size()) {
        return "the end of the text";
    }
    const auto rest = text_.substr(at_);
    const auto word = rest.substr(0, std::min(rest.find_first_not_of(letters), shown_at_most));
    if (!word.empty()) {
        return fmt::format("'{}'", word);
    }
    const auto c = static_cast<unsigned char>(rest.front());
    return c > 0x20 && c < 0x7F ? fmt::format("'{}'", rest.front()) : std::string("another character");
}

void JsonReader::report(const Position& where, std::string_view rule, std::string message, std::string hint)
{
    problems_.push_back(
        {Severity::error, where, fmt::format("document.{}", rule), std::move(message), std::move(hint)});
}

void JsonReader::give_up(const Position& where, std::string_view rule, std::string message, std::string hint)
{
    report(where, rule, std::move(message), std::move(hint));
    throw failure();
}

Error JsonReader::failure()
{
    // Equal keys are found when their object ends, after what is inside it.
    std::ranges::stable_sort(
        problems_, {}, [](const Problem& problem) { return std::tuple(problem.where.line, problem.where.column); });
    return Error::invalid(std::exchange(problems_, {}));
}

void JsonReader::throw_problems()
{
    if (!problems_.empty()) {
        throw failure();
    }
}

void JsonReader::finish()
{
    if (at_ < text_.size()) {
        report(here(), "trailing", "text stands after the end of the JSON value", "keep one value");
    }
    throw_problems();
}

Node JsonReader::read_value()
{
    auto node = read_bare_value();
    skip_blanks();
    return node;
}

Node JsonReader::read_bare_value()
{
    const auto where = here();
    if (++nodes_ > limits_.nodes) {
        give_up(where, "too_many_nodes", fmt::format("more than {} values", limits_.nodes));
    }
    Node node;
    if (next() == '{') {
        node.kind = Kind::mapping;
        read_object(node);
    } else if (next() == '[') {
        node.kind = Kind::sequence;
        read_array(node);
    } else {
        node = read_scalar();
    }
    node.where = where;
    return node;
}

bool JsonReader::open(char close)
{
    if (depth_ >= limits_.depth) {
        give_up(here(), "too_deep", fmt::format("nested deeper than {} levels", limits_.depth));
    }
    ++at_;
    skip_blanks();
    if (next() == close) {
        ++at_;
        return false;
    }
    ++depth_;
    return true;
}

bool JsonReader::go_on(char close)
{
    if (next() == ',') {
        const auto comma = here();
        ++at_;
        skip_blanks();
        if (next() == close) {
            give_up(comma, "syntax", fmt::format("this is not JSON: a comma stands before '{}'", close));
        }
        return true;
    }
    if (next() != close) {
        give_up(here(), "syntax", fmt::format("this is not JSON: {} stands where ',' or '{}' belongs", found(), close));
    }
    ++at_;
    --depth_;
    return false;
}

void JsonReader::read_object(Node& node)
{
    if (!open('}')) {
        return;
    }
    do {
        read_entry(node);
    } while (go_on('}'));
    check_keys(node);
}

void JsonReader::read_entry(Node& node)
{
    Entry entry;
    entry.key_where = here();
    if (next() != '"') {
        give_up(entry.key_where, "syntax",
                fmt::format("this is not JSON: {} stands where a key in double quotes belongs", found()));
    }
    entry.key = read_string();
    skip_blanks();
    if (next() != ':') {
        give_up(here(), "syntax", fmt::format("this is not JSON: {} stands where ':' belongs", found()));
    }
    ++at_;
    skip_blanks();
    entry.value = read_value();
    node.entries.push_back(std::move(entry));
}

void JsonReader::read_array(Node& node)
{
    if (!open(']')) {
        return;
    }
    do {
        node.items.push_back(read_value());
    } while (go_on(']'));
}

void JsonReader::read_items(const std::function<void(Node)>& use)
{
    if (next() != '[') {
        give_up(here(), "no_list", "this is no JSON array");
    }
    if (open(']')) {
        do {
            nodes_ = 0;
            auto item = read_value();
            throw_problems();
            use(std::move(item));
        } while (go_on(']'));
    }
    skip_blanks();
}

Node JsonReader::read_scalar()
{
    const auto where = here();
    if (next() == '"') {
        return make_string(read_string());
    }
    const auto rest = text_.substr(at_);
    if (const auto length = number_length(rest); length != 0) {
        auto number = make_number(std::string(rest.substr(0, length)));
        at_ += length;
        check_integer(number.text, where);
        return number;
    }
    const auto word = rest.substr(0, rest.find_first_not_of(letters));
    if (word != "true" && word != "false" && word != "null") {
        give_up(where, "syntax", fmt::format("this is not JSON: {} stands where a value belongs", found()));
    }
    at_ += word.size();
    return word == "null" ? Node() : make_boolean(word == "true");
}

std::string JsonReader::read_string()
{
    const auto where = here();
    ++at_;
    std::string text;
    while (next() != '"') {
        if (at_ >= text_.size()) {
            give_up(where, "syntax", "this is not JSON: the '\"' that opens here is never closed");
        }
        if (static_cast<unsigned char>(next()) < 0x20) {
            give_up(here(), "syntax",
                    fmt::format("this is not JSON: the control character 0x{:02x} stands in a string",
                                static_cast<unsigned char>(next())),
                    next() == '\n' ? "write \\n for a line's end" : "");
        }
        if (next() == '\\') {
            read_escape(text, here());
            continue;
        }
        const auto end = std::find_if(text_.begin() + static_cast<std::ptrdiff_t>(at_), text_.end(), [](char c) {
            return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
        });
        const auto length = static_cast<std::size_t>(end - text_.begin()) - at_;
        text += text_.substr(at_, length);
        at_ += length;
    }
    ++at_;
    check_string(text, where);
    return text;
}

void JsonReader::read_escape(std::string& text, const Position& where)
{
    constexpr std::string_view written = "\"\\/bfnrt";
    constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
    ++at_;
    if (next() == 'u') {
        ++at_;
        read_unicode_escape(text, where);
        return;
    }
    const auto which = written.find(next());
    if (at_ >= text_.size() || which == std::string_view::npos) {
        give_up(where, "syntax", "this is not JSON: '\\' stands before what it cannot stand before",
                "write \\\\ for a backslash");
    }
    text += meant[which];
    ++at_;
}

unsigned JsonReader::read_code_unit()
{
    unsigned unit = 0;
    const auto digits = text_.substr(at_, 4);
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16).ptr;
    if (digits.size() < 4 || end != digits.data() + 4) {
        give_up(here(), "syntax", "this is not JSON: four hexadecimal digits belong after '\\u'");
    }
    at_ += 4;
    return unit;
}

void JsonReader::read_unicode_escape(std::string& text, const Position& where)
{
    const auto unit = read_code_unit();
    if (is_high_surrogate(unit) && text_.substr(at_).starts_with("\\u")) {
        const auto before = at_;
        at_ += 2;
        const auto low = read_code_unit();
        if (is_low_surrogate(low)) {
            append_utf8(text, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
            return;
        }
        at_ = before;
    }
    if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
        report(where, "surrogate", fmt::format("\\u{:04x} is half of a surrogate pair, which is no character", unit));
        return;
    }
    append_utf8(text, unit);
}

void JsonReader::check_string(const std::string& text, const Position& where)
{
    if (origin_ == Origin::server) {
        return;
    }
    if (text.find('\0') != std::string::npos) {
        report(where, "nul", "a NUL character cannot stand in a value");
    } else if (const auto control = std::ranges::find_if(
                   text,
                   [](unsigned char c) { return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F; });
               control != text.end()) {
        report(where, "control",
               fmt::format("the control character 0x{:02x} cannot stand in a value",
                           static_cast<unsigned char>(*control)));
    }
    if (has_bidi_control(text)) {
        report(where, "bidi", "a control character that reverses the direction of text hides what is written");
    }
}

void JsonReader::check_keys(const Node& node)
{
    std::vector<const Entry*> sorted;
    sorted.reserve(node.entries.size());
    for (const auto& entry : node.entries) {
        sorted.push_back(&entry);
    }
    std::ranges::stable_sort(sorted, {}, &Entry::key);
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        if (sorted[i]->key == sorted[i - 1]->key) {
            report(sorted[i]->key_where, "duplicate_key",
                   fmt::format("the key '{}' stands here twice, first on line {}", printable(sorted[i]->key),
                               sorted[i - 1]->key_where.line));
        }
    }
}

void JsonReader::check_integer(const std::string& text, const Position& where)
{
    constexpr long long exact = 1LL << 53;
    long long value = 0;
    const auto* end = text.data() + text.size();
    if (origin_ == Origin::server || text.find_first_of(".eE") != std::string::npos) {
        return;
    }
    if (std::from_chars(text.data(), end, value).ec != std::errc() || value > exact || value < -exact) {
        report(where, "integer", "an integer beyond 2^53 is read differently by different programs",
               "write it in double quotes");
    }
}

}  // namespace tinystacks::document
