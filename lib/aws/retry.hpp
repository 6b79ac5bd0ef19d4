#pragma once

#include "base/time.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tinystacks::aws {

/// Why a call may be sent again, and how long that costs.
enum class Fault {
    transient,   ///< no answer, or a server's trouble: it may have been done all the same
    throttling,  ///< refused before it was done: slower, please
};

/// What an answer's code and HTTP status mean for another try. Empty: another try changes nothing.
/// Source: AWS SDKs and Tools Reference Guide, "Retry behavior"; security requirement AW-12.
[[nodiscard]] std::optional<Fault> find_fault(int status, std::string_view code);

/// What the answer asks for.
struct Asked {
    std::optional<std::chrono::milliseconds> retry_after;      ///< Retry-After: at least this
    std::optional<std::chrono::milliseconds> amz_retry_after;  ///< x-amz-retry-after: this, at most 5 s longer
};

/// How long to wait before attempt number `attempts` + 1. Empty: give up (three attempts were made, or Retry-After is
/// longer than 20 s). Without the answer's wish it is a random part of 50 ms (throttled: 1 s), doubled each time.
/// `jitter` is in [0,1). Source: as find_fault(), the rules of 2026.
[[nodiscard]] std::optional<std::chrono::milliseconds> find_wait(int attempts, Fault fault, const Asked& asked,
                                                                 double jitter);

/// Stops a client from adding to a service's trouble: 500 tokens, of which a retry takes 14 (throttled: 5), and which
/// successes bring back.
class RetryQuota {
public:
    /// False: not enough tokens, do not try again.
    [[nodiscard]] bool take(Fault fault);
    /// A call succeeded, after a retry for `retried` or at once.
    void give_back(std::optional<Fault> retried);
    [[nodiscard]] int left() const { return left_; }

private:
    int left_ = 500;
};

}  // namespace tinystacks::aws
