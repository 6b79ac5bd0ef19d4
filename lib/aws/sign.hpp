#pragma once

#include "aws/credentials.hpp"
#include "base/time.hpp"
#include "http/form.hpp"
#include "http/transport.hpp"

#include <string>
#include <string_view>

namespace tinystacks::aws {

/// Names and values, not encoded.
using Query = http::Form;

/// What of a request is signed.
struct Signable {
    std::string method;
    std::string host;  ///< as in the Host header: with the port where the scheme's own is not used
    std::string path;  ///< percent-encoded as sent
    Query query = {};  ///< in any order
    http::Headers
        headers;          ///< all that are sent besides what sign() gives; a Host among them is used instead of `host`
    std::string payload;  ///< SHA-256 of the body as hexadecimal digits
};

/// Whose endpoint a signature is for.
struct Scope {
    std::string region;
    std::string service;  ///< the signing name, such as "ecr"
};

/// The headers to add to a request: X-Amz-Date, X-Amz-Security-Token for temporary keys, X-Amz-Content-Sha256 for S3,
/// and Authorization. Headers that proxies change (Connection, User-Agent, X-Amzn-Trace-Id, …) are not signed.
/// Source: IAM User Guide, "Create a signed AWS API request" (Signature Version 4); for S3 the path is signed as it is
/// sent, elsewhere without dot segments and encoded once more.
[[nodiscard]] http::Headers sign(const Signable& request, const Credentials& keys, const Scope& scope, Time now);

/// Sorted by name and value and encoded, "a=1&b=" : the form that is signed, and the one we send.
[[nodiscard]] std::string canonical_query(const Query& query);

}  // namespace tinystacks::aws
