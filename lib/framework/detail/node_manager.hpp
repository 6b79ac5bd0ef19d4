#pragma once

#include "framework/detail/node_manifest.hpp"

#include <string>
#include <vector>

/// npm, pnpm, yarn or bun: which, which version, and how it installs.
namespace tinystacks::framework::node {

struct Manager {
    std::string name = "none";
    std::string version;    ///< as written: "10.4.1", "^10.33.0"; empty when nothing says it
    std::string lock;       ///< the lock file, relative to the workspace; empty when there is none
    bool berry = false;     ///< yarn 2 and later
    bool vendored = false;  ///< yarn lies in the repository
    bool in_step = true;    ///< package-lock.json says what package.json says
    Evidence evidence;
};

/// Decides from `packageManager`, the lock files, `engines` and the like. What only a person can know becomes a
/// question of `application`.
[[nodiscard]] Manager choose_manager(const Workspace& workspace, const Manifest& manifest, const Overrides& overrides,
                                     Application& application);

/// What is installed before everything else, from the registry; empty when the image has it. `node_major` is of the
/// image.
[[nodiscard]] std::string install_manager(const Manager& manager, int node_major);
/// " --prefix server", for another directory than the one at hand.
[[nodiscard]] std::string directory_option(const Manager& manager, const std::string& directory);
/// "npm ci".
[[nodiscard]] std::string install_command(const Manager& manager);
/// Shell lines that leave the production dependencies only.
[[nodiscard]] std::vector<std::string> prune_commands(const Manager& manager, const Workspace& workspace);
/// "npm run build", in the member `package` of a workspace when that is not empty.
[[nodiscard]] std::string run_command(const Manager& manager, const std::string& script,
                                      const std::string& package = {});
/// "npx turbo".
[[nodiscard]] std::string exec_command(const Manager& manager, const std::string& program);
[[nodiscard]] std::string cache_directory(const Manager& manager);
/// Files of the workspace's root that an install reads, the manifest first.
[[nodiscard]] std::vector<std::string> install_files(const Manager& manager, const Workspace& workspace);

}  // namespace tinystacks::framework::node
