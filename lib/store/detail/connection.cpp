#include "store/detail/connection.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "store/detail/schema.hpp"

#include <SQLiteCpp/Column.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace tinystacks::store {
namespace {

constexpr int busy_timeout = 5000;  // milliseconds

void refuse_network(const std::filesystem::path& directory)
{
    struct statfs about = {};
    if (::statfs(directory.c_str(), &about) != 0) {
        throw Error(ErrorKind::failed, "cannot look at '{}': {}", directory.string(), errno_text(errno));
    }
    // Signed and narrower on some architectures.
    if (const auto name = find_network_file_system(static_cast<std::uint32_t>(about.f_type))) {
        throw Error(ErrorKind::failed, "'{}' is on a file system ({}) whose locks cannot be relied on",
                    directory.string(), *name)
            .with_hint("export XDG_STATE_HOME=/var/lib/tinystacks  # or another folder on a local disk");
    }
}

/// Makes an empty file with the right mode, by a second name: SQLite would create it with 0644, and a descriptor of
/// the file itself would drop, when closed, the locks of a connection this process may have.
void create_file(const std::filesystem::path& path)
{
    if (::access(path.c_str(), F_OK) == 0) {
        return;
    }
    const auto temporary = path.parent_path() / fmt::format(".{}.{}.new", path.filename().string(), ::getpid());
    ::unlink(temporary.c_str());
    (void)open_file(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    const auto error = ::link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
    ::unlink(temporary.c_str());
    if (error != 0 && error != EEXIST) {
        throw Error(ErrorKind::failed, "cannot create '{}': {}", path.string(), errno_text(error));
    }
}

void restrict_mode(const std::filesystem::path& path)
{
    struct stat about = {};
    if (::stat(path.c_str(), &about) == 0 && (about.st_mode & 077U) != 0) {
        ::chmod(path.c_str(), 0600);
    }
}

}  // namespace

Connection::Connection(const std::filesystem::path& directory, Time now) : path_(directory / "state.db")
{
    create_private_directories(directory);
    refuse_network(directory);
    create_file(path_);
    try {
        database_.emplace(path_.string(), SQLite::OPEN_READWRITE, busy_timeout);
        // EXTRA: the folder is synced after the journal is gone too, else a power cut could bring that back, and undo
        // what was told to be stored (security requirement DU-15).
        database_->exec("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA synchronous = EXTRA;");
        migrate(*database_, path_, now);
        // Not WAL: SQLite before 3.51.3 can corrupt a database when it resets the log (docs/architecture.md). A
        // database that is not in WAL mode is not written to by this.
        database_->execAndGet("PRAGMA journal_mode = DELETE");
    } catch (const SQLite::Exception& error) {
        throw to_error(error);
    }
    restrict_mode(path_);
}

Error Connection::to_error(const SQLite::Exception& error) const
{
    const auto path = path_.string();
    switch (error.getErrorCode()) {
    case SQLITE_FULL:
        return Error(ErrorKind::failed, "cannot write '{}': the disk is full", path)
            .with_hint(fmt::format("df -h {}", shell_quote(path_.parent_path().string())));
    case SQLITE_BUSY:
        return Error(ErrorKind::failed, "'{}' has been locked by another process for {} s", path, busy_timeout / 1000)
            .with_hint(fmt::format("fuser -v {}", shell_quote(path)));
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return Error(ErrorKind::failed, "'{}' is damaged or not a database: {}", path, error.what())
            .with_hint(fmt::format("mv {0} {0}.damaged  # tinystacks then begins a new one", shell_quote(path)));
    default:
        return Error(ErrorKind::failed, "cannot use '{}': {}", path, error.what());
    }
}

std::optional<std::string_view> find_network_file_system(unsigned long magic)
{
    struct Row {
        unsigned long magic;
        std::string_view name;
    };
    static constexpr std::array rows = {
        Row{0x6969, "NFS"},        Row{0xFF534D42, "CIFS"}, Row{0x517B, "SMB"},       Row{0xFE534D42, "SMB"},
        Row{0x65735546, "FUSE"},   Row{0x5346414F, "AFS"},  Row{0x6B414653, "AFS"},   Row{0x00C36400, "Ceph"},
        Row{0x73757245, "Coda"},   Row{0x01021997, "9p"},   Row{0x7461636F, "OCFS2"}, Row{0x47504653, "GPFS"},
        Row{0x0BD00BD0, "Lustre"}, Row{0x01161970, "GFS2"},
    };
    for (const auto& row : rows) {
        if (row.magic == magic) {
            return row.name;
        }
    }
    return std::nullopt;
}

}  // namespace tinystacks::store
