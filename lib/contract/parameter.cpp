#include "contract/detail/member.hpp"

namespace tinystacks::contract::detail {

template <>
struct Table<parameter::Validation> {
    using V = parameter::Validation;
    static constexpr std::array members = {
        member<&V::unit>("unit"),
        number<&V::min>("min"),
        number<&V::max>("max"),
        member<&V::allowed_nodes_types>("allowedNodesTypes"),
    };
};

template <>
struct Table<parameter::Definition> {
    using D = parameter::Definition;
    static constexpr std::array members = {
        member<&D::type>("propertyType"),
        parameter_value<&D::value>("value"),
        parameter_value<&D::default_value>("defaultValue"),
        member<&D::display_name>("displayName"),
        member<&D::description>("description"),
        member<&D::required>("required"),
        member<&D::categories>("categories"),
        member<&D::validation>("validation"),
    };
};

template <>
struct Table<parameter::Category> {
    using C = parameter::Category;
    static constexpr std::array members = {
        member<&C::display_name>("displayName"),
        member<&C::description>("description"),
    };
};

namespace {

/// An object whose keys are names.
template <auto Key, typename T>
void take_named(const document::Node& node, std::vector<T>& value, Reader& reader, const Path& path)
{
    if (!node.is_mapping()) {
        reader.refuse_type(node, path, "an object");
        return;
    }
    for (const auto& entry : node.entries) {
        auto& item = value.emplace_back();
        item.*Key = entry.key;
        take(entry.value, item, reader, Path{&path, entry.key});
    }
}

template <auto Key, typename T>
std::optional<document::Node> give_named(const std::vector<T>& value)
{
    if (value.empty()) {
        return std::nullopt;
    }
    auto object = document::make_mapping();
    for (const auto& item : value) {
        object.entries.push_back(document::make_entry(item.*Key, give_object(item)));
    }
    return object;
}

}  // namespace

void take(const document::Node& node, std::string& value, Reader& reader, const Path& path)
{
    if (!document::is_string(node)) {
        reader.refuse_type(node, path, "a string");
        return;
    }
    value = node.text;
}

void take(const document::Node& node, std::optional<bool>& value, Reader& reader, const Path& path)
{
    if (!document::is_boolean(node)) {
        reader.refuse_type(node, path, "true or false");
        return;
    }
    value = node.text == "true";
}

void take(const document::Node& node, std::vector<document::Node>& value, Reader& reader, const Path& path)
{
    if (!node.is_sequence()) {
        reader.refuse_type(node, path, "an array");
        return;
    }
    value = node.items;
}

void take(const document::Node& node, std::vector<parameter::Definition>& value, Reader& reader, const Path& path)
{
    take_named<&parameter::Definition::name>(node, value, reader, path);
    for (std::size_t i = 0; i < value.size(); ++i) {
        value[i].where = node.entries[i].key_where;
    }
}

void take(const document::Node& node, std::vector<parameter::Category>& value, Reader& reader, const Path& path)
{
    take_named<&parameter::Category::key>(node, value, reader, path);
}

std::optional<document::Node> give(const std::string& value)
{
    return value.empty() ? std::nullopt : std::optional(document::make_string(value));
}

std::optional<document::Node> give(const std::optional<bool>& value)
{
    return value ? std::optional(document::make_boolean(*value)) : std::nullopt;
}

std::optional<document::Node> give(const std::optional<document::Node>& value)
{
    return value;
}

std::optional<document::Node> give(const std::vector<std::string>& value)
{
    if (value.empty()) {
        return std::nullopt;
    }
    auto list = document::make_sequence();
    std::ranges::transform(value, std::back_inserter(list.items), document::make_string);
    return list;
}

std::optional<document::Node> give(const std::vector<document::Node>& value)
{
    return value.empty() ? std::nullopt : std::optional(document::make_sequence(value));
}

std::optional<document::Node> give(const std::vector<parameter::Definition>& value)
{
    return give_named<&parameter::Definition::name>(value);
}

std::optional<document::Node> give(const std::vector<parameter::Category>& value)
{
    return give_named<&parameter::Category::key>(value);
}

bool is_time(const document::Node& node)
{
    return document::is_string(node) || document::is_number(node);
}

bool is_value(const document::Node& node)
{
    return !node.is_mapping();
}

bool is_object(const document::Node& node)
{
    return node.is_mapping();
}

}  // namespace tinystacks::contract::detail
