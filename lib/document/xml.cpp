#include "document/xml.hpp"

#include "base/text.hpp"
#include "document/detail/bytes.hpp"

#include <algorithm>

#include <pugixml.hpp>

namespace tinystacks::document {
namespace {

class Builder {
public:
    Builder(std::string_view text, const std::string& file, const Limits& limits)
        : text_(text), file_(file), limits_(limits)
    {}

    Element build(const pugi::xml_node& from, std::size_t depth)
    {
        if (++count_ > limits_.nodes) {
            refuse({file_}, "too_many_nodes", fmt::format("more than {} elements", limits_.nodes));
        }
        if (depth > limits_.depth) {
            refuse({file_}, "too_deep", fmt::format("nested more than {} deep", limits_.depth));
        }
        Element element;
        element.name = from.name();
        element.line = line_at(static_cast<std::size_t>(from.offset_debug()));
        for (const auto& attribute : from.attributes()) {
            element.attributes.emplace_back(attribute.name(), attribute.value());
        }
        for (const auto& child : from.children()) {
            if (child.type() == pugi::node_element) {
                element.children.push_back(build(child, depth + 1));
            } else {
                element.text += child.value();
            }
        }
        element.text = trim(element.text);
        return element;
    }

private:
    /// Elements come in the order of the text, so that it is counted through once.
    std::size_t line_at(std::size_t offset)
    {
        const auto end = std::min(offset, text_.size());
        if (end > counted_) {
            line_ += static_cast<std::size_t>(std::ranges::count(text_.substr(counted_, end - counted_), '\n'));
            counted_ = end;
        }
        return line_;
    }

    std::string_view text_;
    const std::string& file_;
    const Limits& limits_;
    std::size_t count_ = 0;
    std::size_t counted_ = 0;
    std::size_t line_ = 1;
};

}  // namespace

const Element* Element::find(std::string_view child) const
{
    const auto found = std::ranges::find(children, child, &Element::name);
    return found == children.end() ? nullptr : &*found;
}

const Element* Element::find_path(std::string_view path) const
{
    const auto* element = this;
    for (const auto part : split(path, '/')) {
        element = element == nullptr ? nullptr : element->find(part);
    }
    return element;
}

std::string Element::text_of(std::string_view path) const
{
    const auto* element = find_path(path);
    return element == nullptr ? std::string() : element->text;
}

std::string Element::attribute(std::string_view key) const
{
    const auto found = std::ranges::find(attributes, key, &std::pair<std::string, std::string>::first);
    return found == attributes.end() ? std::string() : found->second;
}

Element parse_xml(std::string_view text, const std::string& file, const Limits& limits)
{
    text = without_mark(text);
    check_bytes(text, file, limits);
    pugi::xml_document document;
    const auto result = document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!result) {
        refuse(position_of_byte(text, static_cast<std::size_t>(result.offset), file), "syntax", result.description());
    }
    return Builder(text, file, limits).build(document.document_element(), 0);
}

}  // namespace tinystacks::document
