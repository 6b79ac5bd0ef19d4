#pragma once

#include "framework/detail/node_build.hpp"

/// The recipe of a Node application.
namespace tinystacks::framework::node {

/// Fills in install, build, the packages and the recipe; port and delivery are there already.
void write_recipe(const Findings& found, const Overrides& overrides, Application& application);

}  // namespace tinystacks::framework::node
