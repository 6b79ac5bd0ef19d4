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

enum class Restart {
    never,
    unless_stopped,  ///< after a crash and when the machine starts again, until somebody stops it
};

struct RunOptions {
    std::string name;
    std::string image;
    int host_port = 0;  ///< 0: a free one
    int container_port = 0;
    std::map<std::string, std::string> environment;  ///< given on stdin, never in arguments; see run()
    std::map<std::string, std::string> labels;       ///< visible to all; no '=' in a key
    Restart restart = Restart::never;
};

/// Whether something listens on 127.0.0.1:`port`, or holds the port so that nothing else can.
[[nodiscard]] bool in_use(int port);

/// The Docker engine of this machine, through the docker program, 20.10 or newer. Serves one thread, as its launcher
/// does.
class Engine {
public:
    /// `environment` is what the docker program gets (DOCKER_HOST, DOCKER_CONFIG, PATH …).
    Engine(process::Launcher& launcher, process::Environment environment);

    /// Throws Error{unavailable}: docker is not installed, or no engine answers; with how to get or start it.
    void require() const;
    /// Starts a container of an image that is on this machine, published on 127.0.0.1 only, and returns its id. Nothing
    /// of it is left when it cannot be started. Throws Error{failed} with docker's own words, Error{conflict} when the
    /// port or the name is taken, Error{not_found} when there is no such image, Error{invalid_input} for a variable
    /// that docker's --env-file cannot carry: line breaks, more than 65,000 bytes, or no UTF-8.
    std::string run(const RunOptions& options, const Interruption& interruption = {});
    [[nodiscard]] std::optional<Container> find(const std::string& name_or_id) const;
    /// Containers that carry all `labels` (an empty value matches any), running or not.
    [[nodiscard]] std::vector<Container> list(const std::map<std::string, std::string>& labels) const;
    /// Stops gently: SIGTERM, then SIGKILL after `grace`. Like start() and rename() it throws Error{not_found} when
    /// there is no such container.
    void stop(const std::string& name_or_id, std::chrono::seconds grace = std::chrono::seconds(10));
    /// Throws Error{conflict} when its port has been taken since.
    void start(const std::string& name_or_id);
    /// Throws Error{conflict} when another container has that name.
    void rename(const std::string& name_or_id, const std::string& name);
    /// Removes a container, running or not, and its anonymous volumes; one that is gone already is fine.
    void remove(const std::string& name_or_id);
    void pull(const std::string& image, const Interruption& interruption = {});
    [[nodiscard]] bool has_image(const std::string& image) const;
    /// The id ("sha256:…") of the image's configuration: not its digest in a registry. Empty when it is not here.
    [[nodiscard]] std::optional<std::string> find_image_id(const std::string& image) const;
    /// Under which digest ("sha256:…") `repository` ("host/name") holds the image, as far as this machine has pushed or
    /// pulled it there.
    [[nodiscard]] std::optional<std::string> find_repo_digest(const std::string& image,
                                                              const std::string& repository) const;
    /// The ports an image exposes over TCP, ascending. Throws Error{not_found}.
    [[nodiscard]] std::vector<int> exposed_ports(const std::string& image) const;
    /// What a container printed, both streams; `tail` 0 means all. With `follow` until it ends; Interrupted when
    /// interrupted. Throws Error{not_found}.
    void logs(const std::string& name_or_id, std::size_t tail, std::optional<Time> since, bool follow,
              const process::OnOutput& on_output, const Interruption& interruption = {}) const;

private:
    [[nodiscard]] process::Finished ask(std::vector<std::string> arguments, std::chrono::milliseconds timeout,
                                        const Interruption& interruption = {}, std::string input = {}) const;
    /// One document, or none when docker says that there is no such thing.
    [[nodiscard]] std::optional<std::string> find_inspected(const std::string& kind, const std::string& name) const;
    void change(const std::string& verb, const std::string& container, std::vector<std::string> arguments,
                std::chrono::milliseconds timeout);
    void remove_quietly(const std::string& id);
    [[noreturn]] void fail(const std::string& doing, const process::Finished& finished) const;

    process::Launcher& launcher_;
    process::Environment environment_;
};

}  // namespace tinystacks::docker
