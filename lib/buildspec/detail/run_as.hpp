#pragma once

#include "buildspec/buildspec.hpp"
#include "buildspec/detail/build_log.hpp"
#include "process/launcher.hpp"

#include <map>
#include <string>

namespace tinystacks::buildspec {

/// The users that the file's `run-as` keys name and that commands can be run as: none but for root, which a warning
/// says. Throws Error{not_found} for a user that this machine does not have.
[[nodiscard]] std::map<std::string, process::User> find_users(const Buildspec& spec, BuildLog& log);

}  // namespace tinystacks::buildspec
