#pragma once

#include "framework/detail/node_manager.hpp"

#include <string>
#include <utility>
#include <vector>

/// How a package's scripts start it: down to the program that a package manager would start in the end.
namespace tinystacks::framework::node {

struct Start {
    std::string command;  ///< as the repository says it: "npm run start"; empty when nothing says how
    Evidence evidence;
    std::vector<std::pair<std::string, std::string>> environment;  ///< NODE_ENV=… in front of the program
    std::vector<std::string> argv;
    std::string directory;           ///< where it runs, relative to the workspace
    std::vector<std::string> build;  ///< what a start script builds first, for the image's build instead
    std::string entry;               ///< the file that is started, relative to `directory`; empty when none was seen
    bool development = false;        ///< it was a development server, or its watcher was left away
    bool serves_files = false;       ///< it serves files by a program that is not even installed in production
    std::vector<std::string> warnings;

    [[nodiscard]] bool found() const { return !argv.empty(); }
    [[nodiscard]] const std::string& program() const;
};

/// `start`, else what else a production start is called; nothing found when there is no such script.
[[nodiscard]] Start find_start_script(const Workspace& workspace, const Manager& manager, const std::string& directory);
/// A file that is started by its name: main, server.js, src/index.ts. `on_bun` takes TypeScript as it is.
[[nodiscard]] Start find_entry(const Folder& folder, const Manifest& manifest, bool on_bun);
/// The only script of a folder, configurations left out; empty when there are none or several.
[[nodiscard]] std::string only_program(const Folder& folder);
/// The same command, resolved; `directory` is relative to the workspace.
[[nodiscard]] Start resolve(const Workspace& workspace, const std::string& command, const std::string& directory);

/// Whether a command serves for developing only, or serves files that a build made: `vite preview`, `ng serve`.
[[nodiscard]] bool is_development(const std::vector<std::string>& argv);

/// Where the compiler of TypeScript puts a source file: src/x.ts in dist/x.js. Empty when nothing tells.
[[nodiscard]] std::string compiled_twin(const Folder& folder, const std::string& source);
/// And back: a source that exists for dist/x.js; empty when there is none.
[[nodiscard]] std::string source_twin(const Folder& folder, const std::string& compiled);

/// A relative path without `.` and `..`; nothing when it leads out.
[[nodiscard]] std::optional<std::string> normal_path(const std::string& base, const std::string& path);

}  // namespace tinystacks::framework::node
