#pragma once

#include "base/time.hpp"
#include "control/control_plane.hpp"
#include "control/runs.hpp"
#include "http/transport.hpp"
#include "process/launcher.hpp"
#include "store/store.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace tinystacks::control {

class BucketLedger;

/// The control plane in this process: pipeline and ledger here, each run in a thread of its own, its journal in a file
/// that any process may follow.
class Embedded final : public ControlPlane {
public:
    /// What it is made of. The store is opened when a pipeline is first asked for: a buildspec run needs none.
    struct Parts {
        process::MakeLauncher make_launcher;
        process::Environment environment;
        Clock clock;
        std::filesystem::path state;  ///< $XDG_STATE_HOME/tinystacks
        std::function<std::unique_ptr<http::Transport>()> make_transport;
        int registry_port = 5128;
    };

    explicit Embedded(Parts parts);
    /// Ends what still runs, at once.
    ~Embedded() override;

    [[nodiscard]] std::string name() const override { return "embedded"; }
    [[nodiscard]] std::optional<Error> refuses(const Request& request) const override;
    [[nodiscard]] RunId start(const Request& request) override;
    [[nodiscard]] log::Page follow(const RunId& run, const log::Cursor& cursor,
                                   std::chrono::milliseconds wait) override;
    [[nodiscard]] std::optional<Result> result(const RunId& run) override;
    void cancel(const RunId& run, Cancel how) override;
    [[nodiscard]] Catalogue& catalogue(const Interruption& interruption) override;
    [[nodiscard]] std::vector<pipeline::StageStatus> status(const project::Project& project) override;
    [[nodiscard]] std::optional<LogPlace> find_log(const project::Project& project, log::Channel channel,
                                                   const std::string& stage) override;
    [[nodiscard]] std::optional<LogPlace> find_failure(const std::string& stack) override;
    [[nodiscard]] pipeline::ApprovalOutcome approve(const pipeline::ApprovalRequest& request) override;
    [[nodiscard]] std::vector<deployment::Variable> variables(const project::Project& project) override;
    void set_variables(const project::Project& project, const std::vector<deployment::Variable>& variables) override;
    [[nodiscard]] std::vector<std::string> remove_containers(const project::Project& project,
                                                             const std::string& stage) override;

    /// Where the machine's own registry answers and keeps its images; empty when it does not run.
    [[nodiscard]] std::string registry();
    /// Ends the machine's own registry, if it runs.
    void stop_registry();

private:
    [[nodiscard]] store::Store& store();
    /// The ledger of the project's bucket, else of this machine.
    [[nodiscard]] deployment::Ledger& ledger(const project::Project& project);
    [[nodiscard]] registry::Local local_registry(process::Launcher& launcher) const;
    [[nodiscard]] pipeline::World world(http::Transport& transport, const project::Project& project);
    [[nodiscard]] Result perform(const Request& request, const pipeline::Run& run);
    /// Keeps how a run ended; the result, or why it could not be kept.
    [[nodiscard]] Result record(const RunId& run, Result result);

    Parts parts_;
    mutable std::mutex mutex_;  ///< guards store_ and the ledgers
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<deployment::Ledger> ledger_;  ///< uses store_
    std::map<std::string, std::unique_ptr<BucketLedger>> bucket_ledgers_;
    Runs runs_;  ///< last: runs use all of the above
};

}  // namespace tinystacks::control
