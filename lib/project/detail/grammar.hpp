#pragma once

#include <optional>
#include <string>
#include <string_view>

/// What the texts of a project file may look like. Each has its counterpart in templates/tinystacks.schema.json.
namespace tinystacks::project::detail {

/// Twelve digits.
[[nodiscard]] bool is_account(std::string_view text);
/// Security requirement AW-09: a region becomes part of a host name.
[[nodiscard]] bool is_region(std::string_view text);
/// Source: IAM User Guide, "IAM identifiers" (no wildcards).
[[nodiscard]] bool is_role(std::string_view text);
/// Source: AWS STS API Reference, AssumeRole, ExternalId.
[[nodiscard]] bool is_external_id(std::string_view text);
/// Source: Amazon S3 User Guide, "General purpose bucket naming rules".
[[nodiscard]] bool is_bucket(std::string_view text);
/// `embedded`, an https URL, or an http URL of this machine; no user, query or fragment.
[[nodiscard]] bool is_control(std::string_view text);
/// A path from the repository's root that stays below it.
[[nodiscard]] bool is_inner_path(std::string_view text);
/// The path of a URL.
[[nodiscard]] bool is_url_path(std::string_view text);
/// Names and ARNs. Source: Amazon ECS API Reference, CreateCluster and CreateService; AWS Lambda, CreateFunction.
[[nodiscard]] bool is_ecs_cluster(std::string_view text);
[[nodiscard]] bool is_ecs_service(std::string_view text);
[[nodiscard]] bool is_lambda_function(std::string_view text);

struct Arn {
    std::string region;
    std::string account;
    std::string resource;
};
/// The parts of an ARN of `service`; empty when `text` is none.
[[nodiscard]] std::optional<Arn> find_arn(std::string_view text, std::string_view service);

}  // namespace tinystacks::project::detail
