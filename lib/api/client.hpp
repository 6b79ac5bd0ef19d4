#pragma once

#include "api/catalogue.hpp"
#include "api/session.hpp"
#include "control/control_plane.hpp"
#include "control/runs.hpp"
#include "http/transport.hpp"
#include "mask/masker.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace tinystacks::api {

/// The control plane of a server that speaks the published contract.
///
/// What the contract lacks (images, approvals, rollbacks, variables) is refused by name.
class Client final : public control::ControlPlane {
public:
    struct Parts {
        Server server;
        std::function<std::unique_ptr<http::Transport>()> make_transport;
        Clock clock;
        std::filesystem::path state;  ///< $XDG_STATE_HOME/tinystacks: where a run's journal is while it goes on
    };

    explicit Client(Parts parts);
    ~Client() override;

    /// The server's URL, with the group that is asked for.
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::optional<Error> refuses(const control::Request& request) const override;
    [[nodiscard]] control::RunId start(const control::Request& request) override;
    [[nodiscard]] log::Page follow(const control::RunId& run, const log::Cursor& cursor,
                                   std::chrono::milliseconds wait) override;
    [[nodiscard]] std::optional<control::Result> result(const control::RunId& run) override;
    void cancel(const control::RunId& run, control::Cancel how) override;
    [[nodiscard]] control::Catalogue& catalogue(const Interruption& interruption) override;

    [[nodiscard]] std::vector<pipeline::StageStatus> status(const project::Project& project) override;
    [[nodiscard]] std::optional<control::LogPlace> find_log(const project::Project& project, log::Channel channel,
                                                            const std::string& stage) override;
    [[nodiscard]] std::optional<control::LogPlace> find_failure(const std::string& stack) override;
    [[nodiscard]] pipeline::ApprovalOutcome approve(const pipeline::ApprovalRequest& request) override;
    [[nodiscard]] std::vector<deployment::Variable> variables(const project::Project& project) override;
    void set_variables(const project::Project& project, const std::vector<deployment::Variable>& variables) override;
    [[nodiscard]] std::vector<std::string> remove_containers(const project::Project& project,
                                                             const std::string& stage) override;

private:
    [[nodiscard]] control::Result perform(const control::Request& request, const pipeline::Run& run);
    /// What a server must not tell in a log: the token, and values of secret parameters.
    [[nodiscard]] mask::Secrets secrets_of(const control::Request& request) const;
    [[nodiscard]] Error lack(std::string_view what) const;

    Parts parts_;
    mask::Secrets secrets_;
    std::unique_ptr<http::Transport> transport_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<Catalogue> catalogue_;
    control::Runs runs_;  ///< last: runs use all of the above
};

}  // namespace tinystacks::api
