#pragma once

#include "framework/detail/python_start.hpp"
#include "framework/detail/python_system.hpp"

namespace tinystacks::framework::python {

/// Fills in the recipe, and what is told of install and build: a virtual environment made in one stage and taken over,
/// whole, by a slim one that runs.
void make_image(const Code& code, const Start& start, const System& system, Application& application);

}  // namespace tinystacks::framework::python
