#include "mask/detail/forms.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace tinystacks::mask {
namespace {

constexpr std::string_view standard_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The base64 digits of `value` that do not depend on what stands before or after it, when it begins `offset` bytes
/// into a group of three.
std::string base64_core(std::string_view value, std::size_t offset, std::string_view alphabet)
{
    const std::string padded = std::string(offset, '\0') + std::string(value);
    std::string digits;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const unsigned char byte : padded) {
        bits = (bits << 8U) | byte;
        count += 8;
        while (count >= 6) {
            count -= 6;
            digits += alphabet[(bits >> count) & 0x3FU];
        }
    }
    return digits.substr(offset == 0 ? 0 : offset + 1);
}

std::string uri_encoded(std::string_view value, std::string_view kept, bool lower = false)
{
    std::string text;
    for (const unsigned char c : value) {
        if (std::isalnum(c) != 0 || kept.find(static_cast<char>(c)) != std::string_view::npos) {
            text += static_cast<char>(c);
        } else {
            text += lower ? fmt::format("%{:02x}", c) : fmt::format("%{:02X}", c);
        }
    }
    return text;
}

std::string escaped(std::string_view value, bool xml)
{
    std::string text;
    for (const char c : value) {
        switch (c) {
        case '"':
            text += xml ? "&quot;" : "\\\"";
            break;
        case '\'':
            text += xml ? "&apos;" : "'";
            break;
        case '<':
            text += xml ? "&lt;" : "<";
            break;
        case '>':
            text += xml ? "&gt;" : ">";
            break;
        case '&':
            text += xml ? "&amp;" : "&";
            break;
        case '\\':
            text += xml ? "\\" : "\\\\";
            break;
        case '\n':
            text += xml ? "\n" : "\\n";
            break;
        case '\r':
            text += xml ? "\r" : "\\r";
            break;
        case '\t':
            text += xml ? "\t" : "\\t";
            break;
        default:
            text += c;
        }
    }
    return text;
}

std::string replaced(std::string_view value, std::string_view what, std::string_view with)
{
    std::string text;
    for (auto at = value.find(what); at != std::string_view::npos; at = value.find(what)) {
        text += value.substr(0, at);
        text += with;
        value.remove_prefix(at + what.size());
    }
    return text.append(value);
}

/// JSON as Go writes it, which docker and terraform do: safe inside HTML.
std::string go_json(std::string_view value)
{
    return replaced(replaced(replaced(escaped(value, false), "<", "\\u003c"), ">", "\\u003e"), "&", "\\u0026");
}

/// As `set -x` of a shell shows a word: in single quotes, and a single quote out of them.
std::string shell_quoted(std::string_view value)
{
    return replaced(value, "'", "'\\''");
}

/// XML's text between tags, where quotes may stand as they are.
std::string xml_text(std::string_view value)
{
    return replaced(replaced(replaced(value, "&", "&amp;"), "<", "&lt;"), ">", "&gt;");
}

}  // namespace

std::vector<std::string> forms_of(std::string_view value)
{
    while (value.ends_with('\n') || value.ends_with('\r')) {
        value.remove_suffix(1);
    }
    const auto json = escaped(value, false);
    const auto xml = escaped(value, true);
    std::vector<std::string> forms = {std::string(value),
                                      json,
                                      go_json(value),
                                      shell_quoted(value),
                                      xml,
                                      xml_text(value),
                                      replaced(xml, "&apos;", "&#39;"),
                                      replaced(replaced(xml, "&apos;", "&#39;"), "&quot;", "&#34;"),
                                      replaced(xml, "&apos;", "&#x27;"),
                                      replaced(value, "\"", "\\\""),
                                      replaced(json, "/", "\\/"),
                                      uri_encoded(value, "-._~"),
                                      uri_encoded(value, "-._~", true),
                                      uri_encoded(value, "-._~!*'()"),
                                      uri_encoded(value, "-._~/"),
                                      replaced(uri_encoded(value, "-._~ "), " ", "+")};
    for (std::size_t offset = 0; offset < 3; ++offset) {
        forms.push_back(base64_core(value, offset, standard_alphabet));
        forms.push_back(base64_core(value, offset, url_alphabet));
    }
    if (value.find('\n') != std::string_view::npos) {
        for (auto line : split(value, '\n')) {
            line = trim(line);
            if (line.size() >= shortest_secret) {
                auto of_line = forms_of(line);
                forms.insert(forms.end(), of_line.begin(), of_line.end());
            }
        }
    }
    std::erase_if(forms, [](const auto& form) { return form.size() < shortest_secret; });
    std::ranges::sort(forms);
    forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
    return forms;
}

}  // namespace tinystacks::mask
