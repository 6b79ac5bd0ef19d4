#include "document/node.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace tinystacks::document {

const Node* Node::find(std::string_view key) const
{
    const auto entry = std::ranges::find(entries, key, &Entry::key);
    return entry == entries.end() ? nullptr : &entry->value;
}

std::string_view Document::line(std::size_t number) const
{
    return number == 0 || number > lines.size() ? std::string_view() : std::string_view(lines[number - 1]);
}

std::optional<bool> find_boolean(const Node& node)
{
    const auto text = to_lower(node.text);
    if (!node.is_scalar()) {
        return std::nullopt;
    }
    if (text == "yes" || text == "true" || text == "on") {
        return true;
    }
    if (text == "no" || text == "false" || text == "off") {
        return false;
    }
    return std::nullopt;
}

std::string quoted(std::string_view text)
{
    std::string whole = "'";
    for (const auto c : text) {
        whole += c == '\'' ? std::string("''") : std::string(1, c);
    }
    return whole + "'";
}

}  // namespace tinystacks::document
