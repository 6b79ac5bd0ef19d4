#pragma once

#include <filesystem>
#include <string_view>

namespace tinystacks {

/// A new directory with mode 0700, removed with all it holds when this goes out of scope.
class TempDir {
public:
    /// Makes one below `parent`, whose name starts with `prefix`. Throws Error{failed}.
    explicit TempDir(const std::filesystem::path& parent = std::filesystem::temp_directory_path(),
                     std::string_view prefix = "tinystacks-");
    TempDir(TempDir&& other) noexcept;
    TempDir& operator=(TempDir&&) = delete;
    ~TempDir();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace tinystacks
