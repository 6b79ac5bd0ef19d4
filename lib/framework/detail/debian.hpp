#pragma once

#include "dockerfile/recipe.hpp"

#include <string_view>

namespace tinystacks::framework {

/// Where Debian keeps only an archive of a release ("stretch", "buster"), the stage's packages are taken from there:
/// an image so old finds nothing at its usual address. Does nothing for newer ones.
void use_archive(dockerfile::Stage& stage, std::string_view debian);

}  // namespace tinystacks::framework
