#include "project/import/detail/draft.hpp"

#include "base/text.hpp"
#include "project/project.hpp"
#include "templates/render.hpp"

#include <algorithm>
#include <set>

namespace tinystacks::project::detail {
namespace {

constexpr std::size_t longest_stack_name = 20;
constexpr std::size_t longest_value = 32'768;

std::string scalar(std::string_view text)
{
    return templates::escape(text, templates::Language::yaml);
}

std::string comment(std::string_view text, std::string_view indent)
{
    return fmt::format("{}# {}\n", indent, printable_line(text));
}

std::string mapping(const stage::Variables& variables, std::string_view indent)
{
    std::string text;
    for (const auto& [name, value] : variables) {
        text += fmt::format("{}{}: {}\n", indent, scalar(name), scalar(value));
    }
    return text;
}

/// What every stage has alike.
stage::Variables common_variables(const std::vector<DraftStage>& stages)
{
    auto common = stages.front().runtime;
    for (const auto& stage : stages) {
        std::erase_if(common, [&](const auto& variable) {
            const auto found = stage.runtime.find(variable.first);
            return found == stage.runtime.end() || found->second != variable.second;
        });
    }
    return common;
}

struct TargetText {
    std::string operator()(const stage::EcsTarget& ecs) const
    {
        return fmt::format("{{ ecs: {{ cluster: {}, service: {} }} }}", scalar(ecs.cluster), scalar(ecs.service));
    }
    std::string operator()(const stage::LambdaTarget& lambda) const
    {
        return fmt::format("{{ lambda: {{ function: {} }} }}", scalar(lambda.function));
    }
    std::string operator()(const stage::DockerTarget& docker) const
    {
        return fmt::format("{{ docker: {{ port: {}, container_port: {} }} }}", docker.port, docker.container_port);
    }
};

std::string stage_text(const DraftStage& stage, const stage::Variables& common)
{
    auto text = fmt::format("  - name: {}\n", scalar(stage.name));
    if (!stage.account.empty()) {
        text += fmt::format("    account: \"{}\"\n", stage.account);
    }
    for (const auto& line : stage.comments) {
        text += comment(line, "    ");
    }
    if (!stage.region.empty()) {
        text += fmt::format("    region: {}\n", scalar(stage.region));
    }
    text += fmt::format("    target: {}\n", std::visit(TargetText{}, stage.target));
    if (!stage.health.empty()) {
        text += fmt::format("    health: {}\n", scalar(stage.health));
    }
    if (!stage.test.empty()) {
        text += fmt::format("    test: {}\n", scalar(stage.test));
    }
    if (stage.approval == stage::Approval::required) {
        text += "    approval: required\n";
    }
    auto own = stage.runtime;
    std::erase_if(own, [&](const auto& variable) { return common.contains(variable.first); });
    if (!own.empty()) {
        text += "    runtime:\n" + mapping(own, "      ");
    }
    return text;
}

std::string variables_text(const Draft& draft, const stage::Variables& common)
{
    std::string text;
    if (!draft.image.dockerfile.empty() && draft.image.dockerfile != "Dockerfile") {
        text += fmt::format("  build:\n    DOCKERFILE_PATH: {}\n", scalar(draft.image.dockerfile));
    }
    if (!common.empty()) {
        text += "  runtime:\n" + mapping(common, "    ");
    }
    return text.empty() ? text : "variables:\n" + text;
}

std::string project_text(const Draft& draft)
{
    const auto common = common_variables(draft.stages);
    std::string text = comment("yaml-language-server: $schema=" + draft.schema, "");
    text += "# What `tinystacks deploy` brings where. It is read from the commit that is deployed, so commit changes "
            "first.\n";
    text += comment("Made from " + draft.origin + ".", "");
    for (const auto& line : draft.comments) {
        text += comment(line, "");
    }
    text += fmt::format("version: 1\nstack: {}\n", scalar(draft.stack));
    for (const auto& line : draft.repository_comments) {
        text += comment(line, "");
    }
    if (!draft.repository.empty()) {
        text += fmt::format("image: {}\n", scalar(draft.repository));
    }
    text += variables_text(draft, common);
    text += "# A commit passes the stages in this order; one that fails stops it.\nstages:\n";
    for (const auto& stage : draft.stages) {
        text += stage_text(stage, common);
    }
    return text;
}

}  // namespace

std::vector<PlannedFile> write(const Draft& draft)
{
    auto text = project_text(draft);
    try {
        (void)parse(text, std::string(default_file));
    } catch (const Error& error) {
        throw error.while_doing(fmt::format("make tinystacks.yml of {}", draft.origin));
    }
    std::vector<PlannedFile> files = {{std::filesystem::path(default_file), std::move(text)},
                                      {"build.yml", build_file(draft.image)},
                                      {"release.yml", std::string(templates::text("release.yml"))}};
    files.insert(files.end(), draft.tests.begin(), draft.tests.end());
    return files;
}

std::string stack_name(const std::string& application, const std::string& service)
{
    const auto joined = application.empty() || service.empty() ? application + service : application + "-" + service;
    const auto near = stage::Name::find_near(joined);
    if (near && near->str().size() <= longest_stack_name) {
        return near->str();
    }
    const auto alone = stage::Name::find_near((service.empty() ? application : service).substr(0, longest_stack_name));
    return alone ? alone->str() : "app";
}

void add_variable(stage::Variables& variables, const std::string& name, const std::string& value, const Position& where,
                  Dialect dialect, Remarks& remarks)
{
    const auto is_copilot = dialect == Dialect::copilot;
    const auto refuse = [&](std::string what, std::string instead) {
        remarks.add(is_copilot ? Fate::stays : Fate::left, where,
                    is_copilot ? "copilot.variables" : "compose.environment", std::move(what),
                    (is_copilot ? "it stays in the task definition as it is; better: " : "") + instead);
    };
    if (const auto refusal = stage::find_refusal(name, stage::VariableUse::runtime)) {
        refuse(fmt::format("variable {}: {}", in_quotes(name), *refusal), "another name in the application");
    } else if (looks_secret(name, value)) {
        refuse(fmt::format("variable {} looks like a secret: its value is not copied", in_quotes(name)),
               fmt::format("AWS Secrets Manager, named in the task definition's `secrets`: aws secretsmanager "
                           "create-secret --name STACK/{} --secret-string file://PATH",
                           name));
    } else if (value.size() > longest_value) {
        refuse(fmt::format("variable {} is longer than {} bytes", in_quotes(name), longest_value),
               "a file of the image");
    } else {
        variables.insert_or_assign(name, value);
    }
}

}  // namespace tinystacks::project::detail
