#pragma once

#include <string>
#include <string_view>

namespace tinystacks::framework {

/// Libraries by the name that CMake, pkg-config and Meson use, with their packages in Debian 12.
struct CppLibrary {
    std::string_view name;
    std::string_view build;
    std::string_view run;
};
/// nullptr for one that is not known. `name` in lower case.
[[nodiscard]] const CppLibrary* find_cpp_library(std::string_view name);

/// What `release` of Debian, 12 or 13, calls a package of Debian 12.
[[nodiscard]] std::string debian_package(std::string_view name, int release);

}  // namespace tinystacks::framework
