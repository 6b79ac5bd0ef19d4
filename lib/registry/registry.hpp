#pragma once

#include "base/interruption.hpp"
#include "base/secret.hpp"
#include "http/transport.hpp"
#include "process/launcher.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tinystacks::registry {

/// A repository in a registry: `127.0.0.1:5000/shop/api` is host `127.0.0.1:5000`, name `shop/api`.
struct Repository {
    std::string host;
    std::string name;

    /// Throws Error{invalid_input}: a scheme, a tag or a digest, upper case, no host. Source: OCI Distribution
    /// Specification, "Pulling manifests"; docker's reference grammar for the host.
    [[nodiscard]] static Repository parse(std::string_view text);
    [[nodiscard]] std::string str() const { return host + "/" + name; }
    bool operator==(const Repository&) const = default;
};

/// A manifest's digest: "sha256:" and 64 lower-case hexadecimal digits.
using Digest = std::string;
[[nodiscard]] bool is_digest(std::string_view text);

struct Credentials {
    std::string user;
    Secret password;
};

/// Talks to one registry (OCI Distribution Specification 1.1). http is used for loopback addresses, https elsewhere.
class Client {
public:
    Client(http::Transport& transport, std::optional<Credentials> credentials = {});

    /// Which digest `tag` names; empty when the repository or tag does not exist. Throws Error{unauthenticated},
    /// Error{not_allowed}, Error{failed}.
    [[nodiscard]] std::optional<Digest> find_digest(const Repository& repository, std::string_view tag,
                                                    const Interruption& interruption = {});
    /// Makes `tag` of `to` name the manifest `digest` of `from`, byte for byte, without pulling the image: blobs are
    /// mounted within a registry and copied between two. The registry's answer is checked to be the same digest.
    void copy(const Repository& from, const Digest& digest, const Repository& to, std::string_view tag,
              const Interruption& interruption = {});

private:
    http::Transport& transport_;
    std::optional<Credentials> credentials_;
};

/// The credentials docker has stored for `host` (auths and credential helpers of its config.json); empty when none.
[[nodiscard]] std::optional<Credentials>
find_docker_credentials(process::Launcher& launcher, const process::Environment& environment, const std::string& host);

/// The machine's own registry, for stacks without `image:`: the docker-registry program, else `registry:2` in a
/// container. It outlives us; its files and its pid file lie in `directory`.
class Local {
public:
    /// `port`: 5128 unless told otherwise.
    Local(process::Launcher& launcher, process::Environment environment, std::filesystem::path directory, int port);
    /// "127.0.0.1:PORT"
    [[nodiscard]] std::string host() const;
    /// Starts it unless it answers already. Throws Error{unavailable} with what to install, Error{conflict} when
    /// something else listens on the port.
    void ensure(http::Transport& transport, const Interruption& interruption = {});
    /// Ends it, by its pid file; what is not ours is left alone.
    void stop();

private:
    process::Launcher& launcher_;
    process::Environment environment_;
    std::filesystem::path directory_;
    int port_;
};

}  // namespace tinystacks::registry
