#pragma once

#include "dockerfile/recipe.hpp"
#include "framework/tree.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::framework {

/// The part of an application in another language that Node builds: package.json beside a Gemfile or composer.json.
struct FrontEnd {
    std::string package_manager;         ///< "npm", "yarn", "pnpm", "bun"
    std::vector<std::string> manifests;  ///< what its install reads, relative to the folder
    std::vector<std::string> install;    ///< commands of one Run
    std::string build;                   ///< "npm run build"; empty when no script builds
    std::string dependencies;            ///< the text of package.json, to look names up in
    Position where;

    /// Whether package.json names the package.
    [[nodiscard]] bool has(std::string_view package) const;
};

/// Empty when the folder has no package.json. Several lock files, or none, are said in `warnings`; `preferred` is the
/// package manager somebody asked for, or empty.
[[nodiscard]] std::optional<FrontEnd> find_front_end(const Folder& folder, const std::string& preferred,
                                                     std::vector<std::string>& warnings);

/// The same command for a folder below: "npm ci --prefix ./assets".
[[nodiscard]] std::string in_directory(const std::string& command, std::string_view directory);

/// The image of a Node that builds assets, "node:22.14-bookworm-slim": by mise.toml, .tool-versions, .nvmrc and
/// .node-version, else a supported one.
[[nodiscard]] std::string node_image(const Folder& folder, std::string_view debian);

/// A stage that only holds Node, from which add_node() takes it.
[[nodiscard]] dockerfile::Stage node_stage(const Folder& folder, std::string_view debian);
/// Node, npm, npx and yarn for a stage of the same Debian.
void add_node(dockerfile::Stage& stage, std::string reason);

/// The names that match `pattern`'s first group in the files, sorted, each once.
[[nodiscard]] std::vector<std::string> variables_in(const Folder& folder, const std::vector<std::string>& files,
                                                    const char* pattern);

}  // namespace tinystacks::framework
