#pragma once

#include "git/repository.hpp"

#include <filesystem>

namespace tinystacks::git::detail {

/// Lets the new repository `git_directory` read `repository`'s objects, as `git clone --shared` does, but without
/// starting a git program inside `repository`, where its configuration would count.
void borrow_objects(const Repository& repository, const std::filesystem::path& git_directory);

}  // namespace tinystacks::git::detail
