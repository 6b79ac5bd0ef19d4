#include "control/detail/work_directory.hpp"

#include "base/crash_point.hpp"
#include "base/error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace tinystacks::control {
namespace {

constexpr auto lock_name = ".lock";

/// The lock file goes last: by it a sweep knows what was left behind, also by a process that was killed while it
/// removed.
void remove_locked(const std::filesystem::path& directory)
{
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(directory, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        if (entry->path().filename() != lock_name) {
            std::error_code ignored;
            std::filesystem::remove_all(entry->path(), ignored);
            crash_point("something in a work directory was removed");
        }
    }
    std::error_code ignored;
    std::filesystem::remove(directory / lock_name, ignored);
    crash_point("a work directory's lock file was removed");
    std::filesystem::remove(directory, ignored);
}

}  // namespace

/// A sweep may take a lock file that is made but not locked yet for one left behind, and remove it: then once more.
WorkDirectory::WorkDirectory(const std::filesystem::path& parent, const std::string& name) : path_(parent / name)
{
    struct stat locked = {};
    struct stat there = {};
    do {
        create_private_directories(path_);
        lock_ = Descriptor(::open((path_ / lock_name).c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!lock_ && errno != ENOENT) {
            const auto why = errno;
            throw Error(ErrorKind::failed, "cannot create '{}': {}", (path_ / lock_name).string(), errno_text(why));
        }
        while (lock_ && ::flock(lock_.number(), LOCK_EX) != 0 && errno == EINTR) {
        }
    } while (!lock_ || ::fstat(lock_.number(), &locked) != 0 || ::stat((path_ / lock_name).c_str(), &there) != 0 ||
             locked.st_ino != there.st_ino);
}

WorkDirectory::~WorkDirectory()
{
    remove_locked(path_);  // what cannot be removed now is swept later
}

void sweep(const std::filesystem::path& parent)
{
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(parent, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        const Descriptor lock(::open((entry->path() / lock_name).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
        if (lock && ::flock(lock.number(), LOCK_EX | LOCK_NB) == 0) {
            remove_locked(entry->path());
        } else if (!lock) {
            // An empty one is left behind, or being made just now, which then begins again.
            std::error_code ignored;
            std::filesystem::remove(entry->path(), ignored);
        }
    }
}

}  // namespace tinystacks::control
