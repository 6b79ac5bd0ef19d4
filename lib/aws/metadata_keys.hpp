#pragma once

#include "aws/credentials.hpp"
#include "http/retry.hpp"
#include "http/transport.hpp"

#include <map>
#include <string>

namespace tinystacks::aws {

/// Whether an endpoint that gives out keys may be asked at this URL: by https anywhere, by http at this machine or at
/// AWS's own link-local addresses.
[[nodiscard]] bool may_ask_for_keys(std::string_view url);

/// The keys of an ECS task, an EKS pod or whatever else set AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI.
/// Three tries of two seconds. Source: AWS SDKs and Tools Reference Guide, "Container credential provider"; botocore's
/// ContainerMetadataFetcher.
class ContainerKeys final : public CredentialSource {
public:
    /// `transport` must outlive it; `environment` is copied as far as it is needed.
    ContainerKeys(http::Transport& transport, const std::map<std::string, std::string>& environment,
                  http::Patience patience);

    [[nodiscard]] static bool is_configured(const std::map<std::string, std::string>& environment);

    /// Throws Error{unauthenticated}; Error{not_allowed} for a URL that may not be asked.
    [[nodiscard]] Credentials get(const Interruption& interruption) override;
    void forget() override {}

private:
    http::Transport& transport_;
    http::Patience patience_;
    std::string url_;
    std::string token_;
    std::string token_file_;
};

/// The keys of an EC2 instance's role, by version 2 of the metadata service alone.
/// Source: EC2 User Guide, "Use the Instance Metadata Service"; botocore's InstanceMetadataFetcher.
class InstanceKeys final : public CredentialSource {
public:
    /// AWS_EC2_METADATA_SERVICE_ENDPOINT (or _MODE=IPv6) says where, AWS_METADATA_SERVICE_TIMEOUT how long a try lasts
    /// (1 s), AWS_METADATA_SERVICE_NUM_ATTEMPTS how many there are (1).
    InstanceKeys(http::Transport& transport, const std::map<std::string, std::string>& environment);

    /// AWS_EC2_METADATA_DISABLED=true.
    [[nodiscard]] static bool is_disabled(const std::map<std::string, std::string>& environment);

    /// Throws Error{unauthenticated} when nobody answers, as everywhere but on EC2; Error{not_allowed} for an endpoint
    /// that may not be asked.
    [[nodiscard]] Credentials get(const Interruption& interruption) override;
    void forget() override {}

private:
    [[nodiscard]] std::string ask(const std::string& method, const std::string& path, http::Headers headers,
                                  const Interruption& interruption);

    http::Transport& transport_;
    std::string url_;
    std::chrono::milliseconds timeout_;
    int attempts_;
};

}  // namespace tinystacks::aws
