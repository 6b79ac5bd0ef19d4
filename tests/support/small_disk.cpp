#include "tests/support/small_disk.hpp"

#include "base/file.hpp"

#include <fmt/core.h>

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace tinystacks::support {

std::optional<SmallDisk> SmallDisk::mount(const std::filesystem::path& parent, std::size_t kilobytes)
{
    const auto path = parent / "small-disk";
    std::filesystem::create_directories(path);
    if (::mount("tinystacks-test", path.c_str(), "tmpfs", 0, fmt::format("size={}k", kilobytes).c_str()) != 0) {
        std::printf("skipped: cannot mount a small file system: %s\n", errno_text(errno).c_str());
        return std::nullopt;
    }
    return SmallDisk(path);
}

SmallDisk::SmallDisk(SmallDisk&& other) noexcept : path_(std::exchange(other.path_, {})) {}

SmallDisk::~SmallDisk()
{
    if (!path_.empty()) {
        ::umount2(path_.c_str(), MNT_DETACH);
    }
}

void SmallDisk::fill() const
{
    const auto file = open_file(path_ / "filler", O_WRONLY | O_CREAT | O_APPEND);
    static constexpr std::array<char, 4096> block = {};
    for (std::size_t size = block.size(); size > 0; size /= 2) {
        while (::write(file.number(), block.data(), size) > 0) {
        }
    }
}

void SmallDisk::make_room() const
{
    std::filesystem::remove(path_ / "filler");
}

}  // namespace tinystacks::support
