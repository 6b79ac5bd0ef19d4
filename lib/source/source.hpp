#pragma once

#include "document/node.hpp"
#include "parameter/parameter.hpp"

#include <optional>
#include <string>
#include <vector>

/// Code sources: a repository of infrastructure code with its parameters, and its versions. A text that was not given
/// is empty; times and numbers are kept as they came, since the contract has times of both kinds. `extra` holds the
/// members we do not know, and those given as null or empty, so that what was read is written back unchanged.
namespace tinystacks::source {

struct Repository {
    std::string clone_url;
    std::string name;
    std::string default_branch;
    std::string owner;     ///< the account on the provider
    std::string provider;  ///< github, gitlab or another
    std::vector<document::Entry> extra;
};

/// The toolset that deploys the code.
struct InfrastructureCodeType {
    std::string format;    ///< TERRAFORM, AWS_CDK, CLOUDFORMATION or another
    std::string language;  ///< typescript, hcl, …
    std::vector<document::Entry> extra;
};

/// How the last source check went.
struct GitIngestion {
    std::string status;
    std::string status_details;
    std::string error;
    std::optional<document::Node> last_run_time;
    std::optional<document::Node> last_successful_run_time;
    std::optional<document::Node> start_time;
    std::optional<document::Node> end_time;  ///< absent while it runs
    std::string commit_id;
    std::vector<document::Entry> extra;
};

struct BuildDetails {
    std::optional<GitIngestion> git_ingestion;
    std::vector<document::Entry> extra;
};

/// How much of an account's quota a stack needs.
struct Requirement {
    std::string quota_id;
    std::optional<document::Node> count;
    std::vector<document::Entry> extra;
};

struct Source {
    std::string owner;  ///< a user, or `group:NAME`
    std::string name;
    std::string description;
    std::string cloud_provider;
    std::string diagram_s3_link;
    std::string latest_version;
    std::optional<Repository> repository;
    std::optional<InfrastructureCodeType> infrastructure_code_type;
    std::string account_id;
    std::string region;
    std::string status;
    std::string ci_cd_infra_status;
    std::optional<document::Node> created_on;
    std::string created_by;
    std::optional<document::Node> last_modified_on;
    std::string last_modified_by;
    std::vector<parameter::Definition> parameters;
    std::vector<parameter::Category> parameter_categories;
    std::optional<BuildDetails> build_details;
    std::optional<document::Node> stack_count;
    std::vector<Requirement> requirements;
    std::vector<document::Entry> extra;
};

/// What a change of parameters sends.
struct ParameterChange {
    std::vector<parameter::Definition> parameters;
    std::vector<parameter::Category> parameter_categories;
    std::string version;
    std::vector<document::Entry> extra;
};

/// A published version, and who uses it.
struct Version {
    std::string version;
    std::string commit_sha;
    std::string description;
    std::optional<document::Node> created_on;
    std::optional<document::Node> published_on;
    std::optional<bool> is_public;
    std::optional<document::Node> user_count;
    std::vector<document::Node> user_stacks;  ///< for contract::read<stack::Stack>()
    std::vector<document::Entry> extra;
};

/// A stack that a user of the source made.
struct Use {
    std::string owner;
    std::string stack_name;
    std::string user_name;
    std::string version;
    std::optional<document::Node> last_modified_on;
    std::string status;
    std::vector<document::Entry> extra;
};

}  // namespace tinystacks::source
