#pragma once

#include "framework/detail/node_start.hpp"

#include <optional>
#include <string>
#include <vector>

/// The words of a script's command: what it starts behind package managers, task runners, watchers and wrappers.
namespace tinystacks::framework::node {

using Words = std::vector<std::string>;

/// What `npm --prefix api run start -- --x` asks for.
struct ScriptCall {
    std::string script;
    std::string directory;  ///< of --prefix, --cwd
    std::string member;     ///< of --workspace, --filter
    Words arguments;
};

/// The script that a package manager is told to run; nothing when it is told something else.
[[nodiscard]] std::optional<ScriptCall> script_call(const Words& argv);
/// turbo, nx and lerna, which start a script in members.
[[nodiscard]] std::optional<ScriptCall> task_call(const Words& argv);

/// Sets a variable, the last one counts.
void append(std::vector<std::pair<std::string, std::string>>& list, std::pair<std::string, std::string> variable);
/// VAR=value words in front, as cross-env and env take them.
void take_assignments(Words& argv, Start& start);
/// Programs that start another one are left away.
void unwrap(Words& argv, Start& start);
/// The file among node's, bun's or tsx' arguments; empty when there is none.
[[nodiscard]] std::string entry_of(const Words& argv);

}  // namespace tinystacks::framework::node
