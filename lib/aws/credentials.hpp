#pragma once

#include "base/interruption.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

#include <memory>
#include <optional>
#include <string>

namespace tinystacks::aws {

/// Keys that sign requests, and until when.
struct Credentials {
    std::string access_key_id;  ///< empty: none, the request is sent unsigned
    Secret secret_access_key;
    Secret session_token;  ///< empty for long-lived keys
    std::optional<Time> expires_at;
    std::string source;  ///< for messages: "environment", "profile 'shop'", "role arn:aws:iam::…"
};

/// Where keys come from, found when they are first needed and again shortly before they expire. Used by one thread at
/// a time.
class CredentialSource {
public:
    virtual ~CredentialSource() = default;
    /// Keys that are good for five minutes more, where the source can give such.
    /// Throws Error{unauthenticated} naming every place that was looked at, or the one that is configured and failed.
    [[nodiscard]] virtual Credentials get(const Interruption& interruption) = 0;
    /// AWS called the keys expired: the next get() asks the source again.
    virtual void forget() = 0;
};

/// For calls that carry their own proof (AssumeRoleWithWebIdentity): they are not signed.
class NoKeys final : public CredentialSource {
public:
    [[nodiscard]] Credentials get(const Interruption&) override { return {}; }
    void forget() override {}
};

}  // namespace tinystacks::aws
