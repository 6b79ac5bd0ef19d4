#pragma once

#include "commands/init/plan.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tinystacks::app::commands {

/// A Dockerfile that is not ours is kept, and used.
struct Brought {
    std::filesystem::path path;
    std::string text;
    std::string context = {};  ///< of its build, relative to the repository
};

[[nodiscard]] std::optional<Brought> find_brought(const std::filesystem::path& root, const framework::Tree& tree,
                                                  const InitOptions& options, const framework::Detection& detection);
/// What its container listens on; 0 when nothing says it.
[[nodiscard]] int container_port(const InitOptions& options, const Brought& brought,
                                 const framework::Application& application);
/// Why it cannot be used; empty when it can.
[[nodiscard]] std::optional<Error> find_obstacle(const Brought& brought, const InitOptions& options,
                                                 const framework::Application& application);
/// Throws Error{usage} for a flag that says how a Dockerfile is to be written, where none is.
void refuse_unused(const Brought& brought, const InitOptions& options);
/// What in it will hurt. A .dockerignore is written with the other files.
[[nodiscard]] std::vector<Problem> check(const Brought& brought, const framework::Tree& tree,
                                         const InitOptions& options);

}  // namespace tinystacks::app::commands
