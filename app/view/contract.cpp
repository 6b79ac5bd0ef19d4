#include "view/contract.hpp"

#include "base/text.hpp"

namespace tinystacks::app::view {

void ObjectList::add(std::string_view object)
{
    if (text_.size() > 1) {
        text_ += ',';
    }
    text_ += object;
}

std::string ObjectList::take()
{
    text_ += ']';
    return std::move(text_);
}

std::string text_of(const document::Node& node)
{
    return node.is_null() ? std::string() : node.is_scalar() ? node.text : document::to_json(node);
}

std::string text_of(const std::optional<document::Node>& node)
{
    return node ? text_of(*node) : std::string();
}

std::string fact(std::string_view name, const std::string& value)
{
    return value.empty() ? std::string()
                         : fmt::format("{:<14} {}\n", fmt::format("{}:", name), printable_line(to_utf8(value)));
}

std::string shown_value(const parameter::Definition& definition, const std::optional<document::Node>& value)
{
    const bool secret = parameter::find_type(definition.type) == parameter::Type::secret;
    return value && secret && !value->is_null() ? "***" : text_of(value);
}

}  // namespace tinystacks::app::view
