#pragma once

#include "process/launcher.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace tinystacks::git::detail {

/// Calls of the git program for one task.
struct Program {
    process::Launcher& launcher;
    process::Environment environment;  ///< the program's whole environment
    std::filesystem::path directory;
    const Interruption& interruption;

    /// What `git ARGUMENTS` printed. Throws Error{failed} with git's own words, Error{unavailable} without git.
    [[nodiscard]] std::string output(const std::vector<std::string>& arguments, std::string input = {}) const;
    void run(const std::vector<std::string>& arguments, std::string input = {}) const;
};

}  // namespace tinystacks::git::detail
