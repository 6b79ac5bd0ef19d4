#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::app::commands {

/// The applications that `init --starter` writes.
[[nodiscard]] std::vector<std::string> starters();

/// Writes one of them into `directory`, which must hold nothing but perhaps a `.git`, and gives the files' paths.
/// Throws Error{conflict} when it holds more.
std::vector<std::filesystem::path> write_starter(std::string_view name, const std::filesystem::path& directory);

}  // namespace tinystacks::app::commands
