#include "contract/detail/create.hpp"
#include "contract/detail/member.hpp"
#include "source/name.hpp"

namespace tinystacks::contract::detail {

template <>
struct Table<source::Repository> {
    using R = source::Repository;
    static constexpr std::array members = {
        member<&R::clone_url>("cloneUrl"),
        member<&R::name>("name"),
        member<&R::default_branch>("defaultBranch"),
        member<&R::owner>("owner"),
        member<&R::provider>("provider"),
    };
};

template <>
struct Table<source::InfrastructureCodeType> {
    using T = source::InfrastructureCodeType;
    static constexpr std::array members = {
        member<&T::format>("format"),
        member<&T::language>("language"),
    };
};

template <>
struct Table<source::GitIngestion> {
    using G = source::GitIngestion;
    static constexpr std::array members = {
        member<&G::status>("status"),
        member<&G::status_details>("statusDetails"),
        member<&G::error>("error"),
        time<&G::last_run_time>("lastRunTime"),
        time<&G::last_successful_run_time>("lastSuccessfulRunTime"),
        time<&G::start_time>("startTime"),
        time<&G::end_time>("endTime"),
        member<&G::commit_id>("commitId"),
    };
};

template <>
struct Table<source::BuildDetails> {
    static constexpr std::array members = {member<&source::BuildDetails::git_ingestion>("gitIngestion")};
};

template <>
struct Table<source::Requirement> {
    static constexpr std::array members = {
        member<&source::Requirement::quota_id>("quotaId"),
        number<&source::Requirement::count>("count"),
    };
};

template <>
struct Table<source::Source> {
    using S = source::Source;
    static constexpr std::array members = {
        member<&S::owner>("owner"),
        member<&S::name>("name"),
        member<&S::description>("description"),
        member<&S::cloud_provider>("cloudProvider"),
        member<&S::diagram_s3_link>("diagramS3Link"),
        member<&S::latest_version>("latestVersion"),
        member<&S::repository>("repository"),
        member<&S::infrastructure_code_type>("infrastructureCodeType"),
        member<&S::account_id>("accountId"),
        member<&S::region>("region"),
        member<&S::status>("status"),
        member<&S::ci_cd_infra_status>("ciCdInfraStatus"),
        time<&S::created_on>("createdOn"),
        member<&S::created_by>("createdBy"),
        time<&S::last_modified_on>("lastModifiedOn"),
        member<&S::last_modified_by>("lastModifiedBy"),
        member<&S::parameters>("parameters"),
        member<&S::parameter_categories>("parameterCategories"),
        member<&S::build_details>("buildDetails"),
        number<&S::stack_count>("stackCount"),
        member<&S::requirements>("requirements"),
    };
};

template <>
struct Table<source::ParameterChange> {
    using C = source::ParameterChange;
    static constexpr std::array members = {
        member<&C::parameters>("parameters"),
        member<&C::parameter_categories>("parameterCategories"),
        member<&C::version>("version"),
    };
};

template <>
struct Table<source::Version> {
    using V = source::Version;
    static constexpr std::array members = {
        member<&V::version>("version"),         member<&V::commit_sha>("commitSha"),
        member<&V::description>("description"), time<&V::created_on>("createdOn"),
        time<&V::published_on>("publishedOn"),  member<&V::is_public>("isPublic"),
        number<&V::user_count>("userCount"),    member<&V::user_stacks>("userStacks"),
    };
};

template <>
struct Table<source::Use> {
    using U = source::Use;
    static constexpr std::array members = {
        member<&U::owner>("owner"),     member<&U::stack_name>("stackName"),          member<&U::user_name>("userName"),
        member<&U::version>("version"), time<&U::last_modified_on>("lastModifiedOn"), member<&U::status>("status"),
    };
};

}  // namespace tinystacks::contract::detail

namespace tinystacks::contract {

template source::Source read(const document::Node&, std::string_view);
template source::ParameterChange read(const document::Node&, std::string_view);
template source::Version read(const document::Node&, std::string_view);
template source::Use read(const document::Node&, std::string_view);

template std::vector<source::Source> read_list(const document::Node&);
template std::vector<source::Version> read_list(const document::Node&);
template std::vector<source::Use> read_list(const document::Node&);

template document::Node write(const source::Source&);
template document::Node write(const source::ParameterChange&);
template document::Node write(const source::Version&);
template document::Node write(const source::Use&);

source::Source read_new_source(const document::Node& payload, const std::vector<std::string>& origins)
{
    detail::Reader reader;
    auto source = detail::read_with<source::Source>(reader, payload, {});
    if (!payload.is_mapping()) {
        reader.finish();
    }
    if (const auto* name = detail::require(reader, payload, "name", R"("name": "shop-infrastructure")")) {
        detail::check_name(reader, *name, "/name", [](std::string_view text) { (void)source::Name::parse(text); });
    }
    const auto* url = detail::require(reader, payload, "repository/cloneUrl",
                                      R"("repository": {"cloneUrl": "https://github.com/OWNER/NAME.git"})");
    if (const auto refusal = url == nullptr ? std::nullopt : source::find_clone_url_refusal(url->text, {}, origins)) {
        reader.report(url->where, "/repository/cloneUrl", "clone_url",
                      fmt::format("nobody clones from this URL: {}", *refusal));
    }
    (void)detail::require(reader, payload, "infrastructureCodeType/format",
                          R"("infrastructureCodeType": {"format": "TERRAFORM"})");
    if (source.cloud_provider.empty() || source.cloud_provider == "aws") {
        detail::check_region(reader, payload.find("region"), "/region");
    }
    detail::check_parameters(reader, payload, source.parameters);
    reader.finish();
    return source;
}

}  // namespace tinystacks::contract
