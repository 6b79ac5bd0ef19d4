#include "control/detail/work_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <system_error>

namespace tinystacks::control {
namespace {

constexpr auto lock_name = ".lock";

}  // namespace

WorkDirectory::WorkDirectory(const std::filesystem::path& parent, const std::string& name) : path_(parent / name)
{
    create_private_directories(path_);
    lock_ = open_file(path_ / lock_name, O_RDWR | O_CREAT);
    ::flock(lock_.number(), LOCK_EX | LOCK_NB);
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
