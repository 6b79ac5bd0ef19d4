#pragma once

#include "base/time.hpp"
#include "control/control_plane.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace tinystacks::control {

/// Sorts by time and is told apart from another of the same millisecond: 20261125-161730-4f2a9c.
[[nodiscard]] RunId new_run_id(Time now);

/// Long work of this process: each run in a thread of its own, its journal in a file that any process may follow.
class Runs {
public:
    /// What a run does. Errors it throws are its result.
    using Work = std::function<Result(const pipeline::Run& run)>;
    /// What is made of its result before anybody sees that.
    using Conclude = std::function<Result(Result)>;
    enum class Journal {
        kept,    ///< stays below `state`/logs
        passing  ///< goes with the run
    };

    /// `state` is $XDG_STATE_HOME/tinystacks.
    explicit Runs(std::filesystem::path state);
    Runs(const Runs&) = delete;
    Runs& operator=(const Runs&) = delete;
    /// Ends what still runs, at once.
    ~Runs();

    /// Begins `work` and returns at once.
    void start(const RunId& id, Journal journal, Work work, Conclude conclude = {});
    /// Whether this process started the run.
    [[nodiscard]] bool has(const RunId& run) const { return runs_.contains(run); }
    /// Where a run's journal is, whoever started it.
    [[nodiscard]] std::filesystem::path journal(const RunId& run) const;
    /// As ControlPlane's.
    [[nodiscard]] log::Page follow(const RunId& run, const log::Cursor& cursor, std::chrono::milliseconds wait);
    [[nodiscard]] std::optional<Result> result(const RunId& run);
    void cancel(const RunId& run, Cancel how);

private:
    struct Run;

    void carry_out(const Work& work, const Conclude& conclude, Run& run);

    std::filesystem::path state_;
    std::mutex mutex_;  ///< guards the results
    std::map<RunId, std::unique_ptr<Run>> runs_;
};

}  // namespace tinystacks::control
