#include "process/detail/watch.hpp"

#include "base/error.hpp"

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace tinystacks::process {
namespace {

using namespace std::chrono_literals;

constexpr auto kill_after = 10s;  ///< between SIGTERM and SIGKILL
constexpr auto close_after = 5s;  ///< how long a child's children may hold its own pipes open
constexpr auto idle_after = 100ms;

[[noreturn]] void fail_to_wait()
{
    throw Error(ErrorKind::failed, "cannot wait for a child: {}", errno_text(errno));
}

}  // namespace

Wake::Wake(const Interruption& interruption)
    : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), gently_(interruption.gently, Notify{event_.number()}),
      now_(interruption.now, Notify{event_.number()})
{}

void Wake::clear() const
{
    std::uint64_t ignored = 0;
    (void)!::read(event_.number(), &ignored, sizeof ignored);
}

void Wake::Notify::operator()() const
{
    const std::uint64_t one = 1;
    (void)!::write(event, &one, sizeof one);
}

Watch::Watch(const OnOutput& on_output, const Interruption& interruption, const Command& command)
    : on_output_(on_output), interruption_(interruption), wake_(interruption)
{
    if (command.timeout) {
        deadline_ = std::chrono::steady_clock::now() + *command.timeout;
    }
}

void Watch::until_end(int socket, int out, int err, const std::function<void(int)>& signal,
                      const std::function<std::optional<int>()>& hear)
{
    while (!ended_) {
        pollfd waits[4] = {{socket, POLLIN, 0},
                           {wake_.number(), POLLIN, 0},
                           {open_one(out, Stream::out), POLLIN, 0},
                           {open_one(err, Stream::err), POLLIN, 0}};
        const auto ready = ::poll(waits, 4, wait_time());
        if (ready < 0 && errno != EINTR) {
            fail_to_wait();
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
            if (const auto status = hear()) {
                status_ = *status;
                ended_ = true;
            }
        }
    }
}

void Watch::take_rest(int descriptor)
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

void Watch::take_to_end(int out, int err)
{
    const auto give_up = std::chrono::steady_clock::now() + close_after;
    pollfd waits[2] = {{open_one(out, Stream::out), POLLIN, 0}, {open_one(err, Stream::err), POLLIN, 0}};
    while ((waits[0].fd >= 0 || waits[1].fd >= 0) && std::chrono::steady_clock::now() < give_up &&
           !interruption_.now.stop_requested()) {
        if (::poll(waits, 2, 100) < 0 && errno != EINTR) {
            fail_to_wait();
        }
        take(waits[0], Stream::out);
        take(waits[1], Stream::err);
    }
}

Outcome Watch::outcome() const
{
    if (timed_out_) {
        return TimedOut{};
    }
    return WIFSIGNALED(status_) ? Outcome(Killed{WTERMSIG(status_)}) : Outcome(Exited{WEXITSTATUS(status_)});
}

int Watch::wait_time() const
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

void Watch::on_idle()
{
    if (busy_) {
        busy_ = false;
        on_output_(Stream::out, {});
    }
}

void Watch::escalate(const std::function<void(int)>& signal)
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

void Watch::take(pollfd& wait, Stream stream)
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

int Watch::open_one(int descriptor, Stream stream) const
{
    return closed_[stream == Stream::out ? 0 : 1] ? -1 : descriptor;
}

}  // namespace tinystacks::process
