#pragma once

#include "base/interruption.hpp"
#include "base/time.hpp"
#include "process/launcher.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::docker {

struct Container {
    std::string id;
    std::string name;
    std::string image;  ///< the reference it was made from
    std::string state;  ///< created, running, exited, …
    int exit_code = 0;
    bool out_of_memory = false;
    std::map<std::string, std::string> labels;
    std::optional<int> host_port;  ///< published on loopback
};

struct RunOptions {
    std::string name;
    std::string image;
    int host_port = 0;  ///< 0: a free one
    int container_port = 0;
    std::map<std::string, std::string> environment;  ///< given by file, never in arguments
    std::map<std::string, std::string> labels;
};

/// The Docker engine of this machine, through the docker program.
class Engine {
public:
    /// `environment` is what the docker program gets (DOCKER_HOST, DOCKER_CONFIG, PATH …).
    Engine(process::Launcher& launcher, process::Environment environment);

    /// Throws Error{unavailable}: docker is not installed, or no engine answers; with how to get or start it.
    void require() const;
    /// Starts a container on 127.0.0.1 and returns its id. Throws Error{failed} with docker's own words,
    /// Error{conflict} when the port is taken.
    std::string run(const RunOptions& options, const Interruption& interruption = {});
    [[nodiscard]] std::optional<Container> find(const std::string& name_or_id) const;
    /// Containers that carry all `labels` (an empty value matches any), running or not.
    [[nodiscard]] std::vector<Container> list(const std::map<std::string, std::string>& labels) const;
    /// Stops gently: SIGTERM, then SIGKILL after `grace`.
    void stop(const std::string& name_or_id, std::chrono::seconds grace = std::chrono::seconds(10));
    void start(const std::string& name_or_id);
    void rename(const std::string& name_or_id, const std::string& name);
    /// Removes a container, running or not; one that is gone already is fine.
    void remove(const std::string& name_or_id);
    void pull(const std::string& image, const Interruption& interruption = {});
    [[nodiscard]] bool has_image(const std::string& image) const;
    /// The ports an image exposes over TCP, ascending.
    [[nodiscard]] std::vector<int> exposed_ports(const std::string& image) const;
    /// What a container printed, both streams; `tail` 0 means all. With `follow` until it ends or is interrupted.
    void logs(const std::string& name_or_id, std::size_t tail, std::optional<Time> since, bool follow,
              const process::OnOutput& on_output, const Interruption& interruption = {}) const;

private:
    process::Launcher& launcher_;
    process::Environment environment_;
};

}  // namespace tinystacks::docker
