#include "base/text.hpp"
#include "document/detail/bytes.hpp"
#include "document/detail/characters.hpp"
#include "document/detail/tree_builder.hpp"
#include "document/node.hpp"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace tinystacks::document {
namespace {

/// YAML 1.2, section 5.1: no C0 control but tab and line ends may stand in a stream.
void check_controls(std::string_view text, const std::string& file)
{
    const auto control = std::ranges::find_if(
        text, [](unsigned char c) { return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F; });
    if (control != text.end()) {
        refuse(position_of_byte(text, static_cast<std::size_t>(control - text.begin()), file), "control",
               fmt::format("the control character 0x{:02x} cannot stand in a YAML file",
                           static_cast<unsigned char>(*control)));
    }
}

void check_bidi(const Document& document, const std::string& file)
{
    for (std::size_t line = 1; line <= document.lines.size(); ++line) {
        if (has_bidi_control(document.line(line))) {
            refuse({file, line, 1}, "bidi",
                   "a control character that reverses the direction of text hides what is written");
        }
    }
}

/// What to write instead of the line that yaml-cpp stumbled over, where that can be told.
std::string find_syntax_hint(std::string_view line)
{
    const auto begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) {
        return {};
    }
    if (line[begin] == '\t') {
        return "indent with blanks: YAML takes no tab there";
    }
    const auto rest = line.substr(begin);
    if (rest.starts_with("- ")) {
        const auto item = trim(rest.substr(2));
        const bool reserved =
            !item.empty() && std::string_view("@`%&*!'\"").find(item.front()) != std::string_view::npos;
        return reserved || item.find(": ") != std::string_view::npos ? "- " + quoted(item) : std::string();
    }
    const auto colon = rest.find(": ");
    if (colon == std::string_view::npos || rest.starts_with('-')) {
        return {};
    }
    const auto value = trim(rest.substr(colon + 2));
    const bool is_text = !value.starts_with('{') && !value.starts_with('[');
    return is_text ? fmt::format("{}: {}", rest.substr(0, colon), quoted(value)) : std::string();
}

/// yaml-cpp 0.7 takes a quoted text that is never closed: it ends with the file then.
void check_last_quote(const Document& document)
{
    const Node* last = &document.root;
    while (true) {
        if (last->is_sequence() && !last->items.empty()) {
            last = &last->items.back();
        } else if (last->is_mapping() && !last->entries.empty()) {
            last = &last->entries.back().value;
        } else {
            break;
        }
    }
    if (!last->is_scalar() || last->style != Style::quoted || last->where.line == 0) {
        return;
    }
    const auto first_line = document.line(last->where.line);
    const char quote = first_line[last->where.column - 1];
    if (quote != '"' && quote != '\'') {
        return;  // a tag or an anchor stands there
    }
    auto at = last->where.column;
    for (auto line = last->where.line; line <= document.lines.size(); ++line, at = 0) {
        const auto text = document.line(line);
        for (; at < text.size(); ++at) {
            if (text[at] == '\\' && quote == '"') {
                ++at;
            } else if (text[at] == quote) {
                if (quote == '\'' && at + 1 < text.size() && text[at + 1] == quote) {
                    ++at;
                    continue;
                }
                return;
            }
        }
    }
    refuse(last->where, "syntax", fmt::format("the {} that opens here is never closed", quote));
}

}  // namespace

bool has_bidi_control(std::string_view text)
{
    static constexpr std::array<std::string_view, 12> controls = {
        "\xD8\x9C",     "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xAA", "\xE2\x80\xAB", "\xE2\x80\xAC",
        "\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA7", "\xE2\x81\xA8", "\xE2\x81\xA9"};
    return std::ranges::any_of(controls,
                               [&](std::string_view control) { return text.find(control) != std::string_view::npos; });
}

Document parse_yaml(std::string_view text, const std::string& file, const Limits& limits)
{
    text = without_mark(text);
    check_bytes(text, file, limits);
    check_controls(text, file);
    Document document;
    document.lines = lines_of(text);
    check_bidi(document, file);
    std::vector<Problem> problems;
    TreeBuilder builder(document, file, limits, problems);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& error) {
        const auto where = builder.position(error.mark);
        problems.push_back({Severity::error, where, "document.syntax",
                            fmt::format("this is not YAML: {}", printable(error.msg)),
                            find_syntax_hint(document.line(where.line))});
    }
    if (!problems.empty()) {
        throw Error::invalid(std::move(problems));
    }
    if (document.root.is_null()) {
        refuse({file}, "empty", "the file is empty");
    }
    check_last_quote(document);
    return document;
}

}  // namespace tinystacks::document
