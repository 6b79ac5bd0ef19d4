#include "templates/render.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace tinystacks::templates {
namespace {

bool is_control(unsigned char c)
{
    return c < 0x20 || c == 0x7F;
}

bool is_word(std::string_view value, std::string_view punctuation)
{
    return !value.empty() && std::ranges::all_of(value, [&](unsigned char c) {
        return (c < 0x80 && std::isalnum(c) != 0) || punctuation.find(static_cast<char>(c)) != std::string_view::npos;
    });
}

/// Whether YAML reads the plain text as itself, not as a number, a boolean or null: a word that starts with a letter
/// or slash and is none of YAML 1.1's and 1.2's special ones, or a whole number.
bool is_plain_yaml(std::string_view value)
{
    static constexpr std::array special = {"y", "n", "yes", "no", "true", "false", "on", "off", "null"};
    if (std::ranges::all_of(value, [](unsigned char c) { return std::isdigit(c) != 0; })) {
        return !value.empty() && value.front() != '0';
    }
    return is_word(value, "_./-") &&
           (std::isalpha(static_cast<unsigned char>(value.front())) != 0 || value.front() == '/') &&
           std::ranges::find(special, to_lower(value)) == special.end();
}

/// The escape of the character `text` starts with when it is one that hides or reorders its neighbours, a C1 control
/// or a line separator; empty otherwise. All lie in U+0080 to U+009F, U+200B to U+206F, or are U+FEFF.
std::string find_yaml_escape(std::string_view text)
{
    if (text.size() >= 2 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0) {
        return fmt::format("\\x{:02x}", static_cast<unsigned char>(text[1]));
    }
    if (text.starts_with("\xEF\xBB\xBF")) {
        return "\\ufeff";
    }
    if (text.size() >= 3 && text[0] == '\xE2' && (text[1] == '\x80' || text[1] == '\x81')) {
        const auto point = 0x2000U + ((static_cast<unsigned char>(text[1]) & 1U) << 6U) +
                           (static_cast<unsigned char>(text[2]) & 0x3FU);
        const auto is_hidden =
            (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) || point >= 0x2060;
        return is_hidden ? fmt::format("\\u{:04x}", point) : std::string();
    }
    return {};
}

/// In double quotes; what cannot be seen, or turns its neighbours around, as an escape. Source: YAML 1.2.2, 5.7.
std::string yaml_scalar(std::string_view value)
{
    if (is_plain_yaml(value)) {
        return std::string(value);
    }
    std::string quoted = "\"";
    while (!value.empty()) {
        const char c = value.front();
        const auto hidden = find_yaml_escape(value);
        if (!hidden.empty()) {
            quoted += hidden;
            value.remove_prefix(hidden.starts_with("\\x") ? 2 : 3);  // bytes of UTF-8
            continue;
        }
        if (c == '"' || c == '\\') {
            quoted += '\\';
        }
        quoted += is_control(static_cast<unsigned char>(c)) ? fmt::format("\\x{:02x}", c) : std::string(1, c);
        value.remove_prefix(1);
    }
    return quoted + "\"";
}

/// Source: Dockerfile reference, "Environment replacement" and "Parser directives" (no instruction ends inside quotes,
/// but a newline ends every instruction).
std::string dockerfile_word(std::string_view value)
{
    if (is_word(value, "_./-:@=+,")) {
        return std::string(value);
    }
    std::string quoted = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\' || c == '$') {
            quoted += '\\';
        }
        quoted += c;
    }
    return quoted + "\"";
}

}  // namespace

std::string escape(std::string_view value, Language language)
{
    const auto is_line = language == Language::dockerfile || language == Language::plain;
    if (!is_utf8(value) || value.find('\0') != std::string_view::npos ||
        (is_line && std::ranges::any_of(value, [](unsigned char c) { return is_control(c); }))) {
        throw Error(ErrorKind::invalid_input, "'{}' holds characters that cannot be written into a generated file",
                    printable(value));
    }
    switch (language) {
    case Language::yaml:
        return yaml_scalar(value);
    case Language::shell:
        return shell_quote(value);
    case Language::dockerfile:
        return dockerfile_word(value);
    case Language::plain:
        break;
    }
    return std::string(value);
}

}  // namespace tinystacks::templates
