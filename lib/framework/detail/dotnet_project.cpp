#include "framework/detail/dotnet_project.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/path.hpp"
#include "framework/release.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace tinystacks::framework {
namespace {

constexpr std::size_t most_projects = 60;
constexpr int most_rounds = 8;

std::string directory_of(const std::string& path)
{
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

std::string with_slashes(std::string path)
{
    std::ranges::replace(path, '\\', '/');
    return path;
}

std::string language_of(std::string_view path)
{
    return path.ends_with(".fsproj") ? "fsharp" : path.ends_with(".vbproj") ? "vb" : "csharp";
}

struct Property {
    std::string text;
    Position where;
};

/// A project file and the Directory.Build.props above it.
/// Source: MSBuild's documentation, "Customize by folder".
class Sheet {
public:
    Sheet(const Tree& tree, const std::string& path)
    {
        if (const auto* element = tree.xml(path)) {
            files_.emplace_back(path, element);
        }
        for (auto at = directory_of(path);; at = directory_of(at)) {
            const auto props = at.empty() ? std::string("Directory.Build.props") : at + "/Directory.Build.props";
            if (const auto* element = tree.xml(props)) {
                files_.emplace_back(props, element);
                break;  // MSBuild imports the nearest one only
            }
            if (at.empty()) {
                break;
            }
        }
        stem_ = path.substr(path.rfind('/') + 1);
        stem_ = stem_.substr(0, stem_.rfind('.'));
    }

    [[nodiscard]] bool exists(const std::string& path) const { return !files_.empty() && files_.front().first == path; }
    [[nodiscard]] const document::Element& root() const { return *files_.front().second; }

    /// What stands without a condition counts before what has one.
    [[nodiscard]] std::optional<Property> property(std::string_view name) const
    {
        for (const auto conditional : {false, true}) {
            for (const auto& [file, element] : files_) {
                for (const auto& group : element->children) {
                    const auto* found = group.name == "PropertyGroup" ? group.find(name) : nullptr;
                    if (found == nullptr || found->text.empty()) {
                        continue;
                    }
                    if (conditional ||
                        (group.attribute("Condition").empty() && found->attribute("Condition").empty())) {
                        return Property{found->text, {file, found->line, 1}};
                    }
                }
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] std::string value(std::string_view name) const
    {
        const auto found = property(name);
        return found ? resolved(found->text) : std::string();
    }

    [[nodiscard]] std::string resolved(std::string text) const
    {
        for (int round = 0; round < most_rounds; ++round) {
            const auto at = text.find("$(");
            const auto end = at == std::string::npos ? at : text.find(')', at);
            if (end == std::string::npos) {
                break;
            }
            const auto name = text.substr(at + 2, end - at - 2);
            const auto found = property(name);
            text.replace(at, end - at + 1, name == "MSBuildProjectName" ? stem_ : found ? found->text : std::string());
        }
        return std::string(trim(text));
    }

    /// The Include of every item of that name.
    [[nodiscard]] std::vector<std::string> items(std::string_view name) const
    {
        std::vector<std::string> found;
        for (const auto& [file, element] : files_) {
            for (const auto& group : element->children) {
                for (const auto& item : group.children) {
                    if (group.name == "ItemGroup" && item.name == name) {
                        found.push_back(item.attribute("Include"));
                    }
                }
            }
        }
        return found;
    }

    [[nodiscard]] const std::string& stem() const { return stem_; }

private:
    std::vector<std::pair<std::string, const document::Element*>> files_;
    std::string stem_;
};

std::string sdk_of(const document::Element& root)
{
    auto sdk = root.attribute("Sdk");
    for (const auto& child : root.children) {
        if (sdk.empty() && child.name == "Sdk") {
            sdk = child.attribute("Name");
        } else if (sdk.empty() && child.name == "Import") {
            sdk = child.attribute("Sdk");
        }
    }
    return sdk;
}

bool has_package(const std::vector<std::string>& packages, std::string_view name)
{
    return std::ranges::any_of(packages, [&](const auto& each) { return to_lower(each) == to_lower(name); });
}

bool is_true(const std::string& text)
{
    return to_lower(text) == "true";
}

DotnetKind kind_of(const Sheet& sheet, const DotnetProject& project)
{
    const auto sdk = sdk_of(sheet.root());
    const auto packages = sheet.items("PackageReference");
    if (sdk.empty()) {
        return DotnetKind::old_framework;
    }
    if (is_true(sheet.value("IsTestProject")) || has_package(packages, "Microsoft.NET.Test.Sdk") ||
        sdk.starts_with("MSTest.Sdk") || has_package(packages, "xunit") || has_package(packages, "TUnit")) {
        return DotnetKind::test;
    }
    if (sdk.starts_with("Aspire.AppHost.Sdk") || is_true(sheet.value("IsAspireHost"))) {
        return DotnetKind::library;  // starts the others on a developer's machine
    }
    const auto output = to_lower(sheet.value("OutputType"));
    if (is_true(sheet.value("UseWPF")) || is_true(sheet.value("UseWindowsForms")) || is_true(sheet.value("UseMaui")) ||
        (!project.frameworks.empty() && highest_line(project.frameworks).empty() &&
         project.frameworks.front().find('-') != std::string::npos)) {
        return DotnetKind::desktop;
    }
    const auto old = [](const auto& framework) { return matches(framework, R"(^net[1-4]\d{1,2}$)"); };
    if (highest_line(project.frameworks).empty() && std::ranges::any_of(project.frameworks, old)) {
        return DotnetKind::old_framework;
    }
    if (sdk.starts_with("Microsoft.NET.Sdk.BlazorWebAssembly")) {
        return DotnetKind::web_assembly;
    }
    if (sdk.starts_with("Microsoft.NET.Sdk.Web")) {
        return output == "library" ? DotnetKind::library : DotnetKind::web;
    }
    if (sdk.starts_with("Microsoft.NET.Sdk.Worker")) {
        return output == "library" ? DotnetKind::library : DotnetKind::worker;
    }
    return output == "exe" || output == "winexe" ? DotnetKind::console : DotnetKind::library;
}

void add_files(const Tree& tree, const Sheet& sheet, DotnetProject& project)
{
    for (const auto& reference : sheet.items("ProjectReference")) {
        const auto path = resolve_path(project.directory, with_slashes(sheet.resolved(reference)));
        if (path && tree.has_file(*path)) {
            project.references.push_back(*path);
        }
    }
    for (const auto& child : sheet.root().children) {
        const auto import = child.name == "Import" ? with_slashes(child.attribute("Project")) : std::string();
        if (import.empty() || !child.attribute("Sdk").empty()) {
            continue;
        }
        const auto path = resolve_path(project.directory, import);
        if (import.find("$(") != std::string::npos || !path || !tree.has_file(*path)) {
            project.open_import = true;
        } else {
            project.imports.push_back(*path);
        }
    }
}

}  // namespace

std::string highest_line(const std::vector<std::string>& frameworks)
{
    std::string highest;
    for (const auto& framework : frameworks) {
        const auto line = find_match(framework, R"(^net(?:coreapp)?(\d+\.\d+)$)");
        if (line && (highest.empty() || compare_versions(*line, highest) > 0)) {
            highest = *line;
        }
    }
    return highest;
}

std::optional<DotnetProject> read_dotnet_project(const Tree& tree, const std::string& path)
{
    const Sheet sheet(tree, path);
    if (!sheet.exists(path)) {
        return std::nullopt;
    }
    DotnetProject project;
    project.path = path;
    project.directory = directory_of(path);
    project.language = language_of(path);
    for (const auto* const name : {"TargetFrameworks", "TargetFramework"}) {
        const auto found = sheet.property(name);
        if (!found || !project.frameworks.empty()) {
            continue;
        }
        project.framework_where = found->where;
        const auto frameworks = sheet.resolved(found->text);
        for (const auto framework : split(frameworks, ';')) {
            if (!trim(framework).empty()) {
                project.frameworks.push_back(to_lower(trim(framework)));
            }
        }
    }
    project.assembly = sheet.value("AssemblyName");
    project.assembly =
        project.assembly.empty() || project.assembly.find('/') != std::string::npos ? sheet.stem() : project.assembly;
    project.kind = kind_of(sheet, project);
    const auto references = sheet.items("FrameworkReference");
    project.asp_net = project.kind == DotnetKind::web || has_package(references, "Microsoft.AspNetCore.App") ||
                      has_package(sheet.items("PackageReference"), "Microsoft.AspNetCore.App");
    project.native = is_true(sheet.value("PublishAot"));
    project.windows_runtime = sheet.value("RuntimeIdentifier").starts_with("win");
    const auto* text = tree.text(path);
    project.node = text != nullptr && matches(*text, R"(<SpaRoot>|Command="(?:npm|yarn|pnpm) )");
    add_files(tree, sheet, project);
    return project;
}

namespace {

/// Paths that the solutions in the folder list.
std::set<std::string> listed(const Folder& folder)
{
    std::set<std::string> paths;
    for (const auto name : folder.files()) {
        const auto* text = name.ends_with(".sln") || name.ends_with(".slnx") ? folder.text(name) : nullptr;
        if (text == nullptr) {
            continue;
        }
        auto found = name.ends_with(".sln")
                         ? find_matches(*text, R"re(^Project\([^)\n]*\)\s*=\s*"[^"\n]*",\s*"([^"\n]+proj)")re")
                         : find_matches(*text, R"re(<Project\s[^>]*Path="([^"\n]+proj)")re");
        for (auto& path : found) {
            if (auto resolved = resolve_path(folder.path(), with_slashes(std::move(path)))) {
                paths.insert(std::move(*resolved));
            }
        }
    }
    return paths;
}

bool is_beside(const std::string& path)
{
    constexpr std::array<std::string_view, 6> beside = {"samples/", "sample/",    "examples/",
                                                        "docs/",    "templates/", "benchmarks/"};
    return std::ranges::any_of(beside, [&](auto each) {
        return path.starts_with(each) || path.find("/" + std::string(each)) != std::string::npos;
    });
}

}  // namespace

std::vector<DotnetProject> find_dotnet_projects(const Folder& folder)
{
    const auto solution = listed(folder);
    std::vector<std::string> paths;
    for (const auto* const ending : {".csproj", ".fsproj", ".vbproj"}) {
        for (auto& path : folder.tree().find_files(folder.path(), ending, most_projects)) {
            paths.push_back(std::move(path));
        }
    }
    const auto here = [&](const std::string& path) { return directory_of(path) == folder.path(); };
    const auto in_root = std::ranges::any_of(paths, here);
    const auto any_listed = std::ranges::any_of(paths, [&](const auto& path) { return solution.contains(path); });
    std::vector<DotnetProject> projects;
    for (const auto& path : paths) {
        // In a root of many things only `src` is a place of projects that nothing names.
        const auto unlisted = any_listed         ? !solution.contains(path)
                              : in_root          ? !here(path)
                              : folder.is_root() ? !path.starts_with("src/")
                                                 : false;
        if (unlisted || is_beside(folder.is_root() ? path : path.substr(folder.path().size() + 1))) {
            continue;
        }
        if (auto project = read_dotnet_project(folder.tree(), path)) {
            projects.push_back(std::move(*project));
        }
    }
    return projects;
}

std::vector<DotnetProject> with_references(const Tree& tree, const DotnetProject& project)
{
    std::vector<DotnetProject> closure = {project};
    std::set<std::string> seen = {project.path};
    for (std::size_t at = 0; at < closure.size() && closure.size() < most_projects; ++at) {
        const auto references = closure[at].references;
        for (const auto& reference : references) {
            auto next = seen.insert(reference).second ? read_dotnet_project(tree, reference) : std::nullopt;
            if (next) {
                closure.push_back(std::move(*next));
            }
        }
    }
    return closure;
}

}  // namespace tinystacks::framework
