#include "buildspec/detail/artifact_target.hpp"

#include "base/text.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tinystacks::buildspec {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int why = errno)
{
    throw std::filesystem::filesystem_error("cannot write", path, std::error_code(why, std::generic_category()));
}

/// Opens the directory `name` in `parent`; makes it when it is not there or is something else, such as a link.
Descriptor enter(int parent, const std::string& name, const std::filesystem::path& shown)
{
    for (int tries = 0;; ++tries) {
        Descriptor directory(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (directory) {
            return directory;
        }
        const bool something_else = errno == ENOTDIR || errno == ELOOP;
        if (tries == 2 || (errno != ENOENT && !something_else)) {
            fail(shown);
        }
        if (something_else && ::unlinkat(parent, name.c_str(), 0) != 0 && errno != ENOENT) {
            fail(shown);
        }
        if (::mkdirat(parent, name.c_str(), 0777) != 0 && errno != EEXIST) {
            fail(shown);
        }
    }
}

/// Removes `name` in `parent` with all it holds. The path leads through the descriptor, so that it is this directory.
void remove_all(int parent, const std::string& name)
{
    std::filesystem::remove_all(fmt::format("/proc/self/fd/{}/{}", parent, name));
}

ArtifactTarget::Identity identity(int directory, const std::filesystem::path& shown)
{
    struct stat about = {};
    if (::fstat(directory, &about) != 0) {
        fail(shown);
    }
    return {about.st_dev, about.st_ino};
}

}  // namespace

ArtifactTarget::ArtifactTarget(const std::filesystem::path& directory, const std::vector<std::string>& ids)
    : path_(directory)
{
    std::filesystem::create_directories(directory);
    root_ = Descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root_) {
        fail(directory);
    }
    remove_all(root_.number(), "primary");
    identities_.push_back(identity(enter(root_.number(), "primary", directory / "primary").number(), directory));
    if (ids.empty()) {
        return;
    }
    const auto secondary = enter(root_.number(), "secondary", directory / "secondary");
    identities_.push_back(identity(secondary.number(), directory));
    for (const auto& id : ids) {
        remove_all(secondary.number(), id);
    }
}

std::pair<Descriptor, std::string> ArtifactTarget::place(const std::string& artifact, const std::string& relative) const
{
    const auto whole = artifact + "/" + relative;
    const auto parts = split(whole, '/');
    Descriptor directory;
    int parent = root_.number();
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        if (parts[i].empty() || parts[i] == "." || parts[i] == "..") {
            fail(path_ / whole, EINVAL);
        }
        directory = enter(parent, std::string(parts[i]), path_ / whole);
        parent = directory.number();
    }
    return {std::move(directory), std::string(parts.back())};
}

void ArtifactTarget::copy(const std::filesystem::path& from, const std::string& artifact,
                          const std::string& relative) const
{
    // Not waiting: it may have become a FIFO meanwhile.
    const Descriptor source(::open(from.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat about = {};
    if (!source || ::fstat(source.number(), &about) != 0) {
        fail(from);
    }
    if (!S_ISREG(about.st_mode)) {
        fail(from, EINVAL);
    }
    const auto shown = path_ / artifact / relative;
    const auto [directory, name] = place(artifact, relative);
    (void)::unlinkat(directory.number(), name.c_str(), 0);
    const Descriptor target(
        ::openat(directory.number(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!target) {
        fail(shown);
    }
    while (true) {
        constexpr std::size_t at_once = std::size_t{1} << 30;
        const auto copied = ::sendfile(target.number(), source.number(), nullptr, at_once);
        if (copied == 0) {
            break;
        }
        if (copied < 0 && errno != EINTR) {
            fail(shown);
        }
    }
    if (::fchmod(target.number(), about.st_mode & 0777) != 0) {
        fail(shown);
    }
}

void ArtifactTarget::copy_link(const std::filesystem::path& from, const std::string& artifact,
                               const std::string& relative) const
{
    const auto leads_to = std::filesystem::read_symlink(from);
    const auto [directory, name] = place(artifact, relative);
    (void)::unlinkat(directory.number(), name.c_str(), 0);
    if (::symlinkat(leads_to.c_str(), directory.number(), name.c_str()) != 0) {
        fail(path_ / artifact / relative);
    }
}

}  // namespace tinystacks::buildspec
