#pragma once

#include <span>
#include <string_view>

namespace tinystacks::templates {

struct EmbeddedFile {
    std::string_view name;  ///< relative to templates/
    std::string_view text;
};

/// The files of templates/, compiled in: the program finds them without its source tree.
[[nodiscard]] std::span<const EmbeddedFile> embedded_files();

}  // namespace tinystacks::templates
