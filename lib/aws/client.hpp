#pragma once

#include "aws/credentials.hpp"
#include "aws/retry.hpp"
#include "base/interruption.hpp"
#include "base/time.hpp"
#include "http/retry.hpp"
#include "http/transport.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Amazon Web Services: credentials, signing, one small class per service we call.
namespace tinystacks::aws {

/// Whether a call may be sent twice when it is not known what became of the first.
enum class Repeat { safe, once };

/// One call of a service.
struct Call {
    std::string service;    ///< as in host names and AWS_ENDPOINT_URL_…: "ecs", "elasticloadbalancing", "api.ecr"
    std::string signed_as;  ///< the signing name where it differs ("ecr"); empty: `service`
    std::string operation;  ///< such as "DescribeServices": for messages
    std::string method = "POST";
    std::string path = "/";                                       ///< percent-encoded as sent
    std::vector<std::pair<std::string, std::string>> query = {};  ///< not encoded; an empty value is sent as "name="
    http::Headers headers = {};
    std::string body = {};
    std::filesystem::path body_file = {};  ///< streamed as the body when not empty
    Repeat repeat = Repeat::safe;
    std::chrono::milliseconds timeout = std::chrono::seconds(60);
    bool may_be_silent = false;  ///< until the timeout: the answer has to be worked for
};

/// Where a service answers.
struct Endpoint {
    std::string url;          ///< without a slash at the end
    bool overridden = false;  ///< by AWS_ENDPOINT_URL and the like: S3 is then asked path-style
};

/// Signs calls with a source's keys and sends them to a region, again where that helps.
///
/// At most three attempts as in the SDKs' standard mode: after no answer, 500, 502, 503, 504 and throttling codes;
/// jittered, at least what Retry-After asks; expired keys are renewed once, a clock that is off is corrected once by
/// the answer's Date. Used by one thread at a time.
/// Source: AWS SDKs and Tools Reference Guide, "Retry behavior"; security requirements AW-11, AW-12.
class Client {
public:
    struct World {
        http::Transport& transport;
        std::map<std::string, std::string> environment;
        Clock clock;
        http::Patience patience;
    };

    /// `keys` must outlive it. `region` signs and makes host names.
    Client(World world, CredentialSource& keys, std::string region);

    [[nodiscard]] const std::string& region() const { return region_; }
    /// From now on a try that may be repeated takes at most `longest`: a slow answer is asked for again.
    void hurry(std::chrono::milliseconds longest) { longest_ = longest; }
    /// Where a service answers here: AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's, else AWS's own.
    /// Throws Error{not_allowed} for clear text to another machine.
    [[nodiscard]] Endpoint endpoint(std::string_view service) const;

    /// The answer, of status 2xx, at most 10 MiB of it. Throws Refusal when AWS refuses, Error{failed} when no answer
    /// came, Error{unauthenticated} when there are no credentials.
    [[nodiscard]] http::Exchange send(const Call& call, const Interruption& interruption = {});
    /// A call of the JSON 1.0/1.1 protocol: `target` is "AmazonEC2ContainerServiceV20141113.DescribeServices".
    /// Throws as send(), and Error{failed} when the answer is no JSON object.
    [[nodiscard]] nlohmann::json send_json(Call call, std::string_view target, const nlohmann::json& input,
                                           const Interruption& interruption = {});

private:
    struct Sending;

    [[nodiscard]] http::Request prepare(const Call& call, const Credentials& keys, const std::string& payload) const;
    bool try_once(Sending& sending, const Credentials& keys, const Interruption& interruption);
    /// Whether the refusal is one that new keys or a corrected clock may change, after having seen to that.
    bool repair(Sending& sending, const Credentials& keys, const Interruption& interruption);

    World world_;
    CredentialSource& keys_;
    std::string region_;
    std::chrono::milliseconds longest_ = std::chrono::minutes(10);
    RetryQuota quota_;
    std::chrono::milliseconds clock_offset_{0};                       ///< AWS's clock less ours
    mutable std::map<std::string, Endpoint, std::less<>> endpoints_;  ///< found already
};

}  // namespace tinystacks::aws
