#include "framework/detail/node_nx.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace tinystacks::framework::node {
namespace {

constexpr std::size_t most_projects = 100;

/// What is built and started of the project in `directory`; nothing for libraries and tests.
std::optional<Project> make_project(const std::string& directory, const std::string& name, const document::Node* node,
                                    Position where)
{
    Project project;
    project.directory = directory;
    project.name = name;
    project.where = std::move(where);
    const auto last = project.directory.substr(project.directory.rfind('/') + 1);
    const auto prefix = project.directory.empty() ? std::string() : project.directory + "/";
    project.name = project.name.empty() ? last : project.name;
    const auto* targets = find_path(node, {"targets"});
    const auto* build = find_path(targets == nullptr ? find_path(node, {"architect"}) : targets, {"build"});
    project.executor = text_at(build, {"executor"});
    project.executor = project.executor.empty() ? text_at(build, {"builder"}) : project.executor;
    if (text_at(node, {"projectType"}) == "library" || project.name.ends_with("-e2e") || project.executor.empty()) {
        return std::nullopt;
    }
    const auto fallback = "dist/" + (project.directory.empty() ? project.name : project.directory);
    const auto output = text_at(build, {"options", "outputPath"});
    project.output = normal_path("", output.empty() ? fallback : output).value_or(fallback);
    const auto main = normal_path("", text_at(build, {"options", "main"})).value_or("");
    if (main.starts_with(prefix)) {
        project.source = main.substr(prefix.size());
    }
    project.production = find_path(build, {"configurations", "production"}) != nullptr;
    return project;
}

std::optional<Project> read_project(const Folder& root, const std::string& file)
{
    if (file != "project.json" && !file.ends_with("/project.json")) {
        return std::nullopt;
    }
    const auto* node = root.json(file);
    const auto slash = file.rfind('/');
    return make_project(slash == std::string::npos ? std::string() : file.substr(0, slash), text_at(node, {"name"}),
                        node, {root.in_tree(file), 1, 0});
}

/// The projects that workspace.json holds itself, as Nx had them up to version 14.
void add_inline(const Folder& root, std::vector<Project>& projects)
{
    const auto* listed = find_path(root.json("workspace.json"), {"projects"});
    for (const auto& entry : listed == nullptr ? std::vector<document::Entry>() : listed->entries) {
        const auto directory = normal_path("", text_at(&entry.value, {"root"})).value_or("");
        if (!entry.value.is_mapping() || directory.empty() || projects.size() >= most_projects) {
            continue;
        }
        if (auto project = make_project(directory, entry.key, &entry.value, entry.key_where)) {
            projects.push_back(std::move(*project));
        }
    }
}

}  // namespace

std::vector<Project> find_projects(const Folder& root)
{
    std::vector<Project> projects;
    if (!root.has_file("nx.json") && !root.has_file("workspace.json")) {
        return projects;
    }
    add_inline(root, projects);
    for (const auto& file : root.find_files("project.json", most_projects)) {
        if (auto project = read_project(root, file)) {
            projects.push_back(std::move(*project));
        }
    }
    return projects;
}

std::string build_of(const Project& project)
{
    return "nx run " + shell_quote(project.name + ":build" + (project.production ? ":production" : ""));
}

Plan plan_of(const Project& project)
{
    constexpr int usual_port = 3000;
    Plan plan;
    const auto holds = [&](std::string_view word) { return project.executor.find(word) != std::string::npos; };
    if (holds("next")) {
        plan.framework = "next";
        plan.port = usual_port;
        plan.argv = {"next", "start", project.output};
        plan.command = "next start " + shell_quote(project.output);
        plan.prefix = "NEXT_PUBLIC_";
        plan.environment = {{"HOSTNAME", "0.0.0.0"}};
    } else if (holds("angular") || holds("vite") || holds("web:") || holds("rspack") || holds("react")) {
        plan.framework = holds("angular") ? "angular" : holds("vite") ? "vite" : "none";
        plan.delivery = Delivery::files;
        plan.output = project.output + (holds(":application") ? "/browser" : "");
        plan.single_page = true;
        plan.prefix = holds("vite") ? "VITE_" : "NX_";
    } else {
        const auto slash = project.source.rfind('/');
        const auto file = project.source.substr(slash == std::string::npos ? 0 : slash + 1);
        const auto stem = file.empty() ? std::string("main") : file.substr(0, file.rfind('.'));
        plan.argv = {"node", project.output + "/" + stem + ".js"};
        plan.command = "node " + shell_quote(plan.argv.back());
    }
    return plan;
}

}  // namespace tinystacks::framework::node
