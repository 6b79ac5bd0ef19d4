#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace tinystacks::aws::detail {

/// An XML text as {"Root": …}. An element with elements in it is an object, any other its text ("" when empty; space
/// around it is kept); one whose elements are all called `member` is an array; elements of one name beside others are
/// an array under that name. Attributes, comments and namespaces (of names: the prefix) are dropped. Throws
/// Error{failed} for what is not well-formed, for a document type (entities) and beyond 64 levels.
[[nodiscard]] nlohmann::json parse_xml(std::string_view text);

/// `object[key]` as an array, whether it came once, often, or not at all.
[[nodiscard]] nlohmann::json list_of(const nlohmann::json& object, const std::string& key);

}  // namespace tinystacks::aws::detail
