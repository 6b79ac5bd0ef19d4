#pragma once

#include "framework/detail/node_manifest.hpp"

#include <string>
#include <vector>

/// Which package of a workspace is the application.
namespace tinystacks::framework::node {

/// The members that start something or are built into pages, relative to the workspace.
[[nodiscard]] std::vector<std::string> deployable_members(const Workspace& workspace);
/// The member in which a file of the workspace lies, named from `directory`; `directory` when it is none.
[[nodiscard]] std::string member_of(const Workspace& workspace, const std::string& directory, const std::string& file);
void ask_which(const Workspace& workspace, const std::vector<std::string>& members, Application& application);

}  // namespace tinystacks::framework::node
