#include "git/root.hpp"

namespace tinystacks::git {

std::optional<std::filesystem::path> find_root(const std::filesystem::path& directory)
{
    for (auto folder = directory;; folder = folder.parent_path()) {
        std::error_code ignored;
        if (std::filesystem::exists(folder / ".git", ignored)) {
            return folder;
        }
        if (folder == folder.parent_path()) {
            return std::nullopt;
        }
    }
}

}  // namespace tinystacks::git
