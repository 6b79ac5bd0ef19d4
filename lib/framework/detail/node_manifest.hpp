#pragma once

#include "framework/detail/languages.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// package.json, and the workspace it belongs to.
namespace tinystacks::framework::node {

/// A package's manifest. Without one every question is answered with "none".
class Manifest {
public:
    /// package.json or package.json5 of a folder. Throws Error{invalid_input} for what is not JSON.
    explicit Manifest(const Folder& folder);

    [[nodiscard]] const Folder& folder() const { return folder_; }
    [[nodiscard]] bool exists() const { return root() != nullptr; }
    [[nodiscard]] const std::string& file() const { return file_; }  ///< "package.json5", in the folder
    [[nodiscard]] const document::Node* at(const std::vector<std::string_view>& keys) const;
    [[nodiscard]] std::string text(const std::vector<std::string_view>& keys) const { return text_at(root(), keys); }
    [[nodiscard]] std::string name() const { return text({"name"}); }
    /// A script's command; empty when there is none.
    [[nodiscard]] std::string script(std::string_view name) const { return text({"scripts", name}); }
    [[nodiscard]] Position where(const std::vector<std::string_view>& keys) const;
    /// Among the dependencies of any kind but peer.
    [[nodiscard]] bool has(std::string_view dependency) const;
    [[nodiscard]] bool has_in_production(std::string_view dependency) const;
    [[nodiscard]] bool has_dependencies(std::string_view kind) const;
    [[nodiscard]] std::string version_of(std::string_view dependency) const;
    /// Whether any script holds the word.
    [[nodiscard]] bool script_mentions(std::string_view word) const;

private:
    [[nodiscard]] const document::Node* root() const;

    Folder folder_;
    std::string file_;
    std::optional<document::Document> json5_;
    const document::Node* json_ = nullptr;
};

/// The package whose lock file and members an application shares; itself when there is no workspace.
struct Workspace {
    Folder folder;
    std::vector<std::string> members;  ///< directories, relative to it, sorted
    std::string member;                ///< the one asked for, relative to it; empty for the root
};
[[nodiscard]] Workspace find_workspace(const Folder& folder);
/// The directory of the member with that package name (or directory); empty when there is none.
[[nodiscard]] std::string find_member(const Workspace& workspace, std::string_view name);

/// The folder with an index.html that a script serves: "dist" of `npx serve dist -l 3000`; empty when none does.
[[nodiscard]] std::string served_folder(const Manifest& manifest);

/// Whether a path matches npm's workspace patterns: `*` in one segment, `**` over several, `!` in front excludes.
[[nodiscard]] bool matches_pattern(std::string_view path, std::string_view pattern);

}  // namespace tinystacks::framework::node
