#pragma once

#include "aws/credentials.hpp"

#include <map>
#include <string>

namespace tinystacks::aws {

/// `environment` for a child that may use `keys` and nothing else: the three variables and their expiry are set,
/// profiles, configuration files, container and instance endpoints are shut. Both region variables are `region`, and
/// retries are the standard ones, whose defaults differ between tools.
/// Source: security requirements AW-07, AW-09 and AW-12.
[[nodiscard]] std::map<std::string, std::string> child_environment(std::map<std::string, std::string> environment,
                                                                   const Credentials& keys, const std::string& region);

}  // namespace tinystacks::aws
