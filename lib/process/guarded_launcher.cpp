#include "process/guarded_launcher.hpp"

#include "base/crash_point.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "process/detail/guard.hpp"
#include "process/detail/watch.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace tinystacks::process {
namespace {

constexpr int pipe_size = 1 << 20;

struct Pipe {
    Descriptor read;
    Descriptor write;
};

[[noreturn]] void fail(const char* what)
{
    throw Error(ErrorKind::failed, "cannot {}: {}", what, errno_text(errno));
}

Pipe make_pipe()
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        fail("create a pipe");
    }
    Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    (void)::fcntl(ends[1], F_SETPIPE_SZ, pipe_size);  // only speed: the default size works too
    return pipe;
}

Descriptor make_input(const std::string& text)
{
    if (text.empty()) {
        return open_file("/dev/null", O_RDONLY);
    }
    Descriptor memory(::memfd_create("stdin", MFD_CLOEXEC));
    if (!memory) {
        fail("keep a child's input");
    }
    write_all(memory.number(), text, "stdin of a child");
    ::lseek(memory.number(), 0, SEEK_SET);
    return memory;
}

void append_word(std::string& payload, std::string_view word)
{
    if (word.find('\0') != std::string_view::npos) {
        throw Error(ErrorKind::invalid_input, "a command's words cannot hold a NUL character");
    }
    payload.append(word).push_back('\0');
}

}  // namespace

struct GuardedLauncher::Guard {
    pid_t pid = -1;
    Descriptor socket;
    Pipe shared;

    Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard();

    pid_t start(const Command& command, const std::array<int, 3>& descriptors);
    void signal(pid_t child, int number) const;
    [[nodiscard]] guard::Tell hear() const;
};

GuardedLauncher::Guard::Guard()
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        fail("create a socket");
    }
    socket = Descriptor(ends[0]);
    const Descriptor theirs(ends[1]);
    shared = make_pipe();
    pid = ::fork();
    if (pid < 0) {
        fail("start a guard process");
    }
    if (pid == 0) {
        guard::serve(theirs.number());
    }
}

GuardedLauncher::Guard::~Guard()
{
    socket = Descriptor();  // the guard reads the end of the stream and ends what is left
    shared = Pipe();        // a full pipe must not keep anybody from dying
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

guard::Tell GuardedLauncher::Guard::hear() const
{
    guard::Tell answer = {};
    const auto got = ::recv(socket.number(), &answer, sizeof answer, MSG_WAITALL);
    if (got != static_cast<ssize_t>(sizeof answer)) {
        throw Error(ErrorKind::failed, "the guard process ended, and with it what it had started");
    }
    return answer;
}

pid_t GuardedLauncher::Guard::start(const Command& command, const std::array<int, 3>& descriptors)
{
    const auto program = find_program(command.argv.front(), command.environment);
    if (!program) {
        throw Error(ErrorKind::unavailable, "cannot start '{}': no such program on the PATH", command.argv.front());
    }
    std::string payload;
    append_word(payload, program->native());
    append_word(payload, command.directory.native());
    for (const auto& word : command.argv) {
        append_word(payload, word);
    }
    for (const auto& [name, value] : command.environment) {
        append_word(payload, name + "=" + value);
    }
    const auto user = command.user.value_or(User{});
    for (const auto group : user.groups) {
        append_word(payload, std::to_string(group));
    }
    const guard::Ask ask = {guard::Ask::What::start,
                            static_cast<std::uint32_t>(payload.size()),
                            static_cast<std::uint32_t>(command.argv.size()),
                            static_cast<std::uint32_t>(command.environment.size()),
                            command.umask,
                            0,
                            0,
                            command.user ? 1U : 0U,
                            user.uid,
                            user.gid,
                            static_cast<std::uint32_t>(user.groups.size())};
    write_all(socket.number(), {reinterpret_cast<const char*>(&ask), sizeof ask}, "the guard process");

    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * 3)] = {};
    iovec part = {payload.data(), payload.size()};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * 3);
    std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof(int) * 3);
    const auto sent = ::sendmsg(socket.number(), &message, MSG_NOSIGNAL);
    if (sent < 0) {
        fail("reach the guard process");
    }
    write_all(socket.number(), std::string_view(payload).substr(static_cast<std::size_t>(sent)), "the guard process");

    const auto answer = hear();
    if (answer.what != guard::Tell::What::started) {
        const auto kind = answer.status == ENOENT || answer.status == EACCES || answer.status == ENOEXEC
                              ? ErrorKind::unavailable
                              : ErrorKind::failed;
        throw Error(kind, "cannot start '{}' in '{}': {}", command.argv.front(), command.directory.string(),
                    errno_text(answer.status));
    }
    return answer.pid;
}

void GuardedLauncher::Guard::signal(pid_t child, int number) const
{
    const guard::Ask ask = {guard::Ask::What::signal, 0, 0, 0, 0, child, number, 0, 0, 0, 0};
    write_all(socket.number(), {reinterpret_cast<const char*>(&ask), sizeof ask}, "the guard process");
}

GuardedLauncher::GuardedLauncher() = default;
GuardedLauncher::~GuardedLauncher() = default;

Outcome GuardedLauncher::run(const Command& command, const OnOutput& on_output, const Interruption& interruption)
{
    if (interruption.requested()) {
        throw Interrupted();
    }
    if (!guard_) {
        guard_ = std::make_unique<Guard>();
    }
    const bool shares = command.output == Output::shared;
    const auto input = make_input(command.input);
    Pipe out = shares ? Pipe() : make_pipe();
    Pipe err = shares ? Pipe() : make_pipe();
    const int write_out = shares ? guard_->shared.write.number() : out.write.number();
    const int write_err = shares ? guard_->shared.write.number() : err.write.number();
    if (command.user) {
        // For /dev/stderr, which is opened anew.
        (void)::fchown(write_out, command.user->uid, command.user->gid);
        (void)::fchown(write_err, command.user->uid, command.user->gid);
    }
    const auto child = guard_->start(command, {input.number(), write_out, write_err});
    out.write = Descriptor();
    err.write = Descriptor();

    Watch watch(on_output, interruption, command);
    const int read_out = shares ? guard_->shared.read.number() : out.read.number();
    watch.until_end(
        guard_->socket.number(), read_out, shares ? -1 : err.read.number(),
        [&](int number) { guard_->signal(child, number); },
        [&]() -> std::optional<int> {
            const auto answer = guard_->hear();
            return answer.what == guard::Tell::What::ended ? std::optional<int>(answer.status) : std::nullopt;
        });
    if (shares) {
        watch.take_rest(read_out);
    } else {
        watch.take_to_end(out.read.number(), err.read.number());
    }
    crash_point("a program ended");
    if (watch.interrupted()) {
        throw Interrupted();
    }
    return watch.outcome();
}

}  // namespace tinystacks::process
