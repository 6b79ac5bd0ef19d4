#include "process/guarded_launcher.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "process/detail/guard.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace tinystacks::process {
namespace {

using namespace std::chrono_literals;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr auto kill_after = 10s;  ///< between SIGTERM and SIGKILL
constexpr auto close_after = 5s;  ///< how long a child's children may hold its own pipes open
constexpr auto idle_after = 100ms;
constexpr std::size_t piece_size = 65536;
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

namespace {

/// Wakes the poll loop when an interruption is requested.
class Wake {
public:
    explicit Wake(const Interruption& interruption)
        : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), gently_(interruption.gently, Notify{event_.number()}),
          now_(interruption.now, Notify{event_.number()})
    {}
    [[nodiscard]] int number() const { return event_.number(); }
    void clear() const
    {
        std::uint64_t ignored = 0;
        (void)!::read(event_.number(), &ignored, sizeof ignored);
    }

private:
    struct Notify {
        int event;
        void operator()() const
        {
            const std::uint64_t one = 1;
            (void)!::write(event, &one, sizeof one);
        }
    };
    Descriptor event_;
    std::stop_callback<Notify> gently_;
    std::stop_callback<Notify> now_;
};

}  // namespace

/// One child from its start to its end: the poll loop of run().
class Watch {
public:
    Watch(const OnOutput& on_output, const Interruption& interruption, const Command& command)
        : on_output_(on_output), interruption_(interruption), wake_(interruption)
    {
        if (command.timeout) {
            deadline_ = std::chrono::steady_clock::now() + *command.timeout;
        }
    }

    /// `signal` sends to the child's group, `hear` takes the guard's message.
    template <typename Signal, typename Hear>
    void until_end(int socket, int out, int err, Signal&& signal, Hear&& hear)
    {
        while (!ended_) {
            pollfd waits[4] = {{socket, POLLIN, 0}, {wake_.number(), POLLIN, 0}, {out, POLLIN, 0}, {err, POLLIN, 0}};
            const auto ready = ::poll(waits, 4, wait_time());
            if (ready < 0 && errno != EINTR) {
                fail("wait for a child");
            }
            if (ready == 0) {
                on_idle();
            }
            if (waits[1].revents != 0) {
                wake_.clear();
            }
            escalate(signal);
            take(waits[2], Stream::out);
            take(waits[3], Stream::err);
            if (waits[0].revents != 0) {
                const auto answer = hear();
                if (answer.what == guard::Tell::What::ended) {
                    status_ = answer.status;
                    ended_ = true;
                }
            }
        }
    }

    /// Takes what lies in the shared pipe now, and no more: others may go on writing to it.
    void take_rest(int descriptor)
    {
        int waiting = 0;
        if (::ioctl(descriptor, FIONREAD, &waiting) != 0) {
            return;
        }
        for (auto rest = static_cast<std::size_t>(waiting); rest > 0;) {
            const auto got = ::read(descriptor, buffer_.data(), std::min(rest, buffer_.size()));
            if (got <= 0) {
                return;
            }
            on_output_(Stream::out, {buffer_.data(), static_cast<std::size_t>(got)});
            rest -= static_cast<std::size_t>(got);
        }
    }

    /// Reads the child's own pipes to their end, which comes when its children have closed them too.
    void take_to_end(int out, int err)
    {
        const auto give_up = std::chrono::steady_clock::now() + close_after;
        pollfd waits[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
        while ((waits[0].fd >= 0 || waits[1].fd >= 0) && std::chrono::steady_clock::now() < give_up &&
               !interruption_.now.stop_requested()) {
            if (::poll(waits, 2, 100) < 0 && errno != EINTR) {
                fail("wait for a child");
            }
            take(waits[0], Stream::out);
            take(waits[1], Stream::err);
        }
    }

    [[nodiscard]] Outcome outcome() const
    {
        if (timed_out_) {
            return TimedOut{};
        }
        return WIFSIGNALED(status_) ? Outcome(Killed{WTERMSIG(status_)}) : Outcome(Exited{WEXITSTATUS(status_)});
    }
    [[nodiscard]] bool interrupted() const { return interrupted_; }

private:
    [[nodiscard]] int wait_time() const
    {
        const auto now = std::chrono::steady_clock::now();
        auto until = SteadyTime::max();
        if (deadline_ && !stopping_) {
            until = *deadline_;
        }
        if (kill_at_) {
            until = std::min(until, *kill_at_);
        }
        if (until == SteadyTime::max()) {
            return busy_ ? static_cast<int>(idle_after.count()) : -1;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
        const auto most = busy_ ? std::chrono::milliseconds(idle_after) : std::chrono::milliseconds(60'000);
        return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), most).count());
    }

    void on_idle()
    {
        if (busy_) {
            busy_ = false;
            on_output_(Stream::out, {});
        }
    }

    template <typename Signal>
    void escalate(Signal&& signal)
    {
        const auto now = std::chrono::steady_clock::now();
        if (interruption_.requested()) {
            interrupted_ = true;
        } else if (deadline_ && now >= *deadline_) {
            timed_out_ = true;
        }
        if ((interrupted_ || timed_out_) && !stopping_) {
            stopping_ = true;
            kill_at_ = now + kill_after;
            signal(SIGTERM);
        }
        if (kill_at_ && (interruption_.now.stop_requested() || now >= *kill_at_)) {
            signal(SIGKILL);
            kill_at_.reset();
        }
    }

    /// Reads one piece. A stream at its end is left out of later polls.
    void take(pollfd& wait, Stream stream)
    {
        if (wait.fd < 0 || wait.revents == 0) {
            return;
        }
        const auto got = ::read(wait.fd, buffer_.data(), buffer_.size());
        if (got > 0) {
            busy_ = true;
            on_output_(stream, {buffer_.data(), static_cast<std::size_t>(got)});
        } else if (got == 0) {
            closed_[stream == Stream::out ? 0 : 1] = true;
            wait.fd = -1;
        }
    }

public:
    /// The descriptor, or -1 once its stream has ended.
    [[nodiscard]] int open_one(int descriptor, Stream stream) const
    {
        return closed_[stream == Stream::out ? 0 : 1] ? -1 : descriptor;
    }

private:
    const OnOutput& on_output_;
    const Interruption& interruption_;
    Wake wake_;
    std::optional<SteadyTime> deadline_;
    std::optional<SteadyTime> kill_at_;
    std::array<char, piece_size> buffer_;
    std::array<bool, 2> closed_ = {};
    int status_ = 0;
    bool ended_ = false;
    bool busy_ = false;  ///< output came since the last idle call
    bool stopping_ = false;
    bool timed_out_ = false;
    bool interrupted_ = false;
};

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
        [&](int number) { guard_->signal(child, number); }, [&] { return guard_->hear(); });
    if (shares) {
        watch.take_rest(read_out);
    } else {
        watch.take_to_end(watch.open_one(out.read.number(), Stream::out),
                          watch.open_one(err.read.number(), Stream::err));
    }
    if (watch.interrupted()) {
        throw Interrupted();
    }
    return watch.outcome();
}

}  // namespace tinystacks::process
