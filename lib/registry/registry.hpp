#pragma once

#include "base/interruption.hpp"
#include "base/secret.hpp"
#include "http/transport.hpp"
#include "process/launcher.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::registry {

namespace detail {
class Session;
}

/// A repository in a registry: `127.0.0.1:5000/shop/api` is host `127.0.0.1:5000`, name `shop/api`.
struct Repository {
    std::string host;
    std::string name;

    /// Throws Error{invalid_input}: a scheme, a tag or a digest, upper case, no host. Docker Hub's images are written
    /// in full here ("docker.io/library/nginx"). Source: OCI Distribution Specification, "Pulling manifests"; docker's
    /// reference grammar (distribution/reference) for the host.
    [[nodiscard]] static Repository parse(std::string_view text);
    [[nodiscard]] std::string str() const { return host + "/" + name; }
    bool operator==(const Repository&) const = default;
};

/// A manifest's digest: "sha256:" and 64 lower-case hexadecimal digits.
using Digest = std::string;
[[nodiscard]] bool is_digest(std::string_view text);
/// Whether `text` can be a tag. Source: OCI Distribution Specification, "Pulling manifests".
[[nodiscard]] bool is_tag(std::string_view text);

struct Credentials {
    std::string user;
    Secret password;
};

/// Which credentials a host gets; empty: none. Asked once a host, when it wants to know who we are.
using FindCredentials = std::function<std::optional<Credentials>(const std::string& host)>;

/// Talks to registries (OCI Distribution Specification 1.1), each with its own credentials: Basic, or the Bearer tokens
/// that Docker Hub, GHCR and others want. http is used for loopback addresses, https elsewhere. What may be sent twice
/// is retried. Serves one thread.
class Client {
public:
    explicit Client(http::Transport& transport, FindCredentials find_credentials = {});
    ~Client();

    /// Which digest `tag` (or digest) names; empty when the repository or tag does not exist. Throws
    /// Error{unauthenticated} and Error{not_allowed} with how to log in, Error{failed}.
    [[nodiscard]] std::optional<Digest> find_digest(const Repository& repository, std::string_view tag,
                                                    const Interruption& interruption = {});
    /// Makes `tag` of `to` name the manifest `digest` of `from`, byte for byte, without pulling the image: blobs are
    /// mounted within a registry and copied between two by way of a temporary file, indexes with all they name. The
    /// registry's answer is checked to be the same digest. Throws as find_digest(), and Error{not_found} when `from`
    /// has no such manifest.
    void copy(const Repository& from, const Digest& digest, const Repository& to, std::string_view tag,
              const Interruption& interruption = {});

private:
    std::unique_ptr<detail::Session> session_;
};

/// The credentials docker has stored for `host`; empty when none. Looks where docker does: the credential helper that
/// config.json (in DOCKER_CONFIG, else ~/.docker) names for the host or for all, then its `auths`. Throws
/// Error{invalid_input} for a config.json that cannot be read, Error{unavailable} for a helper that is not installed,
/// Error{failed} with the helper's words.
[[nodiscard]] std::optional<Credentials>
find_docker_credentials(process::Launcher& launcher, const process::Environment& environment, const std::string& host);

/// The machine's own registry, for stacks without `image:`: the docker-registry program, else `registry:2` in a
/// container. It outlives us; its files and its pid file lie in `directory`, which must be absolute. Several processes
/// may use one directory at once.
class Local {
public:
    struct Status {
        bool running = false;
        bool container = false;      ///< it is `registry:2`, not the program
        std::optional<int> pid;      ///< of the program
        std::filesystem::path data;  ///< where the program keeps the images
    };

    /// `port`: 5128 unless told otherwise.
    Local(process::Launcher& launcher, process::Environment environment, std::filesystem::path directory, int port);
    /// "127.0.0.1:PORT"
    [[nodiscard]] std::string host() const;
    /// Starts it unless it answers already. Throws Error{unavailable} with what to install, Error{conflict} when
    /// something else listens on the port.
    void ensure(http::Transport& transport, const Interruption& interruption = {});
    /// Ends it, by its pid file; what is not ours is left alone. The images stay.
    void stop();
    [[nodiscard]] Status status();

private:
    void start_program(const std::filesystem::path& program, http::Transport& transport,
                       const Interruption& interruption);
    void start_container(http::Transport& transport, const Interruption& interruption);
    enum class Answer { given, none, ended };
    [[nodiscard]] Answer wait_for_answer(http::Transport& transport, const Interruption& interruption) const;
    void require_answer(http::Transport& transport, const Interruption& interruption) const;
    void stop_locked();

    [[nodiscard]] process::Finished ask_docker(std::vector<std::string> arguments, const Interruption& interruption);
    [[nodiscard]] bool container_runs();

    process::Launcher& launcher_;
    process::Environment environment_;
    std::filesystem::path directory_;
    int port_;
};

}  // namespace tinystacks::registry
