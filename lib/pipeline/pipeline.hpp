#pragma once

#include "base/error.hpp"
#include "base/interruption.hpp"
#include "base/time.hpp"
#include "deployment/deployment.hpp"
#include "deployment/ledger.hpp"
#include "docker/engine.hpp"
#include "git/repository.hpp"
#include "http/transport.hpp"
#include "log/event.hpp"
#include "process/launcher.hpp"
#include "project/project.hpp"
#include "registry/registry.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Build once, then stage after stage.
namespace tinystacks::pipeline {

/// How a rollout on AWS is watched.
struct RolloutOptions {
    std::chrono::milliseconds limit = std::chrono::minutes(30);  ///< then the verdict is `uncertain`
    bool bring_back = true;        ///< go back to the version before when it fails and AWS does not do it by itself
    std::filesystem::path record;  ///< keep what was observed in this file, or empty
};

/// What a run waits for.
struct Patience {
    bool approval = false;  ///< for a person's word; else the outcome is `waiting`
    bool queue = false;     ///< while somebody else builds or deploys; else that is a conflict
};

/// Which code a request means.
struct Source {
    std::filesystem::path directory;  ///< inside the repository
    std::filesystem::path project_file =
        std::filesystem::path(project::default_file);  ///< relative to the repository's root
    git::CommitId commit;
    bool chosen = false;  ///< somebody asked for this very commit
    RolloutOptions rollout = {};
    Patience patience = {};
};

struct BuildRequest {
    Source source;
    bool rebuild = false;  ///< build even when the registry holds the commit's image
};

/// Runs release.yml for one stage and, on the docker target, starts the container.
struct ReleaseRequest {
    Source source;
    std::string stage;
};

struct DeployRequest {
    Source source;
    std::string stage;  ///< one stage, with what the stage before it runs; empty: all of them in order
    bool rebuild = false;
    bool force = false;   ///< release again what already runs
    bool resume = false;  ///< go on with what was left unfinished last, whichever commit that is
};

/// Brings a stage back to what it ran before, without building.
struct RollbackRequest {
    Source source;
    std::string stage;
    std::string to;  ///< id of the deployment; empty: the one before with another image
};

/// A person's word on what waits.
struct ApprovalRequest {
    project::Project project;
    std::string stage;  ///< empty: the only one that waits
    deployment::Decision decision = deployment::Decision::approved;
    std::string message;
};

struct ApprovalOutcome {
    deployment::Approval approval;
    deployment::Deployment deployment;        ///< what waited
    std::optional<deployment::Lease> waiter;  ///< who waits for the word, and goes on from there
};

/// Brings stages to the variables that were set since they were deployed.
struct RefreshRequest {
    Source source;
    std::vector<std::string> stages = {};  ///< empty: all that run something
    bool rebuild = false;  ///< build variables: the commit that the first stage runs is built and deployed again
};

/// What a stage's containers print.
struct RuntimeLogRequest {
    std::string stack;
    stage::Stage stage;
    std::optional<Time> since;
    bool follow = false;
    stage::Variables runtime;  ///< of the stage: those whose names look like secrets are hidden
};

/// Watches the stages as they are now, until nothing of them changes any more.
struct WatchRequest {
    project::Project project;
};

/// The image of a commit.
struct Image {
    std::string repository;  ///< host/name
    std::string commit;
    std::string digest;
    bool operator==(const Image&) const = default;
};

struct BuildOutcome {
    std::optional<Image> image;  ///< empty when the build failed
    bool skipped = false;        ///< the registry held the commit's image already
    double seconds = 0;
    std::string failure;  ///< why there is no image
};

/// The deployments of a release or deploy, one a stage, in order; those not tried are left out.
struct DeployOutcome {
    std::optional<BuildOutcome> build;
    std::vector<deployment::Deployment> deployments;
    /// What stages that were left alone run already: their last deployments, in order.
    std::vector<deployment::Deployment> unchanged;
    std::optional<Error> error;  ///< why the stage after those could not be tried
};

/// A stage at a glance.
struct StageStatus {
    std::string name;
    std::string target;
    std::string url;
    std::optional<deployment::Deployment> current;  ///< what it runs
    std::optional<deployment::Deployment> last;     ///< the newest attempt
    std::string observed;          ///< what the target itself says: "running", "stopped", "not found", "not asked"
    bool changing = false;         ///< a rollout goes on there
    std::optional<Error> unknown;  ///< why the target could not be asked
};

/// What came of watching the stages.
struct WatchOutcome {
    std::vector<StageStatus> stages;
};

/// What the pipeline needs of the world.
struct World {
    process::MakeLauncher make_launcher;
    process::Environment environment;
    http::Transport& transport;
    deployment::Ledger& ledger;
    Clock clock;
    /// The directory of a run's journal, in this process or an earlier one.
    std::function<std::filesystem::path(const std::string&)> journal_of;
    /// Makes the machine's own registry, for stacks without `image:`.
    std::function<registry::Local(process::Launcher&)> local_registry;
};

/// Long work of one run: where it reports and what may stop it.
struct Run {
    std::string id;
    std::filesystem::path work;     ///< private directory, removed when the run ends
    std::filesystem::path journal;  ///< where `sink` writes, or empty: what `bucket:` gets of the logs
    log::Sink& sink;
    const Interruption& interruption;
};

[[nodiscard]] BuildOutcome build(const BuildRequest& request, World& world, const Run& run);
[[nodiscard]] DeployOutcome release(const ReleaseRequest& request, World& world, const Run& run);
[[nodiscard]] DeployOutcome deploy(const DeployRequest& request, World& world, const Run& run);
[[nodiscard]] DeployOutcome rollback(const RollbackRequest& request, World& world, const Run& run);
[[nodiscard]] DeployOutcome refresh(const RefreshRequest& request, World& world, const Run& run);

/// Writes what the stage's containers print to the runtime channel. Throws Error{not_found}.
void show_runtime_log(const RuntimeLogRequest& request, World& world, const Run& run);

/// Records the word. Throws Error{not_found} when nothing waits and Error{usage} when several stages do.
[[nodiscard]] ApprovalOutcome approve(const ApprovalRequest& request, World& world);

/// The exit code of a whole deploy: the build's failure, else the last stage's verdict.
[[nodiscard]] int exit_code(const DeployOutcome& outcome);
[[nodiscard]] int exit_code(const BuildOutcome& outcome);

[[nodiscard]] std::vector<StageStatus> status(const project::Project& project, World& world);

/// Looks at the stages every 2 s and says what changes, until nothing does any more. A rollout on AWS that nobody
/// watches to its end is judged as the deployment that began it would have, but never brought back; the verdict is
/// recorded. Throws Interrupted.
[[nodiscard]] WatchOutcome watch(const WatchRequest& request, World& world, const Run& run);
/// The exit code of the newest attempt's verdict; 9 when a stage could not be asked, 0 when nothing was ever deployed.
[[nodiscard]] int exit_code(const WatchOutcome& outcome);

/// Why a stage cannot be released, or empty: a key that this version does not obey yet or that its target has no use
/// for.
[[nodiscard]] std::optional<Error> find_refusal(const stage::Stage& stage);

/// What a stage's keys ask for and this version does not do, beside what it refuses; as warnings.
[[nodiscard]] std::vector<Problem> find_unobeyed(const stage::Stage& stage);

/// Why a stage cannot be deployed, brought back or given variables with the ledger that there is, or empty: a CI
/// system's machine forgets, so what people decide needs a bucket.
[[nodiscard]] std::optional<Error> find_ledger_refusal(const project::Project& project, std::string_view doing,
                                                       const process::Environment& environment);

/// Where the project's bucket is: the region that commands get, else the first stage's. Throws Error{usage} when there
/// is none.
[[nodiscard]] std::string bucket_region(const project::Project& project, const process::Environment& environment);

/// Removes the containers of a stack's docker stages (one stage, or all when empty); the names of what was removed.
/// Holds each stage's lease meanwhile, for `run`: throws Error{conflict} while it is being deployed.
[[nodiscard]] std::vector<std::string> remove_containers(const project::Project& project, const std::string& stage,
                                                         World& world, const std::string& run);

/// The project file of a commit. Throws Error{not_found} and Error{invalid_input}.
[[nodiscard]] project::Checked read_project(const Source& source);

/// The project file as it lies in the working tree, for what deploys nothing. Throws Error{not_found}.
[[nodiscard]] project::Checked read_project(const std::filesystem::path& directory,
                                            const std::filesystem::path& project_file);

/// What is wrong or odd about the files of a project in the working tree.
struct Validation {
    std::vector<std::string> files;  ///< that were read, relative to the repository's root
    std::vector<Problem> problems;
};
/// Reads the project file, and the buildspecs it names. Throws Error{not_found} when there is no project file.
[[nodiscard]] Validation validate(const std::filesystem::path& directory, const std::filesystem::path& project_file);

}  // namespace tinystacks::pipeline
