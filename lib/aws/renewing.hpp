#pragma once

#include "aws/credentials.hpp"

#include <memory>
#include <optional>

namespace tinystacks::aws {

/// Keeps what another source gives, in memory only, and asks again from five minutes before it expires.
///
/// When a renewal fails while the old keys are still good, those are given: a name server that is away for a minute
/// ends no deployment. Keys that live for less than five minutes are asked for once a minute.
class Renewing final : public CredentialSource {
public:
    Renewing(std::unique_ptr<CredentialSource> source, Clock clock);

    /// Throws as the source does, and Error{unauthenticated} when it gives keys that have expired.
    [[nodiscard]] Credentials get(const Interruption& interruption) override;
    void forget() override;

private:
    [[nodiscard]] bool is_fresh(Time now) const;

    std::unique_ptr<CredentialSource> source_;
    Clock clock_;
    std::optional<Credentials> kept_;
    Time asked_at_;
    bool forgotten_ = false;
};

}  // namespace tinystacks::aws
