#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::dockerfile {

/// What is known beside the Dockerfile.
struct Surroundings {
    std::string file;  ///< what the Dockerfile is called, for positions
    bool has_ignore = false;
    int port = 0;  ///< that the application listens on; 0 when it is not known
};

/// What in somebody's Dockerfile will hurt, each a warning with its line: `dockerfile.root`, `.latest`, `.secret`,
/// `.ignore`, `.port`, `.shell_form`. Values that look like secrets are never repeated.
[[nodiscard]] std::vector<Problem> check(std::string_view dockerfile, const Surroundings& surroundings);

}  // namespace tinystacks::dockerfile
