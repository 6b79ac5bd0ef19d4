#pragma once

#include "document/node.hpp"
#include "parameter/parameter.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Stacks as a control plane keeps them. What is not given, `extra`, times and numbers: as in source/source.hpp.
namespace tinystacks::stack {

/// The code source a stack is made from.
struct SourceReference {
    std::string owner;
    std::string name;
    std::string current_version;
    std::string previous_version;
    std::string target_version;
    std::vector<document::Entry> extra;
};

/// One step of a stack's pipeline.
struct Stage {
    std::string name;
    std::string account_id;
    std::string region;
    std::string status;
    std::string ci_cd_infra_status;
    std::string status_description;
    std::vector<document::Entry> extra;
};

struct AwsTarget {
    std::string account_id;
    std::string region;
    std::string status;
    std::string ci_cd_infra_status;
    std::string status_description;
    std::string execution_role_arn;
    std::vector<document::Entry> extra;
};
struct GcpTarget {
    std::string project;
    std::string region;
    std::string zone;
    std::string execution_service_account_email;
    std::vector<document::Entry> extra;
};
struct AzureTarget {
    std::string resource_group_name;
    std::vector<document::Entry> extra;
};
using DeploymentTarget = std::variant<AwsTarget, GcpTarget, AzureTarget>;

struct Stack {
    std::string owner;
    std::string name;
    std::optional<SourceReference> source;
    std::vector<Stage> stages;
    std::optional<DeploymentTarget> deployment_target;
    std::string status;
    std::string ci_cd_infra_status;
    std::string status_description;
    std::optional<document::Node> created_on;
    std::string created_by;
    std::optional<document::Node> last_modified_on;
    std::string last_modified_by;
    std::vector<parameter::Definition> parameters;
    std::vector<parameter::Category> parameter_categories;
    std::vector<document::Node> expected_cloudformation_stacks;
    std::vector<document::Entry> extra;
};

/// What a change of parameters sends.
struct ParameterChange {
    std::vector<parameter::Definition> parameters;
    std::vector<document::Entry> extra;
};

/// One attempt to deploy a stack.
struct Deployment {
    std::string deployment_id;
    std::optional<document::Node> start_time;
    std::optional<document::Node> finish_time;  ///< absent while it runs
    std::string source_stack;
    std::string source_stack_version;
    std::vector<parameter::Definition> parameters;
    std::string status;
    std::vector<document::Entry> extra;
};

struct Output {
    std::string stack_name;
    std::string output_key;
    std::string output_value;
    std::string description;
    std::string export_name;
    std::vector<document::Entry> extra;
};

struct Drift {
    std::string status;
    std::optional<document::Node> last_check_timestamp;
    std::vector<document::Entry> extra;
};

/// The CloudFormation modules a resource came from.
struct Module {
    std::string type_hierarchy;
    std::string logical_id_hierarchy;
    std::vector<document::Entry> extra;
};

struct Resource {
    std::string stack_name;
    std::string stack_id;
    std::string logical_resource_id;
    std::string physical_resource_id;
    std::string resource_type;
    std::string resource_status;
    std::string resource_status_reason;
    std::optional<document::Node> timestamp;
    std::string description;
    std::optional<Drift> drift;
    std::optional<Module> module_info;
    std::vector<document::Entry> extra;
};

/// A change somebody made to a stack. (The events of a deployment are CloudFormation's, of which the contract says
/// nothing: they stay document::Node.)
struct Event {
    std::string user_name;
    std::optional<document::Node> time_last_updated;
    std::string event_type;
    std::optional<document::Node> path;
    std::string change_type;
    std::string change_field;
    std::string old_value;
    std::string new_value;
    std::string branch_name;
    std::string commit_sha;
    std::string endpoint;
    std::string status;
    std::string update_id;
    std::vector<std::string> applied_update_ids;
    std::vector<document::Entry> extra;
};

/// A line of a source check's or a deployment's log.
struct LogLine {
    std::optional<document::Node> timestamp;
    std::string message;
    std::vector<document::Entry> extra;
};

/// What the owner of a code source sees of one user's stack.
struct UserStack {
    std::string owner;
    std::string name;
    std::string version;
    std::vector<Output> outputs;
    std::optional<document::Node> last_modified_on;
    std::optional<document::Node> created_on;
    std::vector<document::Entry> extra;
};

/// Throws Error{invalid_input} unless a stack that we create may be called `name`: as stage::Name, since it becomes
/// part of the names of hosts, buckets and roles too (security requirement PA-08).
void check_name(std::string_view name);

/// `NAME:REGION[:ACCOUNT]` of a command line. Throws Error{usage} quoting the argument and the rule it breaks.
[[nodiscard]] Stage parse_stage(std::string_view argument);

}  // namespace tinystacks::stack
