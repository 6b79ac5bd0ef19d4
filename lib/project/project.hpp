#pragma once

#include "stage/stage.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::project {

/// tinystacks.yml: the stack's name, its stages, its variables.
struct Project {
    std::string stack;  ///< two to forty characters, as stage::Name; over twenty is a warning
    std::string image;  ///< repository without tag; empty means the machine's own registry
    std::string bucket;
    std::string control;  ///< "embedded", a URL, or empty
    stage::Variables build;
    stage::Variables runtime;  ///< for every stage
    std::vector<stage::Stage> stages;
    std::string build_file = "build.yml";  ///< relative to the repository's root
    std::string release_file = "release.yml";

    /// The stage called `name`. Throws Error{not_found} with a suggestion.
    [[nodiscard]] const stage::Stage& stage(std::string_view name) const;
    /// The name of the stage before `name`; "latest" for the first.
    [[nodiscard]] std::string previous(std::string_view name) const;
    /// Runtime variables of a stage: the project's, then the stage's own on top.
    [[nodiscard]] stage::Variables runtime_of(const stage::Stage& stage) const;
};

struct Checked {
    Project project;
    std::vector<Problem> problems;  ///< warnings
};

/// Reads a project file. Throws Error{invalid_input} with every problem found, each naming line, key and what was
/// meant. Unknown keys are errors with a suggestion. `file` is how messages name it.
[[nodiscard]] Checked parse(std::string_view text, const std::string& file);

inline constexpr std::string_view default_file = "tinystacks.yml";

}  // namespace tinystacks::project
