#pragma once

#include "document/node.hpp"

#include <utility>

namespace tinystacks::document {

/// One element of an XML text. Names are as written, with their prefix.
struct Element {
    std::string name;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::vector<Element> children;
    std::string text;      ///< of the element itself, without blanks around it
    std::size_t line = 0;  ///< from 1

    /// The first child of that name; nullptr when there is none.
    [[nodiscard]] const Element* find(std::string_view child) const;
    /// The element at a path of names below this one, "build/finalName"; nullptr when there is none.
    [[nodiscard]] const Element* find_path(std::string_view path) const;
    /// Its text; empty when there is none.
    [[nodiscard]] std::string text_of(std::string_view path) const;
    /// The attribute's value; empty when there is none.
    [[nodiscard]] std::string attribute(std::string_view key) const;
};

/// Reads one XML text and gives its root. Entities of a DOCTYPE are never expanded, nothing else is loaded. Throws
/// Error{invalid_input}, the rules as parse_toml()'s.
[[nodiscard]] Element parse_xml(std::string_view text, const std::string& file, const Limits& limits = {});

}  // namespace tinystacks::document
