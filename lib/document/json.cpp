#include "document/json.hpp"

#include "document/detail/bytes.hpp"
#include "document/detail/json_reader.hpp"

namespace tinystacks::document {

Document parse_json(std::string_view text, const std::string& file, const Limits& limits, Origin origin)
{
    text = without_mark(text);
    check_bytes(text, file, limits);
    JsonReader reader(text, file, limits, origin);
    Document document;
    document.root = reader.read_value();
    reader.finish();
    if (origin == Origin::file) {
        document.lines = lines_of(text);
    }
    return document;
}

std::string without_comments(std::string_view text)
{
    std::string plain(text);
    std::size_t comma = std::string::npos;  // the last one, while only blanks have followed
    for (std::size_t at = 0; at < plain.size(); ++at) {
        const auto c = plain[at];
        if (c == '"') {
            for (++at; at < plain.size() && plain[at] != '"'; ++at) {
                at += plain[at] == '\\' ? 1 : 0;
            }
            comma = std::string::npos;
        } else if (plain.compare(at, 2, "//") == 0 || plain.compare(at, 2, "/*") == 0) {
            const auto line = plain[at + 1] == '/';
            auto end = plain.find(line ? "\n" : "*/", at + 2);
            end = end == std::string::npos ? plain.size() : line ? end : end + 2;
            for (; at < end; ++at) {
                plain[at] = plain[at] == '\n' ? '\n' : ' ';
            }
            --at;
        } else if (c == ',') {
            comma = at;
        } else if ((c == '}' || c == ']') && comma != std::string::npos) {
            plain[comma] = ' ';
            comma = std::string::npos;
        } else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            comma = std::string::npos;
        }
    }
    return plain;
}

void for_each_item(std::string_view text, const std::string& file, const Limits& limits, Origin origin,
                   const std::function<void(Node item)>& use)
{
    text = without_mark(text);
    check_bytes(text, file, limits);
    JsonReader reader(text, file, limits, origin);
    reader.read_items(use);
    reader.finish();
}

Document parse(std::string_view text, const std::string& file, const Limits& limits)
{
    const auto first = without_mark(text).find_first_not_of(" \t\r\n");
    const auto c = first == std::string_view::npos ? '\0' : without_mark(text)[first];
    return c == '{' || c == '[' ? parse_json(text, file, limits) : parse_yaml(text, file, limits);
}

}  // namespace tinystacks::document
