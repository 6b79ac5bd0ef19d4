#pragma once

#include <filesystem>
#include <optional>

namespace tinystacks::git {

/// The folder at or above `directory` that has a `.git`, without loading libgit2: for what only needs the place.
/// Whether it is a sound repository is Repository::discover's to say.
[[nodiscard]] std::optional<std::filesystem::path> find_root(const std::filesystem::path& directory);

}  // namespace tinystacks::git
