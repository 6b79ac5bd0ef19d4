#pragma once

#include "framework/detail/node_framework.hpp"
#include "framework/detail/node_version.hpp"

#include <string>
#include <vector>

/// The recipe of a Node application.
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

/// The shell lines of the build, in order.
[[nodiscard]] std::vector<std::string> build_lines(const Findings& found, const std::string& override);
/// Fills in install, build, the packages and the recipe; port and delivery are there already.
void write_recipe(const Findings& found, const Overrides& overrides, Application& application);

}  // namespace tinystacks::framework::node
