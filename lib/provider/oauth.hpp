#pragma once

#include "provider/client.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tinystacks::provider {

/// What a person types where, to let this machine in.
struct DeviceCode {
    std::string user_code;
    std::string verification_uri;  ///< on the site itself, https (http on this machine)
    Secret device_code;
    std::chrono::seconds interval;
    std::chrono::seconds expires_in;
};

/// A token that somebody granted.
struct Grant {
    Secret access_token;
    Secret refresh_token;  ///< empty: it cannot be renewed
    std::vector<std::string> scopes;
    std::optional<Time> expires_at;
};

/// An application that a provider knows, on one of its sites.
struct Application {
    Site site;
    std::string client_id;
};

/// Begins the device flow (RFC 8628). Throws Error{failed} for an answer that cannot be trusted: a verification URI
/// elsewhere, an odd user code, one that has expired, a redirect, a device flow that is not enabled; Error{unavailable}
/// where there is none. Source: security requirements OA-01 to OA-03.
[[nodiscard]] DeviceCode start_device_flow(const Application& application, const std::vector<std::string>& scopes,
                                           const World& world, const Interruption& interruption = {});

/// Asks until the code is used, refused or expired. Throws Error{not_allowed} when it was refused, Error{failed} when
/// it expired, the site slowed us down more than three times, or, naming them, when scopes of `wanted` were not
/// granted, and Error{unavailable} when the site answers with more than can be read.
[[nodiscard]] Grant await_grant(const Application& application, const DeviceCode& code,
                                const std::vector<std::string>& wanted, const World& world,
                                const Interruption& interruption = {});

/// A new pair for an old one, which is void from then on. Throws Error{unauthenticated} when the refresh token is good
/// no longer.
[[nodiscard]] Grant refresh_grant(const Application& application, const Secret& refresh_token, const World& world,
                                  const Interruption& interruption = {});

/// Makes a token void where the provider lets a client do that: GitLab's OAuth tokens with the application's id.
/// GitHub wants the application's secret, which a program in everybody's hands has not: the advice says where to go.
[[nodiscard]] Revocation revoke(const Application& application, const Secret& token, const World& world,
                                const Interruption& interruption = {});

}  // namespace tinystacks::provider
