#include "store/detail/liveness.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <pwd.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <system_error>

namespace tinystacks::store {
namespace {

std::optional<std::string> find_proc(const std::string& path)
{
    try {
        return find_file("/proc/" + path, 65536);
    } catch (const Error&) {
        // ESRCH: it ended between open(2) and read(2).
        return std::nullopt;
    }
}

std::optional<std::uint64_t> start_time_of(pid_t pid)
{
    const auto stat = find_proc(fmt::format("{}/stat", pid));
    return stat ? find_start_time(*stat) : std::nullopt;
}

std::string boot_id()
{
    return std::string(trim(find_proc("sys/kernel/random/boot_id").value_or("")));
}

std::string process_space()
{
    std::error_code none;
    return std::filesystem::read_symlink("/proc/self/ns/pid", none).string();
}

std::string user_name()
{
    char buffer[4096];
    passwd entry = {};
    passwd* found = nullptr;
    if (::getpwuid_r(::geteuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr) {
        return entry.pw_name;
    }
    return fmt::format("uid {}", ::geteuid());
}

}  // namespace

std::optional<std::uint64_t> find_start_time(std::string_view stat)
{
    // The second field is the program's name in parentheses and may hold blanks and parentheses itself.
    const auto end = stat.rfind(") ");
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const auto fields = split(stat.substr(end + 2), ' ');
    constexpr std::size_t state = 0;       // field 3
    constexpr std::size_t start = 22 - 3;  // field 22
    std::uint64_t time = 0;
    if (fields.size() <= start || fields[state] == "Z" || fields[state] == "X" ||
        std::from_chars(fields[start].data(), fields[start].data() + fields[start].size(), time).ec != std::errc()) {
        return std::nullopt;
    }
    return time;
}

ProcessMark this_process()
{
    const auto pid = ::getpid();
    return {pid, start_time_of(pid).value_or(0), boot_id(), process_space()};
}

Life life_of(const ProcessMark& mark)
{
    if (mark.boot != boot_id()) {
        return Life::ended;
    }
    if (mark.space != process_space()) {
        return Life::unknown;
    }
    return start_time_of(mark.pid) == mark.started ? Life::lives : Life::ended;
}

std::string describe_this_process()
{
    char host[256] = {};
    if (::gethostname(host, sizeof host - 1) != 0) {
        host[0] = '?';
    }
    return fmt::format("{}@{}, pid {}", user_name(), host, ::getpid());
}

}  // namespace tinystacks::store
