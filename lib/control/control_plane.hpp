#pragma once

#include "base/error.hpp"
#include "base/interruption.hpp"
#include "buildspec/run.hpp"
#include "deployment/deployment.hpp"
#include "log/journal.hpp"
#include "pipeline/pipeline.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Who keeps stacks and deployments: this process (Embedded) or, later, a server (api::Client).
namespace tinystacks::control {

/// Runs one buildspec where it lies; `work` of its options is chosen by the control plane.
struct RunBuildspec {
    buildspec::RunOptions options;
};

/// Long work that a command asks for. The pipeline's requests name a project and a commit.
using Request = std::variant<RunBuildspec, pipeline::BuildRequest, pipeline::ReleaseRequest, pipeline::DeployRequest,
                             pipeline::RollbackRequest, pipeline::RefreshRequest, pipeline::RuntimeLogRequest,
                             pipeline::WatchRequest>;

/// The work was interrupted before it had a result.
struct Stopped {};
/// The work has nothing to tell but that it is over.
struct Over {};

/// How long work ended, the only source of the exit code: an Error when it could not be done.
using Result = std::variant<Error, Stopped, Over, buildspec::Result, pipeline::BuildOutcome, pipeline::DeployOutcome,
                            pipeline::WatchOutcome>;

enum class Cancel { gently, now };

/// The name of one piece of long work; also of its journal.
using RunId = std::string;

/// Where a log is kept: a run's journal, and which of its lines are meant.
struct LogPlace {
    RunId run;
    log::Channel channel = log::Channel::build;
    std::string stage;  ///< empty for the build
};

class ControlPlane {
public:
    virtual ~ControlPlane() = default;

    /// Which control plane this is, for the first line of a changing command: "embedded" or a URL.
    [[nodiscard]] virtual std::string name() const = 0;
    /// Why this control plane cannot do what is asked, by name; empty when it can. Asked before anything starts.
    [[nodiscard]] virtual std::optional<Error> refuses(const Request& request) const = 0;
    /// Commits the request and returns at once.
    [[nodiscard]] virtual RunId start(const Request& request) = 0;
    /// A long poll: a page of events after `cursor`, waiting up to `wait` for the first. The same cursor gives the same
    /// events, in any process, whether the run goes on or is over; `ended` also when its process has died.
    [[nodiscard]] virtual log::Page follow(const RunId& run, const log::Cursor& cursor,
                                           std::chrono::milliseconds wait) = 0;
    /// Empty until the run has ended. Of a run that this process started.
    [[nodiscard]] virtual std::optional<Result> result(const RunId& run) = 0;
    virtual void cancel(const RunId& run, Cancel how) = 0;

    /// Every stage of the project and what is known of it.
    [[nodiscard]] virtual std::vector<pipeline::StageStatus> status(const project::Project& project) = 0;
    /// Where the newest log of a kind is; `stage` empty means the stage deployed last. Empty when there is none yet.
    /// Throws Error{not_found} with where it is, when that is not here.
    [[nodiscard]] virtual std::optional<LogPlace> find_log(const project::Project& project, log::Channel channel,
                                                           const std::string& stage) = 0;
    /// Where the log of what failed last is; empty when the last run did not fail.
    [[nodiscard]] virtual std::optional<LogPlace> find_failure(const std::string& stack) = 0;
    /// Records a person's word on what waits for an approval.
    [[nodiscard]] virtual pipeline::ApprovalOutcome approve(const pipeline::ApprovalRequest& request) = 0;
    /// The variables that were set beside the project file's.
    [[nodiscard]] virtual std::vector<deployment::Variable> variables(const project::Project& project) = 0;
    /// Sets or, without a value, removes each.
    virtual void set_variables(const project::Project& project, const std::vector<deployment::Variable>& variables) = 0;
    /// Removes what docker stages run on this machine; the names of what was removed. Throws Error{conflict} while a
    /// stage is being deployed.
    [[nodiscard]] virtual std::vector<std::string> remove_containers(const project::Project& project,
                                                                     const std::string& stage) = 0;
};

}  // namespace tinystacks::control
