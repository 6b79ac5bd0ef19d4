#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::document {

enum class Kind { null, scalar, sequence, mapping };

/// How a scalar was written. Only a plain one is subject to YAML's traps (colon, hash, indentation).
enum class Style { plain, quoted, block };

struct Entry;

/// One value of a YAML or JSON text, with the place it was read from. Scalars keep their source text: `3.10`, `NO`
/// and `0755` stay as written; only null is told apart (an empty value, `~`, `null`, JSON's null).
class Node {
public:
    Kind kind = Kind::null;
    Style style = Style::plain;
    std::string text;            ///< of a scalar
    std::vector<Node> items;     ///< of a sequence
    std::vector<Entry> entries;  ///< of a mapping, in the order written, no two keys equal
    Position where;              ///< the value's first character

    [[nodiscard]] bool is_null() const { return kind == Kind::null; }
    [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
    [[nodiscard]] bool is_sequence() const { return kind == Kind::sequence; }
    [[nodiscard]] bool is_mapping() const { return kind == Kind::mapping; }
    /// The value of `key` in a mapping; nullptr when this is none or has no such key.
    [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Entry {
    std::string key;
    Position key_where;
    Node value;
    bool merged = false;  ///< came in through a merge key `<<`, which AWS CodeBuild may not apply
};

/// A whole text: its tree and its lines, for messages that show what was written.
struct Document {
    Node root;
    std::vector<std::string> lines;
    std::vector<Position> merge_keys;  ///< where `<<` was used

    /// Line `number` (from 1), without its end; empty when there is none.
    [[nodiscard]] std::string_view line(std::size_t number) const;
};

struct Limits {
    std::size_t bytes = std::size_t{1} << 20;
    std::size_t depth = 64;
    std::size_t nodes = 10'000;  ///< with aliases expanded, counted before expanding
};

/// Reads a file that may be either: JSON when its first character but blanks is `{` or `[`, else YAML (a YAML text
/// whose root is in flow style must therefore be JSON). Throws as parse_json() with Origin::file, or parse_yaml().
[[nodiscard]] Document parse(std::string_view text, const std::string& file, const Limits& limits = {});

/// Reads one YAML document. Throws Error{invalid_input} with every problem it can name:
/// larger than the limit, not UTF-8 (UTF-16 included), a NUL (raw or as an escape), bidi controls, a second document,
/// a tag other than YAML's core ones, an alias inside itself, too many nodes, nesting too deep, equal keys, an empty
/// text, syntax errors. Rules: `document.too_large`, `.not_utf8`, `.nul`, `.control`, `.bidi`, `.second_document`,
/// `.tag`,
/// `.alias_cycle`, `.too_many_nodes`, `.too_deep`, `.duplicate_key`, `.key`, `.empty`, `.syntax`.
[[nodiscard]] Document parse_yaml(std::string_view text, const std::string& file, const Limits& limits = {});

/// `text` as a YAML scalar in single quotes: the form to write for what a plain scalar would be misread as.
[[nodiscard]] std::string quoted(std::string_view text);

/// yes, no, true, false, on, off in any case (the booleans AWS's examples use). Empty for anything else.
[[nodiscard]] std::optional<bool> find_boolean(const Node& node);

}  // namespace tinystacks::document
