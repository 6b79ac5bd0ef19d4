#include "contract/detail/create.hpp"
#include "contract/detail/member.hpp"
#include "stage/stage.hpp"

namespace tinystacks::contract::detail {

template <>
struct Table<stack::SourceReference> {
    using R = stack::SourceReference;
    static constexpr std::array members = {
        member<&R::owner>("owner"),
        member<&R::name>("name"),
        member<&R::current_version>("currentVersion"),
        member<&R::previous_version>("previousVersion"),
        member<&R::target_version>("targetVersion"),
    };
};

template <>
struct Table<stack::Stage> {
    using S = stack::Stage;
    static constexpr std::array members = {
        member<&S::name>("name"),
        member<&S::account_id>("accountId"),
        member<&S::region>("region"),
        member<&S::status>("status"),
        member<&S::ci_cd_infra_status>("ciCdInfraStatus"),
        member<&S::status_description>("statusDescription"),
    };
};

template <>
struct Table<stack::AwsTarget> {
    using T = stack::AwsTarget;
    static constexpr std::array members = {
        member<&T::account_id>("accountId"),
        member<&T::region>("region"),
        member<&T::status>("status"),
        member<&T::ci_cd_infra_status>("ciCdInfraStatus"),
        member<&T::status_description>("statusDescription"),
        member<&T::execution_role_arn>("executionRoleArn"),
    };
};

template <>
struct Table<stack::GcpTarget> {
    using T = stack::GcpTarget;
    static constexpr std::array members = {
        member<&T::project>("project"),
        member<&T::region>("region"),
        member<&T::zone>("zone"),
        member<&T::execution_service_account_email>("executionServiceAccountEmail"),
    };
};

template <>
struct Table<stack::AzureTarget> {
    static constexpr std::array members = {member<&stack::AzureTarget::resource_group_name>("resourceGroupName")};
};

/// The three shapes have no word that tells them apart: a member that only one has does.
void take(const document::Node& node, std::optional<stack::DeploymentTarget>& value, Reader& reader, const Path& path)
{
    const auto has = [&](std::string_view key) { return node.find(key) != nullptr; };
    auto& target = value.emplace();
    if (has("resourceGroupName")) {
        take(node, target.emplace<stack::AzureTarget>(), reader, path);
    } else if (has("project") || has("zone") || has("executionServiceAccountEmail")) {
        take(node, target.emplace<stack::GcpTarget>(), reader, path);
    } else {
        take(node, target.emplace<stack::AwsTarget>(), reader, path);
    }
}

template <>
struct Table<stack::Stack> {
    using S = stack::Stack;
    static constexpr std::array members = {
        member<&S::owner>("owner"),
        member<&S::name>("name"),
        member<&S::source>("source"),
        member<&S::stages>("stages"),
        member<&S::deployment_target>("deploymentTarget"),
        member<&S::status>("status"),
        member<&S::ci_cd_infra_status>("ciCdInfraStatus"),
        member<&S::status_description>("statusDescription"),
        time<&S::created_on>("createdOn"),
        member<&S::created_by>("createdBy"),
        time<&S::last_modified_on>("lastModifiedOn"),
        member<&S::last_modified_by>("lastModifiedBy"),
        member<&S::parameters>("parameters"),
        member<&S::parameter_categories>("parameterCategories"),
        member<&S::expected_cloudformation_stacks>("expectedCloudformationStacks"),
    };
};

template <>
struct Table<stack::ParameterChange> {
    static constexpr std::array members = {member<&stack::ParameterChange::parameters>("parameters")};
};

template <>
struct Table<stack::Deployment> {
    using D = stack::Deployment;
    static constexpr std::array members = {
        member<&D::deployment_id>("deploymentId"),
        time<&D::start_time>("startTime"),
        time<&D::finish_time>("finishTime"),
        member<&D::source_stack>("sourceStack"),
        member<&D::source_stack_version>("sourceStackVersion"),
        member<&D::parameters>("parameters"),
        member<&D::status>("status"),
    };
};

template <>
struct Table<stack::Output> {
    using O = stack::Output;
    static constexpr std::array members = {
        member<&O::stack_name>("stackName"),     member<&O::output_key>("outputKey"),
        member<&O::output_value>("outputValue"), member<&O::description>("description"),
        member<&O::export_name>("exportName"),
    };
};

template <>
struct Table<stack::Drift> {
    static constexpr std::array members = {
        member<&stack::Drift::status>("stackResourceDriftStatus"),
        time<&stack::Drift::last_check_timestamp>("lastCheckTimestamp"),
    };
};

template <>
struct Table<stack::Module> {
    static constexpr std::array members = {
        member<&stack::Module::type_hierarchy>("typeHierarchy"),
        member<&stack::Module::logical_id_hierarchy>("logicalIdHierarchy"),
    };
};

template <>
struct Table<stack::Resource> {
    using R = stack::Resource;
    static constexpr std::array members = {
        member<&R::stack_name>("stackName"),
        member<&R::stack_id>("stackId"),
        member<&R::logical_resource_id>("logicalResourceId"),
        member<&R::physical_resource_id>("physicalResourceId"),
        member<&R::resource_type>("resourceType"),
        member<&R::resource_status>("resourceStatus"),
        member<&R::resource_status_reason>("resourceStatusReason"),
        time<&R::timestamp>("timestamp"),
        member<&R::description>("description"),
        member<&R::drift>("driftInformation"),
        member<&R::module_info>("moduleInfo"),
    };
};

template <>
struct Table<stack::Event> {
    using E = stack::Event;
    static constexpr std::array members = {
        member<&E::user_name>("userName"),     time<&E::time_last_updated>("timeLastUpdated"),
        member<&E::event_type>("eventType"),   object<&E::path>("path"),
        member<&E::change_type>("changeType"), member<&E::change_field>("changeField"),
        member<&E::old_value>("oldValue"),     member<&E::new_value>("newValue"),
        member<&E::branch_name>("branchName"), member<&E::commit_sha>("commitsha"),
        member<&E::endpoint>("endpoint"),      member<&E::status>("status"),
        member<&E::update_id>("updateId"),     member<&E::applied_update_ids>("appliedUpdateIds"),
    };
};

template <>
struct Table<stack::LogLine> {
    static constexpr std::array members = {
        time<&stack::LogLine::timestamp>("timestamp"),
        member<&stack::LogLine::message>("message"),
    };
};

template <>
struct Table<stack::UserStack> {
    using U = stack::UserStack;
    static constexpr std::array members = {
        member<&U::owner>("owner"),
        member<&U::name>("name"),
        member<&U::version>("version"),
        member<&U::outputs>("outputs"),
        time<&U::last_modified_on>("lastModifiedOn"),
        time<&U::created_on>("createdOn"),
    };
};

namespace {

void check_stages(Reader& reader, const document::Node* stages)
{
    if (stages == nullptr) {
        return;
    }
    for (std::size_t i = 0; i < stages->items.size(); ++i) {
        const auto& stage = stages->items[i];
        const auto pointer = fmt::format("/stages/{}", i);
        const auto* name = stage.find("name");
        if (stage.is_mapping() && name == nullptr) {
            reader.report(stage.where, pointer + "/name", "missing", "is missing", R"("name": "prod")");
        } else if (name != nullptr && document::is_string(*name)) {
            check_name(reader, *name, pointer + "/name", [](std::string_view text) { (void)stage::Name::parse(text); });
        }
        check_region(reader, stage.find("region"), pointer + "/region");
    }
}

}  // namespace
}  // namespace tinystacks::contract::detail

namespace tinystacks::contract {

template stack::Stack read(const document::Node&, std::string_view);
template stack::ParameterChange read(const document::Node&, std::string_view);
template stack::Deployment read(const document::Node&, std::string_view);
template stack::Output read(const document::Node&, std::string_view);
template stack::Resource read(const document::Node&, std::string_view);
template stack::Event read(const document::Node&, std::string_view);
template stack::LogLine read(const document::Node&, std::string_view);
template stack::UserStack read(const document::Node&, std::string_view);

template std::vector<stack::Stack> read_list(const document::Node&);
template std::vector<stack::Deployment> read_list(const document::Node&);
template std::vector<stack::Output> read_list(const document::Node&);
template std::vector<stack::Resource> read_list(const document::Node&);
template std::vector<stack::Event> read_list(const document::Node&);
template std::vector<stack::LogLine> read_list(const document::Node&);

template document::Node write(const stack::Stack&);
template document::Node write(const stack::ParameterChange&);
template document::Node write(const stack::Deployment&);
template document::Node write(const stack::Output&);
template document::Node write(const stack::Resource&);
template document::Node write(const stack::Event&);
template document::Node write(const stack::LogLine&);
template document::Node write(const stack::UserStack&);

stack::Stack read_new_stack(const document::Node& payload)
{
    detail::Reader reader;
    auto stack = detail::read_with<stack::Stack>(reader, payload, {});
    if (!payload.is_mapping()) {
        reader.finish();
    }
    if (const auto* name = detail::require(reader, payload, "name", R"("name": "shop")")) {
        detail::check_name(reader, *name, "/name", stack::check_name);
    }
    (void)detail::require(reader, payload, "source/name", R"("source": {"name": "shop-infrastructure"})");
    detail::check_stages(reader, payload.find("stages"));
    detail::check_parameters(reader, payload, stack.parameters);
    reader.finish();
    return stack;
}

}  // namespace tinystacks::contract
