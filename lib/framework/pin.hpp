#pragma once

#include "framework/application.hpp"
#include "framework/release.hpp"
#include "framework/tree.hpp"

#include <string>
#include <vector>

namespace tinystacks::framework {

/// The rule of a pin that the user's flag is: one that is not understood is refused.
inline constexpr std::string_view said_version = "--version";

/// The pins of a tool manager, in the order in which they count: mise.toml and its other names, then .tool-versions.
/// `names` are what the tool is called there: {"node", "nodejs"}. Looked for in the folder, then in its parents.
[[nodiscard]] std::vector<Pin> tool_pins(const Folder& folder, const std::vector<std::string>& names);

/// The first line of a version file (.nvmrc, .python-version) that is neither empty nor a comment, as a pin; in the
/// folder, else in its parents. Empty when there is none.
[[nodiscard]] std::optional<Pin> file_pin(const Folder& folder, const std::string& name);

/// A scalar of a manifest as a pin; empty when `node` is none or empty.
[[nodiscard]] std::optional<Pin> node_pin(const document::Node* node, std::string rule);

/// Decides between pins, the strongest first: --version, mise.toml, .tool-versions, the language's version file, the
/// manifest, the lock file, legacy files. What is not understood, contradicts or is past its end is said in `warnings`.
[[nodiscard]] Runtime choose_runtime(const std::vector<Pin>& pins, const Releases& releases,
                                     std::vector<std::string>& warnings);

}  // namespace tinystacks::framework
