#pragma once

#include "project/import/detail/text.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tinystacks::project::detail {

/// How the image comes to be.
struct Image {
    std::string location;    ///< an image that exists; empty: built
    std::string dockerfile;  ///< relative to the repository
    std::string context;     ///< likewise; "" is the repository
    std::string target;
    std::vector<std::pair<std::string, std::string>> arguments;
};

enum class BuildStyle {
    copilot,  ///< a path is the Dockerfile's, relative to the repository
    compose,  ///< a path is the context's, and the Dockerfile is relative to it
};
/// Reads `build`: a path or a mapping of context, dockerfile, target and args. What else it has is remarked.
[[nodiscard]] Image read_build(const document::Node& build, BuildStyle style, Remarks& remarks,
                               const std::function<Filled(const std::string&)>& fill_in);

/// Throws Error{invalid_input} at `where` when the context is no folder of the repository.
void check_context(const framework::Tree& tree, const Image& image, const Position& where);

/// Whether `text` can name an image.
[[nodiscard]] bool is_image(std::string_view text);

/// The image of the Dockerfile that `init` writes in place of one that is not there: built from the whole repository,
/// and with none of that one's stages and arguments.
[[nodiscard]] Image of_repository(const Image& image);

/// build.yml for the image: ours, with the line that makes the image changed where it must be.
[[nodiscard]] std::string build_file(const Image& image);

}  // namespace tinystacks::project::detail
