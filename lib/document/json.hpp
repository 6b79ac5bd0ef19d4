#pragma once

#include "document/node.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::document {

/// Who wrote a JSON text. In a file, what cannot be meant is refused: control and bidi characters in strings, integers
/// beyond ±2^53, which other readers round (security requirement PA-07). A server's answer is kept as it came, without
/// its lines.
enum class Origin { file, server };

/// Reads one JSON text (RFC 8259). Numbers, true and false are plain scalars that keep their source text; strings are
/// decoded, with Style::quoted. Throws Error{invalid_input} with every problem it can name, the rules as
/// parse_yaml()'s: `document.too_large`, `.not_utf8`, `.nul`, `.control`, `.bidi`, `.too_many_nodes`, `.too_deep`,
/// `.duplicate_key`, `.surrogate`, `.integer`, `.trailing`, `.empty`, `.syntax`.
[[nodiscard]] Document parse_json(std::string_view text, const std::string& file, const Limits& limits = {},
                                  Origin origin = Origin::file);

/// `text` with comments and trailing commas blanked out, so that places stay: what the files of JavaScript tools
/// (tsconfig.json, deno.jsonc) have and JSON has not.
[[nodiscard]] std::string without_comments(std::string_view text);

/// Reads an array and gives each item as soon as it is read, so that a long list is never in memory as a tree. The
/// nodes of the limits hold for one item. Throws as parse_json(), `document.no_list` when the text is no array, and
/// what `use` throws; items before a problem have been given by then.
void for_each_item(std::string_view text, const std::string& file, const Limits& limits, Origin origin,
                   const std::function<void(Node item)>& use);

/// `node` as JSON without blanks. A plain scalar that is a JSON number, true or false is written as it stands; every
/// other scalar is a string.
[[nodiscard]] std::string to_json(const Node& node);

/// What JSON would call a value: "an object", "an array", "a string", "a number", "a boolean", "null".
[[nodiscard]] std::string_view json_type(const Node& node);
[[nodiscard]] bool is_string(const Node& node);
[[nodiscard]] bool is_number(const Node& node);
[[nodiscard]] bool is_boolean(const Node& node);
/// The value of a number as near as a double comes; empty for anything else.
[[nodiscard]] std::optional<double> find_number(const Node& node);

/// Values that come from no text.
[[nodiscard]] Node make_string(std::string text);
[[nodiscard]] Node make_boolean(bool value);
[[nodiscard]] Node make_integer(long long value);
/// `text` as it stands, which must be a JSON number.
[[nodiscard]] Node make_number(std::string text);
[[nodiscard]] Node make_mapping(std::vector<Entry> entries = {});
[[nodiscard]] Node make_sequence(std::vector<Node> items = {});
[[nodiscard]] Entry make_entry(std::string key, Node value);

/// `token` behind `pointer` (RFC 6901): `~` and `/` in it are escaped.
[[nodiscard]] std::string pointer_to(std::string_view pointer, std::string_view token);

}  // namespace tinystacks::document
