#pragma once

#include "framework/detail/node_framework.hpp"
#include "framework/detail/node_version.hpp"

#include <string>
#include <vector>

/// The stage that installs and builds.
namespace tinystacks::framework::node {

/// All that was found out.
struct Findings {
    Workspace workspace;
    Manifest manifest;  ///< of the package that is started
    Manager manager;
    Runtimes runtimes;
    Plan plan;
    Start start;                         ///< of the image: its argv, environment and directory
    std::string directory;               ///< of the package, relative to the workspace
    std::string nested;                  ///< a package of its own below the root that is no member; installed too
    std::string prefix;                  ///< of the workspace in the build context: "", or "frontend/"
    std::vector<std::string> arguments;  ///< build variables that end up in what browsers load
    std::string health;
    bool on_bun = false;
};

/// Whether anything is installed.
[[nodiscard]] bool installs(const Findings& found);
/// What COPY takes in the build context: the workspace.
[[nodiscard]] std::string sources_of(const Findings& found);
/// The Debian packages that dependencies need to be built, and to run.
void add_packages(const Findings& found, Application& application);
/// The shell lines of the build, in order.
[[nodiscard]] std::vector<std::string> build_lines(const Findings& found, const std::string& override);
/// Fills in install and build too.
[[nodiscard]] dockerfile::Stage build_stage(const Findings& found, const Overrides& overrides,
                                            Application& application);
/// Leaves production dependencies in it only.
void prune(const Findings& found, dockerfile::Stage& stage, Application& application);

}  // namespace tinystacks::framework::node
