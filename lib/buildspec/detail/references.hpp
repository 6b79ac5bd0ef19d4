#pragma once

#include "buildspec/buildspec.hpp"
#include "process/launcher.hpp"

#include <map>
#include <string>

namespace tinystacks::buildspec {

/// Fetches the values of parameter-store and secrets-manager variables from AWS through the aws program, for all names
/// that `given` (the overrides) does not hold. Throws Error{not_found} naming what cannot be had and why, with the hint
/// to give it with --env-file: never a silently empty value.
[[nodiscard]] std::map<std::string, std::string>
fetch_references(const Buildspec& spec, const std::map<std::string, std::string>& given, process::Launcher& launcher,
                 const process::Environment& environment, const Interruption& interruption);

}  // namespace tinystacks::buildspec
