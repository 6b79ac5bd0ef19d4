#include "registry/detail/daemon.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>

namespace tinystacks::registry::detail {
namespace {

constexpr int gentle_milliseconds = 5000;
constexpr int killed_milliseconds = 5000;

/// Files of /proc have no size, so read_file() with its limit would do; but a process may end while we look.
std::string read_proc(const std::string& path)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    char buffer[4096];
    const auto got = file ? ::read(file.number(), buffer, sizeof buffer) : -1;
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
}

std::string boot_id()
{
    return std::string(trim(read_proc("/proc/sys/kernel/random/boot_id")));
}

struct Stat {
    char state = 'X';
    std::string start;
};

/// Fields 3 and 22 of /proc/PID/stat; the name before them is in parentheses and may hold anything.
std::optional<Stat> find_stat(pid_t pid)
{
    const auto text = read_proc("/proc/" + std::to_string(pid) + "/stat");
    const auto end = text.rfind(") ");
    if (end == std::string::npos) {
        return std::nullopt;
    }
    const auto fields = split(std::string_view(text).substr(end + 2), ' ');
    constexpr std::size_t start_field = 22 - 3;
    if (fields.size() <= start_field || fields[0].empty()) {
        return std::nullopt;
    }
    return Stat{fields[0].front(), std::string(fields[start_field])};
}

template <typename Number>
bool read_number(std::string_view text, Number& number)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && number > 0;
}

std::vector<char*> pointers(std::vector<std::string>& words)
{
    std::vector<char*> list;
    for (auto& word : words) {
        list.push_back(word.data());
    }
    list.push_back(nullptr);
    return list;
}

/// What the new process needs, made before the fork: after it, in a process that may have had threads, nothing may
/// allocate.
struct Plan {
    const char* program;
    char* const* argv;
    char* const* environment;
    const char* directory;
    int input;
    int log;
    int report;  ///< gets the pid, and an errno when the program cannot be executed
};

struct Report {
    pid_t pid;
    int error;
};

[[noreturn]] void become(const Plan& plan)
{
    for (int number = 1; number < NSIG; ++number) {
        (void)std::signal(number, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::umask(077);
    // Whatever our caller left open for us must not stay open for as long as the daemon lives.
    constexpr unsigned close_on_exec = 1U << 2U;  // CLOSE_RANGE_CLOEXEC, Linux 5.11; older kernels keep them open
    (void)::syscall(SYS_close_range, 3U, ~0U, close_on_exec);
    const Report started{::getpid(), 0};
    (void)!::write(plan.report, &started, sizeof started);
    const bool ready = ::chdir(plan.directory) == 0 && ::dup2(plan.input, 0) == 0 && ::dup2(plan.log, 1) == 1 &&
                       ::dup2(plan.log, 2) == 2;
    if (ready) {
        ::execve(plan.program, plan.argv, plan.environment);
    }
    const Report failed{::getpid(), errno};
    (void)!::write(plan.report, &failed, sizeof failed);
    ::_exit(127);
}

void fork_twice(const Plan& plan)
{
    const auto child = ::fork();
    if (child < 0) {
        throw Error(ErrorKind::failed, "cannot start a process: {}", errno_text(errno));
    }
    if (child == 0) {
        (void)::setsid();
        if (::fork() == 0) {
            become(plan);
        }
        ::_exit(0);
    }
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
}

int pidfd_open(pid_t pid)
{
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

bool ends_within(const Descriptor& process, int milliseconds)
{
    pollfd wait = {process.number(), POLLIN, 0};
    int ready = 0;
    while ((ready = ::poll(&wait, 1, milliseconds)) < 0 && errno == EINTR) {
    }
    return ready > 0;
}

}  // namespace

std::string to_text(const Identity& identity)
{
    return fmt::format("{} {} {} {}\n", identity.pid, identity.start, identity.boot, identity.port);
}

std::optional<Identity> find_identity(const std::filesystem::path& pid_file)
{
    const auto text = find_file(pid_file, 4096).value_or("");
    const auto words = split(trim(text), ' ');
    Identity identity;
    if (words.size() != 4 || !read_number(words[0], identity.pid) || !read_number(words[3], identity.port)) {
        return std::nullopt;
    }
    identity.start = words[1];
    identity.boot = words[2];
    return identity;
}

bool is_alive(const Identity& identity)
{
    const auto stat = find_stat(identity.pid);
    return stat && stat->state != 'Z' && stat->state != 'X' && stat->start == identity.start &&
           identity.boot == boot_id();
}

void end(const Identity& identity)
{
    // First a handle on the process, then the question whether it is the right one: so the answer stays true.
    const Descriptor process(pidfd_open(identity.pid));
    if (!process || !is_alive(identity)) {
        return;
    }
    (void)::syscall(SYS_pidfd_send_signal, process.number(), SIGTERM, nullptr, 0);
    if (!ends_within(process, gentle_milliseconds)) {
        (void)::syscall(SYS_pidfd_send_signal, process.number(), SIGKILL, nullptr, 0);
        (void)ends_within(process, killed_milliseconds);
    }
}

Identity start(const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment,
               const std::filesystem::path& directory, const std::filesystem::path& log)
{
    auto words = argv;
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) {
        variables.push_back(name + "=" + value);
    }
    const auto argument_list = pointers(words);
    const auto variable_list = pointers(variables);
    const auto input = open_file("/dev/null", O_RDONLY);
    const auto output = open_file(log, O_WRONLY | O_CREAT | O_APPEND);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw Error(ErrorKind::failed, "cannot create a pipe: {}", errno_text(errno));
    }
    const Descriptor read(ends[0]);
    Descriptor write(ends[1]);
    fork_twice({argv.front().c_str(), argument_list.data(), variable_list.data(), directory.c_str(), input.number(),
                output.number(), write.number()});
    write = Descriptor();

    Report report = {};
    Identity identity;
    while (::read(read.number(), &report, sizeof report) == sizeof report) {  // until the exec closes its end
        if (report.error != 0) {
            throw Error(ErrorKind::unavailable, "cannot start '{}': {}", argv.front(), errno_text(report.error));
        }
        identity.pid = report.pid;
    }
    const auto stat = identity.pid > 0 ? find_stat(identity.pid) : std::nullopt;
    identity.start = stat ? stat->start : "0";
    identity.boot = boot_id();
    return identity;
}

}  // namespace tinystacks::registry::detail
