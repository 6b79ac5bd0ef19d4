#pragma once

#include "project/detail/reader.hpp"
#include "stage/stage.hpp"

#include <vector>

namespace tinystacks::project::detail {

/// The list `stages`, each with its problems reported; a stage whose name is wrong is called `unnamed`.
[[nodiscard]] std::vector<stage::Stage> read_stages(Reader& reader, const document::Node& node);

}  // namespace tinystacks::project::detail
