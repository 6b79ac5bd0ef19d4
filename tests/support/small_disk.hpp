#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

namespace tinystacks::support {

/// A file system of a few kilobytes in memory, mounted below `parent` until this goes out of scope.
class SmallDisk {
public:
    /// Empty, with a line that says why, where nobody may mount.
    [[nodiscard]] static std::optional<SmallDisk> mount(const std::filesystem::path& parent, std::size_t kilobytes);
    SmallDisk(SmallDisk&& other) noexcept;
    SmallDisk& operator=(SmallDisk&&) = delete;
    ~SmallDisk();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Writes a file until nothing more fits.
    void fill() const;
    /// Removes it again.
    void make_room() const;

private:
    explicit SmallDisk(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

}  // namespace tinystacks::support
