#pragma once

#include "framework/detail/python_requirements.hpp"

#include <string>
#include <vector>

namespace tinystacks::framework::python {

/// Debian's packages that dependencies need.
struct System {
    std::vector<std::string> build;
    std::vector<std::string> run;
    std::vector<std::string> reasons;  ///< one sentence each: "psycopg2 needs libpq"
};

/// By the names of the dependencies; wheels that bring their libraries need nothing.
[[nodiscard]] System system_packages(const Requirements& requirements);

}  // namespace tinystacks::framework::python
