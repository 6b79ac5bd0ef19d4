#include "control/detail/work_directory.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace tinystacks::control {
namespace {

constexpr auto lock_name = ".lock";

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
    std::error_code ignored;  // what cannot be removed now is swept later
    std::filesystem::remove_all(path_, ignored);
}

void sweep(const std::filesystem::path& parent)
{
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(parent, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        const Descriptor lock(::open((entry->path() / lock_name).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
        // One that has no lock file yet is being made just now.
        if (lock && ::flock(lock.number(), LOCK_EX | LOCK_NB) == 0) {
            std::error_code ignored;
            std::filesystem::remove_all(entry->path(), ignored);
        }
    }
}

}  // namespace tinystacks::control
