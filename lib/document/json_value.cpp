#include "base/text.hpp"
#include "document/detail/number.hpp"
#include "document/json.hpp"

#include <charconv>
#include <utility>

namespace tinystacks::document {
namespace {

std::size_t digits_length(std::string_view text)
{
    const auto end = text.find_first_not_of("0123456789");
    return end == std::string_view::npos ? text.size() : end;
}

void write_string(std::string_view text, std::string& out)
{
    out += '"';
    for (const auto c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
            } else {
                out += c;
            }
        }
    }
    out += '"';
}

void write_value(const Node& node, std::string& out)
{
    switch (node.kind) {
    case Kind::null:
        out += "null";
        break;
    case Kind::scalar:
        if (is_string(node)) {
            write_string(node.text, out);
        } else {
            out += node.text;
        }
        break;
    case Kind::sequence:
        out += '[';
        for (const auto& item : node.items) {
            write_value(item, out);
            out += ',';
        }
        if (!node.items.empty()) {
            out.pop_back();
        }
        out += ']';
        break;
    case Kind::mapping:
        out += '{';
        for (const auto& entry : node.entries) {
            write_string(entry.key, out);
            out += ':';
            write_value(entry.value, out);
            out += ',';
        }
        if (!node.entries.empty()) {
            out.pop_back();
        }
        out += '}';
        break;
    }
}

Node make_scalar(Style style, std::string text)
{
    Node node;
    node.kind = Kind::scalar;
    node.style = style;
    node.text = std::move(text);
    return node;
}

}  // namespace

std::size_t number_length(std::string_view text)
{
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto whole = text.substr(at).starts_with('0') ? 1 : digits_length(text.substr(at));
    if (whole == 0) {
        return 0;
    }
    at += whole;
    if (text.substr(at).starts_with('.')) {
        const auto fraction = digits_length(text.substr(at + 1));
        if (fraction == 0) {
            return at;
        }
        at += 1 + fraction;
    }
    if (text.substr(at).starts_with('e') || text.substr(at).starts_with('E')) {
        const auto sign = text.substr(at + 1);
        const std::size_t before = sign.starts_with('+') || sign.starts_with('-') ? 2 : 1;
        const auto exponent = digits_length(text.substr(at + before));
        at += exponent == 0 ? 0 : before + exponent;
    }
    return at;
}

std::string to_json(const Node& node)
{
    std::string out;
    write_value(node, out);
    return out;
}

bool is_number(const Node& node)
{
    return node.is_scalar() && node.style == Style::plain && !node.text.empty() &&
           number_length(node.text) == node.text.size();
}

bool is_boolean(const Node& node)
{
    return node.is_scalar() && node.style == Style::plain && (node.text == "true" || node.text == "false");
}

bool is_string(const Node& node)
{
    return node.is_scalar() && !is_number(node) && !is_boolean(node);
}

std::string_view json_type(const Node& node)
{
    switch (node.kind) {
    case Kind::null:
        return "null";
    case Kind::sequence:
        return "an array";
    case Kind::mapping:
        return "an object";
    case Kind::scalar:
        break;
    }
    if (is_number(node)) {
        return "a number";
    }
    return is_boolean(node) ? "a boolean" : "a string";
}

std::optional<double> find_number(const Node& node)
{
    double value = 0;
    if (!is_number(node) ||
        std::from_chars(node.text.data(), node.text.data() + node.text.size(), value).ec != std::errc()) {
        return std::nullopt;
    }
    return value;
}

Node make_string(std::string text)
{
    return make_scalar(Style::quoted, std::move(text));
}

Node make_boolean(bool value)
{
    return make_scalar(Style::plain, value ? "true" : "false");
}

Node make_integer(long long value)
{
    return make_scalar(Style::plain, std::to_string(value));
}

Node make_number(std::string text)
{
    return make_scalar(Style::plain, std::move(text));
}

Node make_mapping(std::vector<Entry> entries)
{
    Node node;
    node.kind = Kind::mapping;
    node.entries = std::move(entries);
    return node;
}

Node make_sequence(std::vector<Node> items)
{
    Node node;
    node.kind = Kind::sequence;
    node.items = std::move(items);
    return node;
}

Entry make_entry(std::string key, Node value)
{
    Entry entry;
    entry.key = std::move(key);
    entry.value = std::move(value);
    return entry;
}

std::string pointer_to(std::string_view pointer, std::string_view token)
{
    std::string whole(pointer);
    whole += '/';
    for (const auto c : token) {
        if (c == '~') {
            whole += "~0";
        } else if (c == '/') {
            whole += "~1";
        } else {
            whole += c;
        }
    }
    return whole;
}

}  // namespace tinystacks::document
