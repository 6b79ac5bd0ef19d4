#pragma once

#include "framework/detail/node_framework.hpp"

#include <string>
#include <vector>

/// Applications of an Nx workspace that have a project.json instead of a package of their own.
namespace tinystacks::framework::node {

struct Project {
    std::string name;
    std::string directory;  ///< relative to the workspace
    Position where;
    std::string executor;     ///< of its build: "@nx/webpack:webpack"
    std::string output;       ///< where the build puts it, relative to the workspace
    std::string source;       ///< its entry file, relative to `directory`; empty when nothing says
    bool production = false;  ///< the build has that configuration
};

/// Those that are no library and no test; empty without nx.json.
[[nodiscard]] std::vector<Project> find_projects(const Folder& root);
/// "nx run api:build:production".
[[nodiscard]] std::string build_of(const Project& project);
/// How what it builds is started or served.
[[nodiscard]] Plan plan_of(const Project& project);

}  // namespace tinystacks::framework::node
