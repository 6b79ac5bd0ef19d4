#pragma once

#include "process/launcher.hpp"

#include <string>

namespace tinystacks::git::detail {

/// Adds a setting as if by `git -c`, but not seen in the process list; later ones win.
/// Source: git-config(1), GIT_CONFIG_COUNT.
void add_setting(process::Environment& environment, const std::string& key, const std::string& value);

}  // namespace tinystacks::git::detail
