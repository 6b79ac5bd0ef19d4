#pragma once

#include "connection/connection.hpp"
#include "view/report.hpp"

#include "base/time.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace tinystacks::app::view {

/// A connection as --json has it (docs/interface.md), without its secret.
[[nodiscard]] nlohmann::json connection_json(const connection::Connection& connection, const std::string& default_api);

/// "github  github.com  octocat; scopes repo; token in the keyring"
[[nodiscard]] std::string line_of(const connection::Connection& connection, const std::string& default_api);

/// What a `connect` command has made. `file` is where secrets lie that no keyring keeps. It warns from seven days
/// before a token's end, as the list does (security requirement CR-09).
[[nodiscard]] Report connected(const connection::Connection& connection, const std::string& default_api,
                               const std::string& file, Time now);

[[nodiscard]] Report connection_list(const std::vector<connection::Connection>& connections,
                                     const std::string& default_api, Time now);

}  // namespace tinystacks::app::view
