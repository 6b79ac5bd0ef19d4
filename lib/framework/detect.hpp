#pragma once

#include "framework/application.hpp"
#include "framework/tree.hpp"

namespace tinystacks::framework {

/// What the user says instead of the files. Empty means: look.
struct Overrides {
    std::string framework;  ///< a language or framework: "python", "django"
    std::string version;
    std::string start;
    std::string build;
    std::string package_manager;  ///< where several lock files lie side by side: "pnpm", "yarn"
    std::string root;             ///< of the application, relative to the tree
    int port = 0;
};

/// Recognises the application in `tree`. Nothing is run, nothing is read from the machine. Throws
/// Error{invalid_input} with file, line and reason for a manifest that cannot be read, and Error{usage} for an override
/// that names nothing.
[[nodiscard]] Detection detect(const Tree& tree, const Overrides& overrides = {});

/// The languages and frameworks that --framework takes.
[[nodiscard]] std::vector<std::string> known_frameworks();

}  // namespace tinystacks::framework
