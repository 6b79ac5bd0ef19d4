#pragma once

#include <optional>
#include <string>

namespace tinystacks::framework {

/// `relative` as seen from `directory`, with `.` and `..` resolved; empty when it leads out of the tree.
[[nodiscard]] std::optional<std::string> resolve_path(const std::string& directory, const std::string& relative);

}  // namespace tinystacks::framework
