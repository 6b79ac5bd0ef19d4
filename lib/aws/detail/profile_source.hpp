#pragma once

#include "aws/chain.hpp"
#include "aws/profile.hpp"

#include <memory>
#include <string>

namespace tinystacks::aws::detail {

/// Whether AWS_WEB_IDENTITY_TOKEN_FILE and its like are read before the profile's own settings.
enum class WebIdentity { environment_first, profile_only };

/// The source a profile configures; nullptr when it has nothing to do with credentials. `parts` are copied.
/// Throws Error{unauthenticated} for a configuration that cannot work, saying which profile it is.
[[nodiscard]] std::unique_ptr<CredentialSource> find_profile_source(const ChainParts& parts, const Profiles& profiles,
                                                                    const std::string& name, WebIdentity identity);

}  // namespace tinystacks::aws::detail
