#pragma once

#include "base/secret.hpp"
#include "base/time.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::connection {

enum class Kind { api, github, gitlab, aws };

/// "api", "github", "gitlab" or "aws".
[[nodiscard]] std::string_view to_string(Kind kind);
[[nodiscard]] std::optional<Kind> find_kind(std::string_view word);

/// Where a connection's secret rests.
enum class Keeper {
    none,     ///< there is none: AWS's keys stay where AWS's own tools keep them
    keyring,  ///< the desktop's, through secret-tool
    file,     ///< credentials.json beside connections.json, mode 0600
};
/// "none", "keyring" or "file".
[[nodiscard]] std::string_view to_string(Keeper keeper);

/// How AWS is reached: the environment's own keys, a profile of the AWS CLI, or a role.
struct Aws {
    std::string profile = {};
    std::string role_arn = {};
    std::string external_id = {};
    std::string region = {};

    bool operator==(const Aws&) const = default;
};

/// A way in, without its secret. Kind and address name it.
struct Connection {
    Kind kind = Kind::api;
    /// The normalised URL of a TinyStacks API, the host of a provider (with a port where it has one of its own), the
    /// number of an AWS account.
    std::string address;
    std::string account = {};  ///< who it lets in: a login, an ARN; empty when the API does not tell
    std::optional<std::vector<std::string>> scopes = {};  ///< of a token; empty when the provider tells none
    std::optional<Time> expires_at = {};                  ///< of the access token
    bool renews = false;                                  ///< there is a refresh token, so that its end needs nobody
    std::string group = {};                               ///< whose things an API is asked for, empty for one's own
    std::string client_id = {};  ///< of the OAuth application that got the token; empty for a personal one
    Aws aws = {};
    std::optional<Time> created_at = {};
    Keeper keeper = Keeper::none;  ///< as the store says

    bool operator==(const Connection&) const = default;
};

struct Tokens {
    Secret access;
    Secret refresh;  ///< empty: the access token cannot be renewed
};

/// An API's base URL as connections are found by: small letters in scheme and host, no default port, no slash at the
/// end. Throws Error{usage} for what is no https URL (http on this machine), and for a query, a fragment or a password.
[[nodiscard]] std::string normalised_url(std::string_view url);

[[nodiscard]] nlohmann::json to_json(const Connection& connection);
/// Throws Error{invalid_input} for what is no connection.
[[nodiscard]] Connection parse_connection(const nlohmann::json& json);

}  // namespace tinystacks::connection
