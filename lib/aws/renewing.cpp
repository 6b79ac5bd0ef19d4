#include "aws/renewing.hpp"

#include "base/error.hpp"

#include <utility>

namespace tinystacks::aws {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds ahead = 5min;
constexpr std::chrono::milliseconds pause = 1min;

bool has_expired(const Credentials& keys, Time now)
{
    return keys.expires_at && *keys.expires_at <= now;
}

}  // namespace

Renewing::Renewing(std::unique_ptr<CredentialSource> source, Clock clock)
    : source_(std::move(source)), clock_(std::move(clock))
{}

bool Renewing::is_fresh(Time now) const
{
    if (!kept_ || forgotten_ || has_expired(*kept_, now)) {
        return false;
    }
    return !kept_->expires_at || *kept_->expires_at - now > ahead || now - asked_at_ < pause;
}

Credentials Renewing::get(const Interruption& interruption)
{
    const auto now = clock_();
    if (is_fresh(now)) {
        return *kept_;
    }
    const bool still_good = kept_ && !forgotten_ && !has_expired(*kept_, now);
    asked_at_ = now;
    try {
        auto keys = source_->get(interruption);
        if (has_expired(keys, now)) {
            throw Error(ErrorKind::unauthenticated, "the credentials of {} expired at {}", keys.source,
                        to_rfc3339(*keys.expires_at));
        }
        kept_ = std::move(keys);
        forgotten_ = false;
    } catch (const Error&) {
        if (!still_good) {
            throw;
        }
    }
    return *kept_;
}

void Renewing::forget()
{
    forgotten_ = true;
    source_->forget();
}

}  // namespace tinystacks::aws
