#pragma once

#include "aws/client.hpp"
#include "aws/renewing.hpp"
#include "aws/sts.hpp"

#include <string>
#include <string_view>

namespace tinystacks::aws {

/// "ts-" and the deployment's id, in the letters and the length STS allows: no personal data, for the account's owner
/// sees it. Source: security requirement AW-04.
[[nodiscard]] std::string session_name(std::string_view deployment);

/// Throws Error{invalid_input} for a role ARN, external id, session name or duration that STS does not allow. A role
/// ARN decides in whose account we act, so it is held to a narrower form than STS's own: security requirement AW-03.
void check(const Role& role);

/// The keys of a role, assumed with those of another source, renewed, and kept in memory only.
class AssumedRole final : public CredentialSource {
public:
    /// `source` must outlive it; `region` is the one whose STS is asked. Throws as check().
    AssumedRole(Client::World world, CredentialSource& source, const std::string& region, Role role);

    /// Throws as Sts::assume_role() and the source.
    [[nodiscard]] Credentials get(const Interruption& interruption) override { return keys_.get(interruption); }
    void forget() override { keys_.forget(); }

private:
    Renewing keys_;
};

}  // namespace tinystacks::aws
