#include "framework/detail/python_manager.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/pin.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework::python {
namespace {

struct Kind {
    std::string_view manager;
    std::string_view lock;
    std::string_view manifest;
    std::string_view table;    ///< below [tool]
    std::string_view backend;  ///< of [build-system]
};

constexpr std::array<Kind, 4> kinds = {{{"uv", "uv.lock", "pyproject.toml", "uv", "uv_build"},
                                        {"poetry", "poetry.lock", "pyproject.toml", "poetry", "poetry.core"},
                                        {"pdm", "pdm.lock", "pyproject.toml", "pdm", "pdm.backend"},
                                        {"pipenv", "Pipfile.lock", "Pipfile", "", ""}}};

const std::vector<std::string> requirement_files = {"requirements.txt",
                                                    "requirements/production.txt",
                                                    "requirements/prod.txt",
                                                    "requirements/base.txt",
                                                    "requirements/requirements.txt",
                                                    "requirements/common.txt",
                                                    "requirements/main.txt",
                                                    "requirements-prod.txt",
                                                    "requirements_prod.txt",
                                                    "requirements.in",
                                                    "Requirements.txt",
                                                    "requirement.txt"};

/// The sections that decide which of several tools is meant.
bool is_named(const document::Node* pyproject, const Folder& folder, const Kind& kind)
{
    if (!kind.table.empty() && find_path(pyproject, {"tool", kind.table}) != nullptr) {
        return true;
    }
    const auto backend = text_at(pyproject, {"build-system", "build-backend"});
    if (!kind.backend.empty() && backend.starts_with(kind.backend)) {
        return true;
    }
    return !tool_pins(folder, {std::string(kind.manager)}).empty();
}

/// The tool whose lock file counts; nullptr when there is none.
const Kind* find_locked(const Folder& folder, const Overrides& overrides, const document::Node* pyproject,
                        Application& application)
{
    std::vector<const Kind*> locked;
    for (const auto& kind : kinds) {
        if (folder.has_file(kind.lock) && folder.has_file(kind.manifest)) {
            locked.push_back(&kind);
        }
    }
    const auto said = std::ranges::find(locked, overrides.package_manager, &Kind::manager);
    if (said != locked.end()) {
        application.evidence.push_back({{"--package-manager", 0, 0}, "you said which package manager"});
        return *said;
    }
    if (locked.size() < 2) {
        return locked.empty() ? nullptr : locked.front();
    }
    std::vector<const Kind*> named;
    std::ranges::copy_if(locked, std::back_inserter(named),
                         [&](const Kind* kind) { return is_named(pyproject, folder, *kind); });
    std::vector<std::string> files;
    for (const auto* kind : locked) {
        files.emplace_back(kind->lock);
    }
    if (named.size() == 1) {
        application.warnings.push_back(fmt::format("{} lie side by side: {} is taken, which the settings name",
                                                   join(files, " and "), named.front()->lock));
        return named.front();
    }
    Question question{fmt::format("{} lie side by side: which one counts?", join(files, " and ")), {}};
    for (const auto* kind : locked) {
        question.answers.push_back(fmt::format("--package-manager {}", kind->manager));
    }
    application.questions.push_back(std::move(question));
    return locked.front();
}

/// The tool that pyproject.toml means without a lock file.
const Kind* find_unlocked(const Folder& folder, const document::Node* pyproject)
{
    if (folder.has_file("Pipfile")) {
        return &kinds[3];
    }
    for (const auto& kind : {kinds[1], kinds[2], kinds[0]}) {
        const auto* table = find_path(pyproject, {"tool", kind.table});
        if (table != nullptr && table->is_mapping()) {
            return std::ranges::find(kinds, kind.manager, &Kind::manager);
        }
    }
    return nullptr;
}

std::string first_pin(const Folder& folder, const std::string& tool)
{
    const auto pins = tool_pins(folder, {tool});
    return pins.empty() ? std::string() : pins.front().text;
}

/// The tool's own version, as far as something says it.
std::string version_of(const Folder& folder, const document::Node* pyproject, const std::string& manager)
{
    auto version = first_pin(folder, manager);
    if (version.empty() && manager == "uv") {
        version = text_at(pyproject, {"tool", "uv", "required-version"});
    }
    if (version.empty() && manager == "poetry") {
        version = text_at(pyproject, {"tool", "poetry", "requires-poetry"});
        const auto* lock = folder.text("poetry.lock");
        if (version.empty() && lock != nullptr) {
            version = find_match(lock->substr(0, 200), R"(generated by Poetry ([0-9]+\.[0-9]+\.[0-9]+))").value_or("");
        }
    }
    return version;
}

/// Members of a uv workspace: their own folders, and those that `packages/*` names.
void read_members(const Folder& folder, const document::Node* pyproject, Project& project)
{
    const auto* members = find_path(pyproject, {"tool", "uv", "workspace", "members"});
    for (const auto& member : members == nullptr ? std::vector<document::Node>() : members->items) {
        auto path = member.text;
        if (path.ends_with("/*") || path == "*") {
            const auto above = path == "*" ? std::string() : path.substr(0, path.size() - 2);
            for (const auto name : folder.tree().directories_in(folder.in_tree(above))) {
                project.members.push_back(above.empty() ? std::string(name) : above + "/" + std::string(name));
            }
        } else {
            project.members.push_back(path);
        }
    }
    std::erase_if(project.members, [&](const std::string& path) {
        return path.find("..") != std::string::npos || path.empty() || !folder.has_file(path + "/pyproject.toml");
    });
    for (const auto& member : project.members) {
        read_pyproject(folder.child(member), project.requirements);
    }
}

bool has_module(const Folder& folder, const std::string& name)
{
    auto module = name;
    std::ranges::replace(module, '-', '_');
    for (const auto& path : {module, "src/" + module}) {
        if (!name.empty() && (folder.has_directory(path) || folder.has_file(path + ".py"))) {
            return true;
        }
    }
    return false;
}

/// Whether the tool installs the project itself beside its dependencies.
bool is_package(const Folder& folder, const document::Node* pyproject, const Project& project)
{
    const auto has_system = find_path(pyproject, {"build-system"}) != nullptr;
    if (project.manager == "poetry") {
        return text_at(pyproject, {"tool", "poetry", "package-mode"}) != "false" &&
               (find_path(pyproject, {"tool", "poetry", "packages"}) != nullptr || has_module(folder, project.name));
    }
    if (project.manager == "uv") {
        const auto said = text_at(pyproject, {"tool", "uv", "package"});
        return said == "true" || (has_system && said != "false");
    }
    if (project.manager == "pdm") {
        return has_system && text_at(pyproject, {"tool", "pdm", "distribution"}) != "false";
    }
    return (project.by_pyproject && has_system) || project.by_setup;
}

void choose_pip(const Folder& folder, const document::Node* pyproject, const std::string& requirements,
                Project& project)
{
    const auto* listed = find_path(pyproject, {"project", "dependencies"});
    const auto has_listed = listed != nullptr && !listed->items.empty();
    const auto has_system = find_path(pyproject, {"build-system"}) != nullptr;
    const auto has_setup = folder.has_file("setup.py") || folder.has_file("setup.cfg");
    if (!requirements.empty()) {
        project.manager = "pip";
        project.manifest = requirements;
    } else if (has_listed || project.dynamic || (has_system && find_path(pyproject, {"project"}) != nullptr)) {
        project.manager = "pip";
        project.by_pyproject = true;
    } else if (has_setup) {
        project.manager = "pip";
        project.by_setup = true;
        project.manifest = folder.first_file({"setup.py", "setup.cfg"});
    }
}

/// What is there and not used, since something else decides.
void tell_left_out(const std::string& requirements, const Project& project, Application& application)
{
    if (!requirements.empty() && project.manifest != requirements && !project.lock.empty()) {
        application.warnings.push_back(
            fmt::format("'{}' is left out: {} decides what is installed", requirements, project.lock));
    }
    if (project.lock.empty() && (project.manager == "uv" || project.manager == "poetry" || project.manager == "pdm" ||
                                 project.manager == "pipenv" || project.by_pyproject)) {
        application.warnings.push_back(
            fmt::format("{} has no lock file: each build installs the newest versions it allows", project.manifest));
    }
}

}  // namespace

namespace {

void read_dependencies(const Folder& folder, const std::string& requirements, Project& project)
{
    if (project.manager == "pipenv") {
        read_pipfile(folder, project.requirements);
    } else if (project.manager == "pip" && !project.by_pyproject && !project.by_setup) {
        read_requirements(folder, requirements, project.requirements);
    } else if (project.by_setup) {
        read_setup(folder, project.requirements);
    } else {
        read_pyproject(folder, project.requirements);
        if (project.dynamic && !requirements.empty()) {
            read_requirements(folder, requirements, project.requirements);
        }
    }
}

}  // namespace

Project read_project(const Folder& folder, const Overrides& overrides, Application& application)
{
    Project project;
    const auto* pyproject = folder.toml("pyproject.toml");
    const auto* dynamic = find_path(pyproject, {"project", "dynamic"});
    project.dynamic = dynamic != nullptr && std::ranges::any_of(dynamic->items, [](const document::Node& item) {
                          return item.text == "dependencies";
                      });
    project.name = normalised(text_at(pyproject, {"project", "name"}));
    if (project.name.empty()) {
        project.name = normalised(text_at(pyproject, {"tool", "poetry", "name"}));
    }
    project.tools_only = pyproject != nullptr && find_path(pyproject, {"project"}) == nullptr &&
                         find_path(pyproject, {"tool", "poetry"}) == nullptr;
    const auto requirements = folder.first_file(requirement_files);
    const auto* kind = find_locked(folder, overrides, pyproject, application);
    project.lock = kind == nullptr ? std::string() : std::string(kind->lock);
    if (kind == nullptr && requirements.empty()) {
        kind = find_unlocked(folder, pyproject);
    }
    project.manifest = pyproject == nullptr ? "" : "pyproject.toml";
    if (kind != nullptr) {
        project.manager = kind->manager;
        project.manifest = kind->manifest;
        project.version = version_of(folder, pyproject, project.manager);
    } else {
        choose_pip(folder, pyproject, requirements, project);
    }
    read_dependencies(folder, requirements, project);
    if (project.manager == "uv") {
        read_members(folder, pyproject, project);
    }
    project.is_package = is_package(folder, pyproject, project);
    tell_left_out(requirements, project, application);
    return project;
}

}  // namespace tinystacks::framework::python
