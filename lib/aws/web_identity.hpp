#pragma once

#include "aws/client.hpp"
#include "aws/sts.hpp"

#include <filesystem>

namespace tinystacks::aws {

/// The keys of a role that a token of an identity provider stands for (GitHub Actions, EKS). The token is read from
/// its file each time. Source: AWS SDKs and Tools Reference Guide, "Assume role with web identity".
class WebIdentityRole final : public CredentialSource {
public:
    /// Throws as check().
    WebIdentityRole(Client::World world, const std::string& region, Role role, std::filesystem::path token_file);

    /// Throws as Sts::assume_role_with_web_identity(), and Error{unauthenticated} when the file cannot be read.
    [[nodiscard]] Credentials get(const Interruption& interruption) override;
    void forget() override {}

private:
    NoKeys no_keys_;
    Client client_;
    Role role_;
    std::filesystem::path token_file_;
};

}  // namespace tinystacks::aws
