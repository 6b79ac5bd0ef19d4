#pragma once

#include "contract/contract.hpp"
#include "contract/detail/reader.hpp"
#include "document/json.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// What drives reading and writing: for each type one table of its members, `Table<T>::members`.
namespace tinystacks::contract::detail {

template <typename T>
struct Table;

/// One member of a published object. `write` gives nothing when the value is as if it had not been given.
template <typename T>
struct Member {
    std::string_view name;
    void (*read)(const document::Node&, T&, Reader&, const Path&);
    std::optional<document::Node> (*write)(const T&);
};

// How a value is taken from a node.

void take(const document::Node& node, std::string& value, Reader& reader, const Path& path);
void take(const document::Node& node, std::optional<bool>& value, Reader& reader, const Path& path);
void take(const document::Node& node, std::vector<document::Node>& value, Reader& reader, const Path& path);
void take(const document::Node& node, std::vector<parameter::Definition>& value, Reader& reader, const Path& path);
void take(const document::Node& node, std::vector<parameter::Category>& value, Reader& reader, const Path& path);

template <typename T>
void take(const document::Node& node, T& value, Reader& reader, const Path& path)
{
    if (!node.is_mapping()) {
        reader.refuse_type(node, path, "an object");
        return;
    }
    const auto& members = Table<T>::members;
    for (const auto& entry : node.entries) {
        const auto member = std::ranges::find(members, entry.key, &Member<T>::name);
        if (member != members.end() && !entry.value.is_null()) {
            member->read(entry.value, value, reader, Path{&path, entry.key});
            if (member->write(value)) {
                continue;
            }
        }
        value.extra.push_back(entry);
    }
}

template <typename T>
void take(const document::Node& node, std::optional<T>& value, Reader& reader, const Path& path)
{
    take(node, value.emplace(), reader, path);
}

template <typename T>
void take(const document::Node& node, std::vector<T>& value, Reader& reader, const Path& path)
{
    if (!node.is_sequence()) {
        reader.refuse_type(node, path, "an array");
        return;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const auto index = std::to_string(i);
        take(node.items[i], value.emplace_back(), reader, Path{&path, index});
    }
}

// How it is given back.

std::optional<document::Node> give(const std::string& value);
std::optional<document::Node> give(const std::optional<bool>& value);
std::optional<document::Node> give(const std::optional<document::Node>& value);
std::optional<document::Node> give(const std::vector<std::string>& value);
std::optional<document::Node> give(const std::vector<document::Node>& value);
std::optional<document::Node> give(const std::vector<parameter::Definition>& value);
std::optional<document::Node> give(const std::vector<parameter::Category>& value);

template <typename T>
document::Node give_object(const T& value)
{
    auto object = document::make_mapping();
    for (const auto& member : Table<T>::members) {
        if (auto node = member.write(value)) {
            object.entries.push_back(document::make_entry(std::string(member.name), std::move(*node)));
        }
    }
    for (const auto& entry : value.extra) {
        if (object.find(entry.key) == nullptr) {
            object.entries.push_back(entry);
        }
    }
    return object;
}

/// An object of one of several shapes.
template <typename... T>
document::Node give_object(const std::variant<T...>& value)
{
    return std::visit([](const auto& shape) { return give_object(shape); }, value);
}

template <typename T>
std::optional<document::Node> give(const std::optional<T>& value)
{
    return value ? std::optional(give_object(*value)) : std::nullopt;
}

template <typename T>
std::optional<document::Node> give(const std::vector<T>& value)
{
    if (value.empty()) {
        return std::nullopt;
    }
    auto list = document::make_sequence();
    for (const auto& item : value) {
        list.items.push_back(give_object(item));
    }
    return list;
}

// The rows of a table.

template <typename T, typename V>
T owner_of(V T::*);

template <auto Field>
using Owner = decltype(owner_of(Field));

/// A member whose type says what it takes.
template <auto Field>
constexpr Member<Owner<Field>> member(std::string_view name)
{
    using T = Owner<Field>;
    return {name,
            [](const document::Node& node, T& value, Reader& reader, const Path& path) {
                take(node, value.*Field, reader, path);
            },
            [](const T& value) { return give(value.*Field); }};
}

/// A member that is kept as it came, when `Fits` says that it is `Wanted`.
template <auto Field, bool (*Fits)(const document::Node&), const std::string_view& Wanted>
constexpr Member<Owner<Field>> kept(std::string_view name)
{
    using T = Owner<Field>;
    return {name,
            [](const document::Node& node, T& value, Reader& reader, const Path& path) {
                if (!Fits(node)) {
                    reader.refuse_type(node, path, Wanted);
                }
                value.*Field = node;
            },
            [](const T& value) { return give(value.*Field); }};
}

bool is_time(const document::Node& node);
bool is_value(const document::Node& node);
bool is_object(const document::Node& node);
inline constexpr std::string_view a_time = "a string or a number";
inline constexpr std::string_view a_number = "a number";
inline constexpr std::string_view a_value = "a string, a number, a boolean or an array";
inline constexpr std::string_view an_object = "an object";

template <auto Field>
constexpr auto time(std::string_view name)
{
    return kept<Field, is_time, a_time>(name);
}
template <auto Field>
constexpr auto number(std::string_view name)
{
    return kept<Field, document::is_number, a_number>(name);
}
template <auto Field>
constexpr auto parameter_value(std::string_view name)
{
    return kept<Field, is_value, a_value>(name);
}
template <auto Field>
constexpr auto object(std::string_view name)
{
    return kept<Field, is_object, an_object>(name);
}

/// Reads a T or a list of them; what is wrong is in `reader`.
template <typename T>
T read_with(Reader& reader, const document::Node& node, std::string_view pointer)
{
    T value;
    take(node, value, reader, Path{nullptr, pointer});
    return value;
}

}  // namespace tinystacks::contract::detail

namespace tinystacks::contract {

template <typename T>
T read(const document::Node& node, std::string_view pointer)
{
    detail::Reader reader;
    auto value = detail::read_with<T>(reader, node, pointer);
    reader.finish();
    return value;
}

template <typename T>
std::vector<T> read_list(const document::Node& node)
{
    detail::Reader reader;
    auto list = detail::read_with<std::vector<T>>(reader, node, {});
    reader.finish();
    return list;
}

template <typename T>
document::Node write(const T& value)
{
    return detail::give_object(value);
}

}  // namespace tinystacks::contract
