#pragma once

#include "dockerfile/recipe.hpp"

#include <string>

namespace tinystacks::dockerfile {

struct WriteOptions {
    std::string decided;    ///< the comment at its top: what was decided from what, one line
    bool buildkit = false;  ///< cache mounts, which the legacy builder refuses
    bool lambda = false;    ///< with the AWS Lambda web adapter, inert elsewhere
};

/// The Dockerfile of a recipe, byte-identical for the same input. Throws Error{invalid_input} for a text with a
/// control character, which no instruction can say.
/// Source: Dockerfile reference; what the legacy builder takes is `docker build` without BuildKit, 20.10.
[[nodiscard]] std::string write(const Recipe& recipe, const WriteOptions& options = {});

/// The .dockerignore beside it.
[[nodiscard]] std::string write_ignore(const Recipe& recipe);
/// `there` with what it lacks of `ours`, when init wrote it: a repository's applications share one .dockerignore.
[[nodiscard]] std::string add_ignored(std::string_view there, const std::string& ours);

}  // namespace tinystacks::dockerfile
