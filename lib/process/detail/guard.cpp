#include "process/detail/guard.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace tinystacks::process::guard {
namespace {

/// Children we were asked to start and whose end is still to be told. More than one only while a run is being torn
/// down; the launcher starts one at a time.
constexpr std::size_t most_children = 64;

struct State {
    int socket = -1;
    std::array<pid_t, most_children> children = {};
};

/// Reads exactly `size` bytes; the first read may carry descriptors. False at the end of the stream.
bool receive(int socket, char* bytes, std::size_t size, int* descriptors, std::size_t descriptor_count)
{
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * 3)];
    while (size > 0) {
        iovec part = {bytes, size};
        msghdr message = {};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const auto got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        const auto* header = CMSG_FIRSTHDR(&message);
        if (header != nullptr && header->cmsg_type == SCM_RIGHTS && descriptors != nullptr) {
            std::memcpy(descriptors, CMSG_DATA(header), sizeof(int) * descriptor_count);
        }
        bytes += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

void tell(int socket, const Tell& answer)
{
    // A launcher that is gone is noticed when its end of the socket reads as closed.
    (void)::send(socket, &answer, sizeof answer, MSG_NOSIGNAL);
}

bool is_number(const char* name)
{
    for (; *name != '\0'; ++name) {
        if (*name < '0' || *name > '9') {
            return false;
        }
    }
    return true;
}

/// The parent of process `name` (a directory of /proc, open as `proc`), or -1.
pid_t parent_of(int proc, const char* name)
{
    char path[32];
    char* end = ::stpncpy(path, name, 16);
    std::strcpy(end, "/stat");
    const int file = ::openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return -1;
    }
    char text[512];
    const auto got = ::read(file, text, sizeof text - 1);
    ::close(file);
    if (got <= 0) {
        return -1;
    }
    text[got] = '\0';
    // "pid (name) state parent …", where the name may hold anything, parentheses too.
    const char* after_name = std::strrchr(text, ')');
    return after_name == nullptr || std::strlen(after_name) < 5
               ? -1
               : static_cast<pid_t>(std::strtol(after_name + 4, nullptr, 10));
}

struct DirectoryEntry {
    std::uint64_t inode;
    std::int64_t offset;
    std::uint16_t length;
    unsigned char type;
    char name[1];
};

/// SIGKILLs every direct child. Orphans of those become our children in turn, for we are their subreaper.
void kill_children()
{
    const int proc = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0) {
        return;
    }
    const auto self = ::getpid();
    alignas(DirectoryEntry) char buffer[32768];
    while (true) {
        const auto got = ::syscall(SYS_getdents64, proc, buffer, sizeof buffer);
        if (got <= 0) {
            break;
        }
        for (long at = 0; at < got;) {
            const auto* entry = reinterpret_cast<const DirectoryEntry*>(buffer + at);
            const char* name = buffer + at + offsetof(DirectoryEntry, name);
            if (is_number(name) && parent_of(proc, name) == self) {
                ::kill(static_cast<pid_t>(std::strtol(name, nullptr, 10)), SIGKILL);
            }
            at += entry->length;
        }
    }
    ::close(proc);
}

/// Ends everything that descends from us, in whatever group or session, and then us.
[[noreturn]] void end_all()
{
    while (true) {
        const auto ended = ::waitpid(-1, nullptr, WNOHANG);
        if (ended < 0 && errno == ECHILD) {
            ::_exit(0);
        }
        if (ended == 0) {
            kill_children();
            (void)::waitpid(-1, nullptr, 0);
        }
    }
}

/// Tells the ends of children we were asked to start; orphans that came to us are only reaped.
void reap(State& state)
{
    while (true) {
        int status = 0;
        const auto pid = ::waitpid(-1, &status, WNOHANG);
        if (pid <= 0) {
            return;
        }
        for (auto& child : state.children) {
            if (child == pid) {
                child = 0;
                tell(state.socket, {Tell::What::ended, pid, status});
            }
        }
    }
}

struct Start {
    const char* program;
    const char* directory;
    char** arguments;
    char** environment;
    int descriptors[3];
    mode_t umask;
    bool other_user;
    uid_t uid;
    gid_t gid;
    gid_t* groups;
    std::size_t group_count;
};

/// By bare system calls: those of the C library would tell threads that a fork does not have.
bool change_user(const Start& start)
{
    return ::syscall(SYS_setgroups, start.group_count, start.groups) == 0 &&
           ::syscall(SYS_setresgid, start.gid, start.gid, start.gid) == 0 &&
           ::syscall(SYS_setresuid, start.uid, start.uid, start.uid) == 0;
}

/// In the new child, which shares our memory until it executes: system calls only.
[[noreturn]] void become(const Start& start, volatile int& failure)
{
    ::setpgid(0, 0);
    for (int i = 0; i < 3; ++i) {
        if (::dup2(start.descriptors[i], i) < 0) {
            failure = errno;
            ::_exit(127);
        }
    }
    ::umask(start.umask);
    if (start.other_user && !change_user(start)) {
        failure = errno;
        ::_exit(127);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // should somebody kill the guard itself; a change of user forgets it
    if (::chdir(start.directory) == 0) {
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::execve(start.program, start.arguments, start.environment);
    }
    failure = errno;
    ::_exit(127);
}

void start_child(State& state, const Start& start)
{
    volatile int failure = 0;
    // vfork: copying the page tables of a launcher that holds megabytes would cost more than the command.
    const auto pid = ::vfork();
    if (pid == 0) {
        become(start, failure);
    }
    if (pid < 0 || failure != 0) {
        const int why = pid < 0 ? errno : failure;
        if (pid > 0) {
            (void)::waitpid(pid, nullptr, 0);
        }
        tell(state.socket, {Tell::What::not_started, 0, why});
        return;
    }
    for (auto& child : state.children) {
        if (child == 0) {
            child = pid;
            break;
        }
    }
    tell(state.socket, {Tell::What::started, pid, 0});
}

/// Reads the rest of a start request and carries it out.
void on_start(State& state, const Ask& ask)
{
    const std::size_t pointers = (std::size_t{ask.arguments} + ask.variables + 2) * sizeof(char*);
    const std::size_t groups = ask.groups * sizeof(gid_t);
    const std::size_t size = pointers + groups + ask.payload;
    auto* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        end_all();
    }
    auto** table = static_cast<char**>(memory);
    Start start = {};
    start.groups = reinterpret_cast<gid_t*>(static_cast<char*>(memory) + pointers);
    char* text = static_cast<char*>(memory) + pointers + groups;
    if (!receive(state.socket, text, ask.payload, start.descriptors, 3)) {
        end_all();
    }
    const auto next = [&text] {
        char* word = text;
        text += std::strlen(text) + 1;
        return word;
    };
    start.program = next();
    start.directory = next();
    start.umask = ask.umask;
    start.arguments = table;
    for (std::uint32_t i = 0; i < ask.arguments; ++i) {
        *table++ = next();
    }
    *table++ = nullptr;
    start.environment = table;
    for (std::uint32_t i = 0; i < ask.variables; ++i) {
        *table++ = next();
    }
    *table = nullptr;
    start.other_user = ask.other_user != 0;
    start.uid = ask.uid;
    start.gid = ask.gid;
    start.group_count = ask.groups;
    for (std::uint32_t i = 0; i < ask.groups; ++i) {
        start.groups[i] = static_cast<gid_t>(std::strtoul(next(), nullptr, 10));
    }
    start_child(state, start);
    for (const int descriptor : start.descriptors) {
        ::close(descriptor);
    }
    ::munmap(memory, size);
}

/// Signals the group of a child that has not ended yet: its number cannot have been given to another process.
void on_signal(const State& state, const Ask& ask)
{
    for (const auto child : state.children) {
        if (child != 0 && child == ask.pid) {
            ::kill(-child, ask.signal);
        }
    }
}

/// Leaves everything of the process we were forked from: its descriptors, terminal, signal handlers.
int settle(int socket)
{
    ::setsid();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::prctl(PR_SET_NAME, "tinystacks-guard");
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    for (int number = 1; number < NSIG; ++number) {
        ::signal(number, SIG_DFL);  // an ignored signal would stay ignored in what we execute
    }
    ::dup2(socket, 3);
    const int null = ::open("/dev/null", O_RDWR);
    for (int i = 0; i < 3; ++i) {
        ::dup2(null, i);
    }
    ::fcntl(3, F_SETFD, FD_CLOEXEC);
    if (::close_range(4, ~0U, 0) != 0) {
        // Linux before 5.9, or a filter of system calls.
        const auto most = std::min(::sysconf(_SC_OPEN_MAX), 65536L);
        for (int number = 4; number < most; ++number) {
            ::close(number);
        }
    }
    return 3;
}

}  // namespace

void serve(int socket)
{
    State state;
    state.socket = settle(socket);
    sigset_t child_ended;
    ::sigemptyset(&child_ended);
    ::sigaddset(&child_ended, SIGCHLD);
    const int ends = ::signalfd(-1, &child_ended, SFD_CLOEXEC | SFD_NONBLOCK);
    if (ends < 0) {
        end_all();  // nobody would hear that a child has ended
    }
    while (true) {
        pollfd waits[2] = {{state.socket, POLLIN, 0}, {ends, POLLIN, 0}};
        if (::poll(waits, 2, -1) < 0 && errno != EINTR) {
            end_all();
        }
        if ((waits[1].revents & POLLIN) != 0) {
            signalfd_siginfo ignored;
            while (::read(ends, &ignored, sizeof ignored) > 0) {
            }
            reap(state);
        }
        if (waits[0].revents == 0) {
            continue;
        }
        Ask ask = {};
        if (!receive(state.socket, reinterpret_cast<char*>(&ask), sizeof ask, nullptr, 0)) {
            end_all();
        }
        if (ask.what == Ask::What::start) {
            on_start(state, ask);
        } else {
            on_signal(state, ask);
        }
    }
}

}  // namespace tinystacks::process::guard
