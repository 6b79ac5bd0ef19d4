#include "watch.hpp"

#include <pthread.h>

#include <atomic>
#include <csignal>
#include <optional>
#include <thread>

namespace tinystacks::app {
namespace {

constexpr int wakes = SIGURG;  ///< the waiting thread, when it is to end; nobody minds it otherwise

}  // namespace

struct Interrupts::State {
    sigset_t signals = {};
    sigset_t before = {};
    std::atomic<int> first = 0;
    std::jthread waiter;
};

Interrupts::Interrupts() : state_(std::make_unique<State>())
{
    ::sigemptyset(&state_->signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, wakes}) {
        ::sigaddset(&state_->signals, number);
    }
    ::pthread_sigmask(SIG_BLOCK, &state_->signals, &state_->before);
}

void Interrupts::watch(control::ControlPlane& plane, const control::RunId& run, view::Console& err)
{
    watch([&plane, run](control::Cancel how) { plane.cancel(run, how); }, err);
}

void Interrupts::watch(std::function<void(control::Cancel)> cancel, view::Console& err)
{
    state_->waiter =
        std::jthread([state = state_.get(), cancel = std::move(cancel), &err](const std::stop_token& stop) {
            while (true) {
                const int number = ::sigwaitinfo(&state->signals, nullptr);
                if (stop.stop_requested()) {
                    return;
                }
                if (number < 0 || number == wakes) {
                    continue;
                }
                int none = 0;
                if (state->first.compare_exchange_strong(none, number)) {
                    cancel(control::Cancel::gently);
                    try {
                        err.write(number == SIGINT ? "tinystacks: stopping; press Ctrl-C again to stop at once\n"
                                                   : "tinystacks: stopping\n");
                    } catch (const Error&) {
                        // The terminal is gone: nobody is there to read it.
                    }
                } else {
                    cancel(control::Cancel::now);
                }
            }
        });
}

Interrupts::~Interrupts()
{
    if (state_->waiter.joinable()) {
        state_->waiter.request_stop();
        ::pthread_kill(state_->waiter.native_handle(), wakes);
        state_->waiter.join();
    }
    // Who is stopping has only its report to write, which a further Ctrl-C must not cut.
    if (state_->first == 0) {
        ::pthread_sigmask(SIG_SETMASK, &state_->before, nullptr);
    }
}

int Interrupts::exit_code() const
{
    const int number = state_->first;
    return number == 0 ? 0 : number == SIGINT ? 130 : 143;
}

Done carry_out(const control::Request& request, control::ControlPlane& plane, view::Progress& progress,
               view::Console& err)
{
    if (const auto refusal = plane.refuses(request)) {
        throw *refusal;
    }
    Interrupts interrupts;
    const auto run = plane.start(request);
    interrupts.watch(plane, run, err);
    log::Cursor cursor;
    std::chrono::milliseconds silence{0};
    std::optional<Error> unwritable;
    while (true) {
        constexpr std::chrono::milliseconds poll = std::chrono::seconds(1);
        const auto page = plane.follow(run, cursor, poll);
        silence = page.events.empty() ? silence + poll : std::chrono::milliseconds(0);
        try {
            for (const auto& event : page.events) {
                progress.show(event);
            }
            progress.idle(silence);
        } catch (const Error& error) {
            // The work goes on without its watcher; the console stays silent from here on.
            unwritable = error;
        }
        cursor = page.next;
        if (page.ended) {
            break;
        }
    }
    if (unwritable && interrupts.exit_code() == 0) {
        throw *unwritable;
    }
    // The journal ends after the result is there.
    return {plane.result(run).value(), interrupts.exit_code()};
}

}  // namespace tinystacks::app
