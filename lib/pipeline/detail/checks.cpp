#include "pipeline/detail/checks.hpp"

#include "base/error.hpp"
#include "buildspec/buildspec.hpp"
#include "document/node.hpp"
#include "stage/stage.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::pipeline {
namespace {

void refuse_immutable(const document::Node& root, std::vector<Problem>& problems)
{
    const auto* env = root.find("env");
    if (env == nullptr) {
        return;
    }
    const auto& names = stage::immutable_names();
    for (const auto* section : {"variables", "parameter-store", "secrets-manager"}) {
        const auto* mapping = env->find(section);
        if (mapping == nullptr) {
            continue;
        }
        for (const auto& entry : mapping->entries) {
            if (std::ranges::find(names, entry.key) != names.end()) {
                problems.push_back({Severity::error, entry.key_where, "pipeline.immutable_variable",
                                    fmt::format("'{}' is set by tinystacks and cannot be declared", entry.key),
                                    "leave the line out, or choose another name"});
            }
        }
    }
}

/// Whether `text` holds an image of ours with `tag`: `$ECR_IMAGE_URL:dev`, `"${ECR_IMAGE_URL}:dev"`, `host/name:dev`.
bool shows_tag(std::string_view text, const std::string& image, const std::string& tag)
{
    std::array<std::string, 4> forms = {"$ECR_IMAGE_URL", "${ECR_IMAGE_URL}", "$ECR_IMAGE_URL\"", image};
    for (const auto& form : forms) {
        const auto wanted = form + ":" + tag;
        for (auto at = form.empty() ? std::string_view::npos : text.find(wanted); at != std::string_view::npos;
             at = text.find(wanted, at + 1)) {
            const auto after = at + wanted.size();
            // A tag goes on with letters, digits, '_', '.', '-' (OCI Distribution Specification), or a variable.
            const bool ends =
                after == text.size() || (std::isalnum(static_cast<unsigned char>(text[after])) == 0 &&
                                         std::string_view("_.-$").find(text[after]) == std::string_view::npos);
            if (ends) {
                return true;
            }
        }
    }
    return false;
}

void refuse_stage_tags(const buildspec::Buildspec& spec, const project::Project& project,
                       std::vector<Problem>& problems)
{
    for (const auto& [name, phase] : spec.phases) {
        for (const auto* list : {&phase.commands, &phase.finally}) {
            for (const auto& command : *list) {
                for (const auto& stage : project.stages) {
                    if (shows_tag(command.text, project.image, stage.name.str())) {
                        problems.push_back(
                            {Severity::error, command.where, "pipeline.stage_tag",
                             fmt::format(
                                 "a build may not set the tag '{0}': it is stage '{0}''s, and its release sets it",
                                 stage.name.str()),
                             "choose another tag"});
                    }
                }
            }
        }
    }
}

}  // namespace

std::vector<Problem> find_problems(std::string_view text, const std::string& file, Role role,
                                   const project::Project& project)
{
    std::vector<Problem> problems;
    try {
        const auto checked = buildspec::parse(text, file);
        problems = checked.problems;
        refuse_immutable(document::parse_yaml(text, file).root, problems);
        if (role == Role::build) {
            refuse_stage_tags(checked.buildspec, project, problems);
        }
    } catch (const Error& error) {
        if (error.problems().empty()) {
            throw;
        }
        problems.assign(error.problems().begin(), error.problems().end());
    }
    return problems;
}

void check_buildspec(std::string_view text, const std::string& file, Role role, const project::Project& project)
{
    auto problems = find_problems(text, file, role, project);
    if (std::ranges::find(problems, Severity::error, &Problem::severity) != problems.end()) {
        throw Error::invalid(std::move(problems));
    }
}

}  // namespace tinystacks::pipeline
