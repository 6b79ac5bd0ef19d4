#include "connection/detail/files.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace tinystacks::connection::detail {
namespace {

constexpr std::size_t largest = std::size_t{1} << 20;

/// Looks at what is opened, so that nothing can be put in its place between the look and the reading.
void check_ours(const Descriptor& file, const std::filesystem::path& path)
{
    struct stat about = {};
    if (::fstat(file.number(), &about) != 0) {
        throw Error(ErrorKind::failed, "cannot look at '{}': {}", path.string(), errno_text(errno));
    }
    if (!S_ISREG(about.st_mode)) {
        throw Error(ErrorKind::failed, "'{}' is no file: nothing is read from it", path.string());
    }
    if (about.st_uid != ::geteuid()) {
        throw Error(ErrorKind::failed, "'{}' belongs to another user (uid {}): nothing is read from it", path.string(),
                    about.st_uid)
            .with_hint(fmt::format("rm {}", shell_quote(path.string())));
    }
    if ((about.st_mode & 077U) != 0) {
        throw Error(ErrorKind::failed, "other users can read or write '{}' (mode {:04o}): it is not trusted",
                    path.string(), about.st_mode & 07777U)
            .with_hint(fmt::format("chmod 600 {}", shell_quote(path.string())));
    }
}

/// A folder in which only we can put something in the place of a file of ours, also when somebody else made it.
void make_private(const std::filesystem::path& folder)
{
    create_private_directories(folder);
    struct stat about = {};
    const bool seen = ::stat(folder.c_str(), &about) == 0;
    if (!seen || ((about.st_mode & 077U) != 0 && ::chmod(folder.c_str(), 0700) != 0)) {
        throw Error(ErrorKind::failed, "others can reach '{}', which cannot be changed: {}", folder.string(),
                    errno_text(errno))
            .with_hint(fmt::format("chmod 700 {}", shell_quote(folder.string())));
    }
}

}  // namespace

nlohmann::json read_private(const std::filesystem::path& file)
{
    const Descriptor opened(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!opened) {
        const auto why = errno;
        if (why == ENOENT) {
            return nlohmann::json::object();
        }
        if (why == ELOOP) {
            throw Error(ErrorKind::failed, "'{}' is a symbolic link: nothing is read through it", file.string())
                .with_hint(fmt::format("rm {}", shell_quote(file.string())));
        }
        throw Error(ErrorKind::failed, "cannot open '{}': {}", file.string(), errno_text(why));
    }
    check_ours(opened, file);
    auto json =
        nlohmann::json::parse(read_file(fmt::format("/proc/self/fd/{}", opened.number()), largest), nullptr, false);
    if (!json.is_object()) {
        throw Error(ErrorKind::invalid_input, "the file of connections cannot be read: it is no JSON object")
            .at({file.string()})
            .with_hint(fmt::format("rm {}", shell_quote(file.string())));
    }
    return json;
}

void write_private(const std::filesystem::path& file, const nlohmann::json& object)
{
    make_private(file.parent_path());
    replace_file(file, object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

Lock::Lock(const std::filesystem::path& file)
{
    make_private(file.parent_path());
    file_ = open_file(file, O_RDWR | O_CREAT | O_NOFOLLOW);
    // Not for ever: who holds it may wait for a provider, and Ctrl-C does not end a wait of the system's.
    constexpr auto patience = std::chrono::seconds(90);
    const auto end = std::chrono::steady_clock::now() + patience;
    while (::flock(file_.number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EINTR && errno != EWOULDBLOCK) {
            throw Error(ErrorKind::failed, "cannot lock '{}': {}", file.string(), errno_text(errno));
        }
        if (std::chrono::steady_clock::now() > end) {
            throw Error(ErrorKind::unavailable, "another tinystacks holds '{}'", file.string())
                .with_hint("fuser " + shell_quote(file.string()));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

}  // namespace tinystacks::connection::detail
