#pragma once

#include "aws/credentials.hpp"

#include <map>
#include <string>

namespace tinystacks::aws {

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN (or the old AWS_SECURITY_TOKEN, which wins) and
/// AWS_CREDENTIAL_EXPIRATION. Source: botocore's EnvProvider.
class EnvironmentKeys final : public CredentialSource {
public:
    /// `environment` is copied.
    explicit EnvironmentKeys(const std::map<std::string, std::string>& environment);

    /// Whether either half of the pair is set.
    [[nodiscard]] static bool are_set(const std::map<std::string, std::string>& environment);

    /// Throws Error{unauthenticated} when one half is missing or the keys have expired.
    [[nodiscard]] Credentials get(const Interruption& interruption) override;
    void forget() override {}

private:
    std::map<std::string, std::string> environment_;
};

}  // namespace tinystacks::aws
