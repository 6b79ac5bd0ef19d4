#pragma once

#include "base/interruption.hpp"
#include "base/time.hpp"
#include "deployment/deployment.hpp"
#include "docker/engine.hpp"
#include "http/transport.hpp"
#include "log/event.hpp"
#include "process/launcher.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The docker target: one container of this machine runs a stage.
namespace tinystacks::deployment {

/// What a stage's container is to be.
struct ContainerSpec {
    std::string stack;
    std::string stage;
    std::string deployment;  ///< id of the deployment that wants it
    std::string commit;
    std::string digest;
    std::string image;  ///< host/name@digest
    int port = 0;       ///< on 127.0.0.1
    int container_port = 0;
    std::string health;  ///< a path, or empty
    std::map<std::string, std::string> environment;
};

/// What the engine says of a stage's container.
struct ContainerState {
    std::string state;  ///< running, exited, …
    std::string digest;
    std::string configuration;  ///< configuration_of() the specification it was started with
    std::string deployment;
};

/// How long a container may take to answer, and how long one without `health` must run.
struct ContainerPatience {
    std::chrono::milliseconds answer = std::chrono::seconds(60);
    std::chrono::milliseconds run = std::chrono::seconds(3);
    std::chrono::milliseconds poll = std::chrono::milliseconds(100);
};

/// Brings a stage's container to a new image, and back when that does not work.
///
/// The new image runs on a free port first, until it answers; then the old container stops but stays, the new one
/// starts on the stage's port and must answer there too. A crash of tinystacks between two steps leaves either
/// container in a state that the next call understands.
class ContainerTarget {
public:
    struct World {
        process::MakeLauncher make_launcher;
        process::Environment environment;
        http::Transport& transport;
        Clock clock;
    };

    ContainerTarget(World world, log::Sink& sink, ContainerPatience patience = {});

    /// Throws Error{unavailable} when there is no engine.
    void require() const { engine_.require(); }
    /// Throws Error{unavailable} when there is no engine, and Interrupted, after which the old container runs again.
    /// `known_good`: the id of the deployment the stage ran last with success, or empty.
    [[nodiscard]] Verdict deploy(const ContainerSpec& spec, const std::string& known_good,
                                 const Interruption& interruption);
    /// Takes back the last deployment of a stage, whose container came up: the one before it runs again. rolled_back,
    /// rollback_failed, or failed when there was none before it (nothing runs then).
    [[nodiscard]] Outcome undo(const std::string& stack, const std::string& stage);
    /// Empty when the stage has no container.
    [[nodiscard]] std::optional<ContainerState> find(const std::string& stack, const std::string& stage);
    /// Removes all containers of a stage; their names.
    std::vector<std::string> remove(const std::string& stack, const std::string& stage);
    /// What the stage's container printed, as it is. Throws Error{not_found}.
    void logs(const std::string& stack, const std::string& stage, std::optional<Time> since, bool follow,
              const process::OnOutput& on_output, const Interruption& interruption);

private:
    void recover(const ContainerSpec& spec, const std::string& known_good);
    [[nodiscard]] std::optional<Verdict> fetch_image(const ContainerSpec& spec, const Interruption& interruption);
    /// Starts the container and waits until it answers; why it does not, or empty.
    [[nodiscard]] std::optional<Verdict> try_out(const ContainerSpec& spec, const std::string& name, int port,
                                                 docker::Restart restart, const Interruption& interruption);
    [[nodiscard]] std::optional<Verdict> wait_for_answer(const ContainerSpec& spec, const docker::Container& container,
                                                         const Interruption& interruption);
    /// Where the container is that ran before.
    enum class Old {
        none,
        in_place,  ///< under its own name still
        kept,      ///< renamed, stopped
    };
    [[nodiscard]] Outcome restore(const std::string& stack, const std::string& stage, Old old);
    [[nodiscard]] std::optional<Verdict> rehearse(const ContainerSpec& spec, bool holds_port,
                                                  const Interruption& interruption);
    [[nodiscard]] Verdict replace(const ContainerSpec& spec, const Interruption& interruption);
    [[nodiscard]] bool answers(const ContainerSpec& spec, int port, std::string& seen,
                               const Interruption& interruption);
    void changed(const std::string& stage, const std::string& name, const std::string& status,
                 const std::string& detail = {});

    World world_;
    log::Sink& sink_;
    ContainerPatience patience_;
    std::unique_ptr<process::Launcher> launcher_;
    docker::Engine engine_;
};

/// A digest of all that a running container cannot change: image, ports, health, variables.
[[nodiscard]] std::string configuration_of(const ContainerSpec& spec);
/// "tinystacks-shop-api-dev"
[[nodiscard]] std::string container_name(std::string_view stack, std::string_view stage);

}  // namespace tinystacks::deployment
