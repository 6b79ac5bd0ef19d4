#pragma once

#include "aws/client.hpp"

#include <map>
#include <string>
#include <string_view>

namespace tinystacks::aws {

/// What of a region's name decides host names. Source: AWS partition metadata (botocore's partitions.json).
[[nodiscard]] std::string dns_suffix(std::string_view region);

/// The service's id as variables and profiles spell it: "ecs", "elastic_load_balancing_v2" for
/// "elasticloadbalancing". Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
[[nodiscard]] std::string service_id(std::string_view service);

struct Url {
    std::string origin;  ///< "https://host:port"
    std::string host;    ///< as the Host header says it: with the port where it is not the scheme's own
    std::string path;    ///< without a slash at the end
};

/// The host of "scheme://host:port/path", an IPv6 one with its brackets; empty for a text without "://".
[[nodiscard]] std::string host_of(std::string_view url);

/// Takes an endpoint's URL apart.
[[nodiscard]] Url split_url(std::string_view url);

/// Where a service of a region answers: AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's `services` section,
/// the profile's endpoint_url, else AWS's own. AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true (or the profile's) leaves AWS's
/// own. Throws as load_profiles(), Error{not_allowed} for clear text to another machine and Error{usage} for what is no
/// URL of a host. Source: security requirement AW-13.
[[nodiscard]] Endpoint find_endpoint(std::string_view service, const std::string& region,
                                     const std::map<std::string, std::string>& environment);

}  // namespace tinystacks::aws
