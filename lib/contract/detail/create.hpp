#pragma once

#include "contract/detail/reader.hpp"
#include "document/node.hpp"
#include "parameter/parameter.hpp"

#include <functional>
#include <string_view>
#include <vector>

/// What a payload must have before it is sent to create something.
namespace tinystacks::contract::detail {

/// The text at `path` ("repository/cloneUrl") in `payload`; nullptr when it is no text, which is reported when it is
/// missing, null or empty (a value of another type has been reported by then).
[[nodiscard]] const document::Node* require(Reader& reader, const document::Node& payload, std::string_view path,
                                            std::string_view hint);

/// Reports what `check` throws for `node`, which stands at `pointer`.
void check_name(Reader& reader, const document::Node& node, const std::string& pointer,
                const std::function<void(std::string_view)>& check);

/// Reports a text that is no name of an AWS region.
void check_region(Reader& reader, const document::Node* node, const std::string& pointer);

/// Each has a type, and its value and default are of it.
void check_parameters(Reader& reader, const document::Node& payload,
                      const std::vector<parameter::Definition>& definitions);

}  // namespace tinystacks::contract::detail
