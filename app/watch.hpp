#pragma once

#include "control/control_plane.hpp"
#include "services.hpp"
#include "view/progress.hpp"
#include "view/report.hpp"

#include <functional>

namespace tinystacks::app {

/// Ctrl-C and SIGTERM, from construction to destruction: the first asks `plane` to stop `run` gently, the second to
/// stop it at once. Constructed before any other thread, so that every thread leaves the signals to this one.
class Interrupts {
public:
    Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;
    ~Interrupts();

    void watch(control::ControlPlane& plane, const control::RunId& run, view::Console& err);
    /// The same for work that is no run: `cancel` is called from another thread.
    void watch(std::function<void(control::Cancel)> cancel, view::Console& err);
    /// 130 or 143 once a signal came, by its number; 0 before.
    [[nodiscard]] int exit_code() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Ends the command with the exit code that a signal asks for.
class Stop : public Interrupted {
public:
    explicit Stop(int code) : code_(code) {}
    [[nodiscard]] int code() const { return code_; }

private:
    int code_;
};

/// What `work` returns, which Ctrl-C and SIGTERM ask to stop. Throws Stop when they did.
template <typename Work>
auto interruptible(view::Console& err, Work&& work)
{
    std::stop_source gently;
    std::stop_source now;
    Interrupts interrupts;
    interrupts.watch([&](control::Cancel how) { (how == control::Cancel::now ? now : gently).request_stop(); }, err);
    try {
        return work(Interruption{gently.get_token(), now.get_token()});
    } catch (const Interrupted&) {
        throw Stop(interrupts.exit_code());
    }
}

/// How a request ended.
struct Done {
    control::Result result;
    int interrupted = 0;  ///< 130 or 143 when a signal came, else 0
};

/// Starts the request, shows its events until it ends, and returns its result. Throws Error when the control plane
/// refuses.
[[nodiscard]] Done carry_out(const control::Request& request, control::ControlPlane& plane, view::Progress& progress,
                             view::Console& err);

/// The report of a request whose result is an `Outcome`; exit code 130 or 143 when it was stopped before it had one.
/// Throws the Error it ended with.
template <typename Outcome, typename Make>
[[nodiscard]] view::Report report_of(const Done& done, Make&& make)
{
    if (const auto* error = std::get_if<Error>(&done.result)) {
        throw *error;
    }
    if (const auto* outcome = std::get_if<Outcome>(&done.result)) {
        return make(*outcome);
    }
    throw Stop(done.interrupted);
}

}  // namespace tinystacks::app
