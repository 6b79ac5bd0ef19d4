#pragma once

#include <map>
#include <string>

namespace tinystacks::docker::detail {

/// `environment` as docker's --env-file reads it: NAME=value a line, nothing quoted. Throws Error{invalid_input} naming
/// the variable that the format cannot carry. Source: docker/cli, opts/file.go (since 17.x).
[[nodiscard]] std::string env_file(const std::map<std::string, std::string>& environment);

}  // namespace tinystacks::docker::detail
