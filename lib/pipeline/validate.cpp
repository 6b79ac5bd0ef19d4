#include "base/error.hpp"
#include "base/file.hpp"
#include "git/repository.hpp"
#include "pipeline/detail/checks.hpp"
#include "pipeline/pipeline.hpp"

namespace tinystacks::pipeline {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20;

void add(Validation& validation, const std::filesystem::path& root, const std::string& file, Role role,
         const project::Project& project)
{
    validation.files.push_back(file);
    const auto text = find_file(root / file, most_bytes);
    if (!text) {
        validation.problems.push_back({Severity::error,
                                       {file},
                                       "pipeline.missing_file",
                                       fmt::format("there is no '{}'", file),
                                       "tinystacks init"});
        return;
    }
    auto problems = find_problems(*text, file, role, project);
    validation.problems.insert(validation.problems.end(), problems.begin(), problems.end());
}

}  // namespace

Validation validate(const std::filesystem::path& directory, const std::filesystem::path& project_file)
{
    Validation validation;
    validation.files.push_back(project_file.generic_string());
    project::Checked checked;
    try {
        checked = read_project(directory, project_file);
    } catch (const Error& error) {
        if (error.problems().empty()) {
            throw;
        }
        validation.problems.assign(error.problems().begin(), error.problems().end());
        return validation;
    }
    validation.problems = checked.problems;
    const auto root = git::Repository::discover(directory).root();
    add(validation, root, checked.project.build_file, Role::build, checked.project);
    add(validation, root, checked.project.release_file, Role::release, checked.project);
    for (const auto& stage : checked.project.stages) {
        if (const auto refusal = find_refusal(stage)) {
            validation.problems.push_back({Severity::warning, refusal->where(), "pipeline.not_obeyed_yet",
                                           refusal->message() + ": a release of it is refused", refusal->hint()});
        }
        const auto unobeyed = find_unobeyed(stage);
        validation.problems.insert(validation.problems.end(), unobeyed.begin(), unobeyed.end());
        if (!stage.test.empty()) {
            add(validation, root, stage.test, Role::test, checked.project);
        }
    }
    return validation;
}

}  // namespace tinystacks::pipeline
