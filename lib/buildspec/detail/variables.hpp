#pragma once

#include "base/time.hpp"
#include "buildspec/buildspec.hpp"
#include "buildspec/detail/build_log.hpp"
#include "buildspec/run.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace tinystacks::buildspec {

/// The environment of the first command: the caller's (which stands for the build image's), AWS CodeBuild's built-in
/// variables, a PATH that ends in `helpers`, `defaults`, the file's variables, `fetched` values, the overrides and the
/// immutable ones; later ones win. Source of the names: AWS CodeBuild User Guide, "Environment variables in build
/// environments".
[[nodiscard]] std::map<std::string, std::string> first_environment(const RunOptions& options, const Buildspec& spec,
                                                                   const std::map<std::string, std::string>& fetched,
                                                                   const std::filesystem::path& helpers, Time now);

/// The caller's environment as a program that we start ourselves gets it: without TINYSTACKS_ names.
[[nodiscard]] process::Environment program_environment(const process::Environment& environment);

/// Whether a variable of this name usually holds what must not be printed.
[[nodiscard]] bool holds_a_secret(std::string_view name);

/// Registers every value that must not be printed: AWS keys, what came from a parameter or secret, and variables whose
/// names look like secrets.
void hide_secrets(const std::map<std::string, std::string>& variables, const Buildspec& spec, BuildLog& log);

}  // namespace tinystacks::buildspec
