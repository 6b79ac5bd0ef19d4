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
