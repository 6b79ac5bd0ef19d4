#include "aws/retry.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::aws {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr int attempts_at_most = 3;
constexpr milliseconds wait_cap = 20s;
constexpr milliseconds asked_for_more = 5s;
constexpr int quota = 500;

constexpr std::array transient_codes = {"RequestTimeout",      "RequestTimeoutException", "InternalFailure",
                                        "InternalServerError", "ServiceUnavailable",      "IDPCommunicationError"};

constexpr std::array throttling_codes = {"Throttling",
                                         "ThrottlingException",
                                         "ThrottledException",
                                         "RequestThrottledException",
                                         "RequestThrottled",
                                         "TooManyRequestsException",
                                         "ProvisionedThroughputExceededException",
                                         "TransactionInProgressException",
                                         "RequestLimitExceeded",
                                         "BandwidthLimitExceeded",
                                         "LimitExceededException",
                                         "SlowDown",
                                         "PriorRequestNotComplete",
                                         "EC2ThrottledException"};

int cost(Fault fault)
{
    return fault == Fault::throttling ? 5 : 14;
}

}  // namespace

std::optional<Fault> find_fault(int status, std::string_view code)
{
    if (status == 429 || std::ranges::find(throttling_codes, code) != throttling_codes.end()) {
        return Fault::throttling;
    }
    if (status == 500 || (status >= 502 && status <= 504) ||
        std::ranges::find(transient_codes, code) != transient_codes.end()) {
        return Fault::transient;
    }
    return std::nullopt;
}

std::optional<milliseconds> find_wait(int attempts, Fault fault, const Asked& asked, double jitter)
{
    if (attempts >= attempts_at_most) {
        return std::nullopt;
    }
    const milliseconds first = fault == Fault::throttling ? 1s : 50ms;
    const auto window = std::min(wait_cap, first * (1 << std::max(attempts - 1, 0)));
    auto wait = milliseconds(static_cast<milliseconds::rep>(static_cast<double>(window.count()) * jitter));
    if (asked.amz_retry_after) {
        wait = std::clamp(*asked.amz_retry_after, wait, wait + asked_for_more);
    }
    if (asked.retry_after) {
        wait = std::max(wait, *asked.retry_after);
    }
    return wait > wait_cap + asked_for_more ? std::nullopt : std::optional(wait);
}

bool RetryQuota::take(Fault fault)
{
    if (cost(fault) > left_) {
        return false;
    }
    left_ -= cost(fault);
    return true;
}

void RetryQuota::give_back(std::optional<Fault> retried)
{
    left_ = std::min(quota, left_ + (retried ? cost(*retried) : 1));
}

}  // namespace tinystacks::aws
