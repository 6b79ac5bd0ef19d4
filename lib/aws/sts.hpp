#pragma once

#include "aws/client.hpp"

#include <chrono>
#include <string>

namespace tinystacks::aws {

/// Who signs: `arn` is of a user, of a role's session or of an account's root.
struct Caller {
    std::string account;
    std::string arn;
    std::string user_id;
};

/// A role to assume.
struct Role {
    std::string arn;
    std::string external_id = {};                           ///< empty: none is sent
    std::string session_name;                               ///< what the account's owner sees in CloudTrail
    std::chrono::seconds duration = std::chrono::hours(1);  ///< 900 s to 12 h, of what the role allows
};

/// AWS Security Token Service. Throws as Client::send(), and Error{failed} for an answer that lacks what it should
/// hold.
class Sts {
public:
    explicit Sts(Client& client) : client_(client) {}

    [[nodiscard]] Caller get_caller_identity(const Interruption& interruption = {});
    /// Throws Error{not_allowed} when the keys are of another account than the role.
    [[nodiscard]] Credentials assume_role(const Role& role, const Interruption& interruption = {});
    /// `token` is an identity provider's; the call is not signed where the client's keys are NoKeys.
    [[nodiscard]] Credentials assume_role_with_web_identity(const Role& role, const Secret& token,
                                                            const Interruption& interruption = {});

private:
    Client& client_;
};

}  // namespace tinystacks::aws
