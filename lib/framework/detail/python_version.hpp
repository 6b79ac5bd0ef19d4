#pragma once

#include "framework/detect.hpp"
#include "framework/pin.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::framework::python {

/// The release that the folder asks for, or the usual one.
[[nodiscard]] Runtime choose_python(const Folder& folder, const Overrides& overrides,
                                    std::vector<std::string>& warnings);

/// The image of a release, "python:3.13-slim-bookworm", on the newest Debian for which it was made.
[[nodiscard]] std::string image_of(std::string_view release);

/// Whether `release` is at least `least`: "3.9".
[[nodiscard]] bool is_at_least(std::string_view release, std::string_view least);

}  // namespace tinystacks::framework::python
