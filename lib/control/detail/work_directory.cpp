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

/// What cannot be removed now is swept later. So the lock goes last: by it sweep() knows what was left half removed.
void remove_locked(const std::filesystem::path& directory)
{
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(directory, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        if (entry->path().filename() == lock_name) {
            continue;
        }
        std::filesystem::remove_all(entry->path(), failed);
        crash_point("a part of a run's directory was removed");
        if (failed) {
            break;
        }
    }
    if (!failed) {
        std::filesystem::remove_all(directory, failed);
    }
}

}  // namespace

/// A sweep may take for left behind what is made but not locked yet, and remove it: then once more.
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
    remove_locked(path_);
}

void sweep(const std::filesystem::path& parent)
{
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(parent, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        const Descriptor lock(::open((entry->path() / lock_name).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
        if (!lock && errno == ENOENT) {
            // Empty: being made just now, and then made again, or left by a process that was killed there.
            std::error_code ignored;
            std::filesystem::remove(entry->path(), ignored);
        } else if (lock && ::flock(lock.number(), LOCK_EX | LOCK_NB) == 0) {
            remove_locked(entry->path());
        }
    }
}

}  // namespace tinystacks::control
