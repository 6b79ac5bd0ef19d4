#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::app::commands {

/// The applications that `init --starter` writes.
[[nodiscard]] std::vector<std::string> starters();

/// Writes one of them into `directory`, which must hold nothing but perhaps a `.git`, and adds the files' paths to
/// `written` as they are there. Throws Error{conflict} when it holds more.
void write_starter(std::string_view name, const std::filesystem::path& directory,
                   std::vector<std::filesystem::path>& written);

}  // namespace tinystacks::app::commands
