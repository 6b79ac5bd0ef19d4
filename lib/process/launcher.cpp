#include "process/launcher.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

namespace tinystacks::process {
namespace {

void append_up_to(std::string& kept, std::string_view piece, std::size_t limit)
{
    kept.append(piece.substr(0, limit - std::min(limit, kept.size())));
}

bool is_executable(const std::filesystem::path& path)
{
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

Finished run_and_keep(Launcher& launcher, const Command& command, const Interruption& interruption, std::size_t limit)
{
    Finished finished{Exited{0}, {}, {}};
    finished.outcome = launcher.run(
        command,
        [&](Stream stream, std::string_view piece) {
            append_up_to(stream == Stream::out ? finished.out : finished.err, piece, limit);
        },
        interruption);
    return finished;
}

std::string to_string(const Outcome& outcome)
{
    if (const auto* exited = std::get_if<Exited>(&outcome)) {
        return fmt::format("exit status {}", exited->status);
    }
    if (const auto* killed = std::get_if<Killed>(&outcome)) {
        return fmt::format("killed by signal {}", killed->signal);
    }
    return "timed out";
}

int shell_status(const Outcome& outcome)
{
    if (const auto* exited = std::get_if<Exited>(&outcome)) {
        return exited->status;
    }
    if (const auto* killed = std::get_if<Killed>(&outcome)) {
        return 128 + killed->signal;
    }
    return 124;  // what timeout(1) exits with
}

std::optional<std::filesystem::path> find_program(std::string_view name, const Environment& environment)
{
    if (name.find('/') != std::string_view::npos) {
        return is_executable(name) ? std::optional<std::filesystem::path>(name) : std::nullopt;
    }
    const auto found = environment.find("PATH");
    const std::string path = found == environment.end() ? "/usr/local/bin:/usr/bin:/bin" : found->second;
    for (const auto folder : split(path, ':')) {
        // An empty part of PATH means the current directory, where a repository's own files lie: left out.
        if (auto candidate = std::filesystem::path(folder) / name; !folder.empty() && is_executable(candidate)) {
            return candidate;
        }
    }
    return std::nullopt;
}

std::optional<User> find_user(const std::string& name)
{
    std::vector<char> buffer(std::size_t{1} << 16);
    passwd entry = {};
    passwd* found = nullptr;
    if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
        return std::nullopt;
    }
    int count = 0;
    (void)::getgrouplist(name.c_str(), entry.pw_gid, nullptr, &count);
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(count, 1)));
    count = static_cast<int>(groups.size());
    if (::getgrouplist(name.c_str(), entry.pw_gid, groups.data(), &count) < 0) {
        groups = {entry.pw_gid};
    }
    return User{entry.pw_uid, entry.pw_gid, {groups.begin(), groups.end()}};
}

}  // namespace tinystacks::process
