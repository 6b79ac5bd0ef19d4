#pragma once

#include "document/node.hpp"
#include "document/xml.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::framework {

/// A repository as one pruned walk shows it, read only where somebody asks, each file at most once.
///
/// Paths are relative, with `/`, "" is the root. What package managers and builds fill (node_modules, .venv, .git and
/// the like) is not entered; of vendor, target, dist, build, out, bin and obj only the names are known. Symbolic links
/// to directories are not followed; a file's link is, while it stays inside.
class Tree {
public:
    /// Throws Error{not_found} or Error{not_allowed} for the root itself; what cannot be read below is noted.
    explicit Tree(const std::filesystem::path& root);
    ~Tree();
    Tree(Tree&&) noexcept;
    Tree& operator=(Tree&&) noexcept;

    [[nodiscard]] bool has_file(std::string_view path) const;
    [[nodiscard]] bool has_directory(std::string_view path) const;
    /// Names directly in a directory, sorted.
    [[nodiscard]] std::vector<std::string_view> files_in(std::string_view directory) const;
    [[nodiscard]] std::vector<std::string_view> directories_in(std::string_view directory) const;
    /// Every file's path below `directory` whose name ends so, nearest to the root first, at most `most`.
    [[nodiscard]] std::vector<std::string> find_files(std::string_view directory, std::string_view ending,
                                                      std::size_t most = 200) const;

    /// A file's text; nullptr when there is none, or when it is no file, too large, not UTF-8 or leads outside, which
    /// is noted.
    [[nodiscard]] const std::string* text(std::string_view path) const;
    /// Read as what they are; nullptr as text(). Throws Error{invalid_input} with the place for what is not JSON, TOML,
    /// YAML or XML. Comments and trailing commas are taken in JSON.
    [[nodiscard]] const document::Node* json(std::string_view path) const;
    [[nodiscard]] const document::Node* toml(std::string_view path) const;
    [[nodiscard]] const document::Node* yaml(std::string_view path) const;
    [[nodiscard]] const document::Element* xml(std::string_view path) const;

    /// What could not be read and why, one sentence each.
    [[nodiscard]] const std::vector<std::string>& notes() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// One directory of a tree, as the application in it sees it.
class Folder {
public:
    explicit Folder(const Tree& tree, std::string path = {}) : tree_(&tree), path_(std::move(path)) {}

    [[nodiscard]] const Tree& tree() const { return *tree_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    /// `name` as a path of the tree.
    [[nodiscard]] std::string in_tree(std::string_view name) const;
    [[nodiscard]] bool is_root() const { return path_.empty(); }
    [[nodiscard]] Folder parent() const;
    [[nodiscard]] Folder child(std::string_view name) const { return Folder(*tree_, in_tree(name)); }

    [[nodiscard]] bool has_file(std::string_view name) const { return tree_->has_file(in_tree(name)); }
    [[nodiscard]] bool has_directory(std::string_view name) const { return tree_->has_directory(in_tree(name)); }
    [[nodiscard]] std::vector<std::string_view> files() const { return tree_->files_in(path_); }
    [[nodiscard]] std::vector<std::string_view> directories() const { return tree_->directories_in(path_); }
    /// Relative to this folder.
    [[nodiscard]] std::vector<std::string> find_files(std::string_view ending, std::size_t most = 200) const;
    [[nodiscard]] const std::string* text(std::string_view name) const { return tree_->text(in_tree(name)); }
    [[nodiscard]] const document::Node* json(std::string_view name) const { return tree_->json(in_tree(name)); }
    [[nodiscard]] const document::Node* toml(std::string_view name) const { return tree_->toml(in_tree(name)); }
    [[nodiscard]] const document::Node* yaml(std::string_view name) const { return tree_->yaml(in_tree(name)); }
    [[nodiscard]] const document::Element* xml(std::string_view name) const { return tree_->xml(in_tree(name)); }
    /// The first of `names` that is a file; empty when none is.
    [[nodiscard]] std::string first_file(const std::vector<std::string>& names) const;

private:
    const Tree* tree_;
    std::string path_;
};

/// The scalar at a path of keys, "tool.poetry.dependencies.python" as {"tool", "poetry", …}; nullptr when there is
/// none.
[[nodiscard]] const document::Node* find_path(const document::Node* node, const std::vector<std::string_view>& keys);
/// Its text; empty when it is none.
[[nodiscard]] std::string text_at(const document::Node* node, const std::vector<std::string_view>& keys);

}  // namespace tinystacks::framework
