#include "base/file.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tinystacks {
namespace {

ErrorKind kind_of(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return ErrorKind::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
        return ErrorKind::not_allowed;
    default:
        return ErrorKind::failed;
    }
}

void sync_directory(const std::filesystem::path& path)
{
    const auto directory = open_file(path.empty() ? "." : path, O_RDONLY | O_DIRECTORY);
    if (::fsync(directory.number()) != 0 && errno != EINVAL) {
        throw Error(ErrorKind::failed, "cannot sync '{}': {}", path.string(), errno_text(errno));
    }
}

std::string read_whole(const Descriptor& file, const std::filesystem::path& path, std::size_t limit)
{
    struct stat about = {};
    if (::fstat(file.number(), &about) != 0 || !S_ISREG(about.st_mode)) {
        throw Error(ErrorKind::invalid_input, "'{}' is not a regular file", path.string());
    }
    std::string text;
    text.reserve(static_cast<std::size_t>(about.st_size) < limit ? static_cast<std::size_t>(about.st_size) : limit);
    char buffer[65536];
    while (true) {
        const auto got = ::read(file.number(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw Error(ErrorKind::failed, "cannot read '{}': {}", path.string(), errno_text(errno));
        }
        if (got == 0) {
            return text;
        }
        if (text.size() + static_cast<std::size_t>(got) > limit) {
            throw Error(ErrorKind::invalid_input, "'{}' is larger than {} bytes", path.string(), limit)
                .at({path.string()});
        }
        text.append(buffer, static_cast<std::size_t>(got));
    }
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept
{
    if (this != &other) {
        if (number_ >= 0) {
            ::close(number_);
        }
        number_ = std::exchange(other.number_, -1);
    }
    return *this;
}

Descriptor::~Descriptor()
{
    if (number_ >= 0) {
        ::close(number_);
    }
}

Descriptor open_file(const std::filesystem::path& path, int flags, unsigned mode)
{
    Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, mode));
    if (!file) {
        const auto why = errno;
        throw Error(kind_of(why), "cannot open '{}': {}", path.string(), errno_text(why));
    }
    return file;
}

std::string read_file(const std::filesystem::path& path, std::size_t limit)
{
    // O_NONBLOCK: a FIFO in the place of a file is refused, not waited for.
    return read_whole(open_file(path, O_RDONLY | O_NONBLOCK), path, limit);
}

std::optional<std::string> find_file(const std::filesystem::path& path, std::size_t limit)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!file) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return std::nullopt;
        }
        throw Error(kind_of(errno), "cannot open '{}': {}", path.string(), errno_text(errno));
    }
    return read_whole(file, path, limit);
}

void write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path)
{
    while (!bytes.empty()) {
        const auto put = ::write(descriptor, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            const auto why = errno;
            const Error error(ErrorKind::failed, "cannot write '{}': {}", path.string(), errno_text(why));
            throw why == ENOSPC ? error.with_hint(fmt::format("df -h '{}'", path.parent_path().string())) : error;
        }
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
}

void replace_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode)
{
    const auto temporary = path.parent_path() / fmt::format(".{}.{}.new", path.filename().string(), ::getpid());
    ::unlink(temporary.c_str());
    const auto file = open_file(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    try {
        write_all(file.number(), bytes, path);
        if (::fchmod(file.number(), mode) != 0 || ::fsync(file.number()) != 0 ||
            ::rename(temporary.c_str(), path.c_str()) != 0) {
            throw Error(kind_of(errno), "cannot write '{}': {}", path.string(), errno_text(errno));
        }
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
    sync_directory(path.parent_path());
}

void create_private_directories(const std::filesystem::path& path)
{
    if (path.empty() || std::filesystem::is_directory(path)) {
        return;
    }
    create_private_directories(path.parent_path());
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        const auto why = errno;
        throw Error(kind_of(why), "cannot create '{}': {}", path.string(), errno_text(why));
    }
}

std::string errno_text(int number)
{
    char buffer[256];
    return ::strerror_r(number, buffer, sizeof buffer);
}

}  // namespace tinystacks
