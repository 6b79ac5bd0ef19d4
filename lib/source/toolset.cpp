#include "source/toolset.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace tinystacks::source {
namespace {

/// The files of a CDK application that tell its language, the more certain first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> cdk_languages = {
    {{"tsconfig.json", "typescript"},
     {"package.json", "javascript"},
     {"pyproject.toml", "python"},
     {"requirements.txt", "python"},
     {"setup.py", "python"},
     {"pom.xml", "java"},
     {"src", "csharp"}}};

std::set<std::string> files_in(const std::filesystem::path& directory)
{
    std::set<std::string> names;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
        names.insert(entry.path().filename().string());
    }
    return names;
}

}  // namespace

std::optional<InfrastructureCodeType> find_toolset(const std::filesystem::path& directory)
{
    const auto names = files_in(directory);
    const auto any_ends_with = [&](std::string_view end) {
        return std::ranges::any_of(names, [&](const auto& name) { return name.ends_with(end); });
    };
    if (names.contains("cdk.json")) {
        const auto* language = std::ranges::find_if(
            cdk_languages, [&](const auto& known) { return names.contains(std::string(known.first)); });
        return InfrastructureCodeType{
            "AWS_CDK", language == cdk_languages.end() ? std::string() : std::string(language->second), {}};
    }
    if (any_ends_with(".tf")) {
        return InfrastructureCodeType{"TERRAFORM", "hcl", {}};
    }
    if (any_ends_with(".tf.json")) {
        return InfrastructureCodeType{"TERRAFORM", "json", {}};
    }
    if (names.contains("template.yml") || names.contains("template.yaml") || names.contains("template.json")) {
        return InfrastructureCodeType{"CLOUDFORMATION", {}, {}};
    }
    return std::nullopt;
}

}  // namespace tinystacks::source
