#include "base/temp_dir.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

namespace tinystacks {

TempDir::TempDir(const std::filesystem::path& parent, std::string_view prefix)
{
    auto name = (parent / (std::string(prefix) + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw Error(ErrorKind::failed, "cannot create a directory in '{}': {}", parent.string(), errno_text(errno));
    }
    path_ = name;
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TempDir::~TempDir()
{
    if (!path_.empty()) {
        std::error_code ignored;  // what cannot be removed now is swept at the next start
        std::filesystem::remove_all(path_, ignored);
    }
}

}  // namespace tinystacks
