#pragma once

#include "document/node.hpp"
#include "framework/tree.hpp"
#include "project/import/import.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Outside texts on their way into ours.
namespace tinystacks::project::detail {

/// The YAML file at `path`; nullptr when there is none. Throws Error{invalid_input} for one that cannot be read.
[[nodiscard]] const document::Node* find_yaml(const framework::Tree& tree, const std::string& path);

/// Whether a value must not be written into a file: its name or what it looks like says secret.
[[nodiscard]] bool looks_secret(std::string_view name, std::string_view value);

/// Whether `text` is one line without anything that cannot be seen.
[[nodiscard]] bool is_plain_line(std::string_view text);
/// `text` in quotes and cut, for a message.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// A value with its `${NAME}` filled in.
struct Filled {
    std::string text;
    std::vector<std::string> unknown;    ///< names that nothing gives a value
    std::vector<std::string> defaulted;  ///< names whose `:-default` was taken
};
enum class Dialect { compose, copilot };
/// Compose: $NAME, ${NAME}, ${NAME:-default}, $$; Copilot: ${NAME} alone. `find` gives what is known.
[[nodiscard]] Filled fill(std::string_view text, Dialect dialect,
                          const std::function<std::optional<std::string>(const std::string&)>& find);

/// A path of the repository, joined to `base` and normal: "a/b", "" for the root. Throws Error{invalid_input} at the
/// node for one that leads out of it.
[[nodiscard]] std::string inner_path(const document::Node& node, const std::string& text, const std::string& base = {});

/// `base` with `over` on top: mappings key by key, all else whole.
[[nodiscard]] document::Node merged(const document::Node& base, const document::Node& over);

/// The port `text` names; 0 when it is none.
[[nodiscard]] int port_of(std::string_view text);

/// "NAME=VALUE" or "NAME: VALUE" of a list or mapping; a name without a value has none.
struct Pair {
    std::string name;
    const document::Node* value = nullptr;  ///< of the mapping form, or null
    std::optional<std::string> text;
    Position where;
};
[[nodiscard]] std::vector<Pair> pairs_of(const document::Node* node);

/// The texts of a scalar or a list of scalars.
[[nodiscard]] std::vector<const document::Node*> scalars_of(const document::Node* node);

/// The command a node gives: itself, or the list as words of a shell. Empty when a part of it looks like a secret.
[[nodiscard]] std::string command_of(const document::Node* node);

/// Collects what could not be carried over.
class Remarks {
public:
    void add(Fate fate, const Position& where, std::string rule, std::string what, std::string instead);
    /// By fate, file and line, each once.
    [[nodiscard]] std::vector<Remark> sorted() const;

private:
    std::vector<Remark> remarks_;
    std::set<std::pair<std::string, std::string>> known_;  ///< rule and what
};

/// Throws the question which of several services is meant.
[[noreturn]] void ask_service(std::string_view from, std::string_view where, const std::vector<std::string>& described,
                              std::string_view first);

}  // namespace tinystacks::project::detail
