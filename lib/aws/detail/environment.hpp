#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace tinystacks::aws::detail {

/// Empty when it is not set.
[[nodiscard]] std::string value_of(const std::map<std::string, std::string>& environment, const std::string& name);

/// `path` with "~" at its start as HOME.
[[nodiscard]] std::filesystem::path in_home(const std::string& path,
                                            const std::map<std::string, std::string>& environment);

}  // namespace tinystacks::aws::detail
