#pragma once

#include "base/error.hpp"
#include "base/interruption.hpp"
#include "buildspec/run.hpp"
#include "control/catalogue.hpp"
#include "deployment/deployment.hpp"
#include "log/journal.hpp"
#include "pipeline/pipeline.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Who keeps stacks and deployments: this process (Embedded) or a server (api::Client).
namespace tinystacks::control {

/// Runs one buildspec where it lies; `work` of its options is chosen by the control plane.
struct RunBuildspec {
    buildspec::RunOptions options;
};

/// Whether a request goes on until what it started has ended, and how long at most.
struct Watch {
    bool until_end = false;
    std::chrono::milliseconds limit = std::chrono::hours(1);
};

/// Creates or changes a code source, which starts a source check.
struct SourceRequest {
    enum class Change { create, update, parameters };
    Change change = Change::create;
    source::Source source;  ///< `parameters`: its name, and the parameters and categories that change
    Watch watch = {};
};

/// Creates or changes a stack, or deploys one of its stages, each of which starts a deployment.
struct StackRequest {
    enum class Change { create, update, deploy };
    Change change = Change::create;
    stack::Stack stack;  ///< `deploy`: its name
    std::string stage = {};
    std::string customer = {};
    Watch watch = {};
};

/// Prints the log of a source's newest check, or of a stack's deployment (the newest when `deployment` is empty).
struct LogRequest {
    std::string source = {};
    std::string stack = {};
    std::string deployment = {};
    bool follow = false;  ///< until what is logged has ended
};

/// Long work that a command asks for. The pipeline's requests name a project and a commit.
using Request = std::variant<RunBuildspec, pipeline::BuildRequest, pipeline::ReleaseRequest, pipeline::DeployRequest,
                             pipeline::RollbackRequest, pipeline::RefreshRequest, pipeline::RuntimeLogRequest,
                             pipeline::WatchRequest, SourceRequest, StackRequest, LogRequest>;

/// What came of a SourceRequest.
struct SourceOutcome {
    source::Source source;
    std::optional<deployment::Verdict> verdict;  ///< of its check; empty when nobody watched it
};

/// What came of a StackRequest.
struct StackOutcome {
    std::optional<stack::Stack> stack;            ///< what was created or changed
    std::optional<stack::Deployment> deployment;  ///< what was started, as far as it is known
    std::optional<deployment::Verdict> verdict;   ///< of that; empty when nobody watched it
};

/// The work was interrupted before it had a result.
struct Stopped {};
/// The work has nothing to tell but that it is over.
struct Over {};

/// How long work ended, the only source of the exit code: an Error when it could not be done.
using Result = std::variant<Error, Stopped, Over, buildspec::Result, pipeline::BuildOutcome, pipeline::DeployOutcome,
                            pipeline::WatchOutcome, SourceOutcome, StackOutcome>;

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

    /// Code sources and stacks, until this is called again; `interruption` stops what it asks. Throws
    /// Error{unavailable} where none are kept.
    [[nodiscard]] virtual Catalogue& catalogue(const Interruption& interruption) = 0;

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
