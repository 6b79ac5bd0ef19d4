#include "base/text.hpp"
#include "document/json.hpp"
#include "parameter/parameter.hpp"

#include <utility>

namespace tinystacks::parameter {
namespace {

/// A number where `text` is one, else the text.
document::Node make_scalar(std::string_view text)
{
    auto number = document::make_number(std::string(text));
    return document::is_number(number) ? number : document::make_string(std::string(text));
}

document::Node make_list(std::string_view text, Type type)
{
    const auto trimmed = trim(text);
    if (trimmed.starts_with('[')) {
        try {
            return document::parse_json(trimmed, {}).root;
        } catch (const Error&) {
            return document::make_string(std::string(text));
        }
    }
    auto list = document::make_sequence();
    if (trimmed.empty()) {
        return list;
    }
    for (const auto part : split(trimmed, ',')) {
        const auto item = trim(part);
        list.items.push_back(type == Type::number_list ? make_scalar(item) : document::make_string(std::string(item)));
    }
    return list;
}

}  // namespace

document::Node make_value(const Definition& definition, std::string_view text)
{
    const auto type = find_type(definition.type);
    if (type == Type::number || type == Type::integer) {
        return make_scalar(trim(text));
    }
    if (type == Type::boolean && (text == "true" || text == "false")) {
        return document::make_boolean(text == "true");
    }
    if (type == Type::list || type == Type::number_list) {
        return make_list(text, *type);
    }
    return document::make_string(std::string(text));
}

document::Node as_sent(const Definition& definition, document::Node value)
{
    if (find_type(definition.type) != Type::map || !value.is_mapping()) {
        return value;
    }
    auto text = document::make_string(document::to_json(value));
    text.where = std::move(value.where);
    return text;
}

Assignment parse_assignment(std::string_view argument)
{
    const auto equals = argument.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
        // What stands there may be a secret whose name was left out.
        throw Error(ErrorKind::usage, "a parameter is given as NAME=VALUE").with_hint("--parameter NAME=VALUE");
    }
    return {std::string(argument.substr(0, equals)), std::string(argument.substr(equals + 1))};
}

}  // namespace tinystacks::parameter
