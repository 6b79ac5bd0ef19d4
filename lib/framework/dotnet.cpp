#include "framework/detail/dotnet_project.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"

#include "base/text.hpp"
#include "framework/pin.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

/// Source: Microsoft's .NET support policy.
constexpr std::array<Release, 12> dotnet_lines = {{{"11.0", "11.0", "2028-11-09", "", false},
                                                   {"10.0", "10.0", "2028-11-14", "", true},
                                                   {"9.0", "9.0", "2026-11-10", "", false},
                                                   {"8.0", "8.0", "2026-11-10", "", true},
                                                   {"7.0", "7.0", "2024-05-14", "", false},
                                                   {"6.0", "6.0", "2024-11-12", "", true},
                                                   {"5.0", "5.0", "2022-05-10", "", false},
                                                   {"3.1", "3.1", "2022-12-13", "", true},
                                                   {"3.0", "3.0", "2020-03-03", "", false},
                                                   {"2.2", "2.2", "2019-12-23", "", false},
                                                   {"2.1", "2.1", "2021-08-21", "", true},
                                                   {"2.0", "2.0", "2018-10-01", "", false}}};
constexpr Releases dotnet_releases = {"dotnet", "2026-11-30", "10.0", dotnet_lines};

struct Sdk {
    Pin pin;
    bool rolls = false;  ///< a newer band of the SDK will do
};

/// global.json of the folder or above it.
/// Source: .NET's documentation, "global.json overview".
std::optional<Sdk> sdk_pin(const Folder& folder)
{
    for (auto at = folder;; at = at.parent()) {
        const auto* sdk = find_path(at.json("global.json"), {"sdk"});
        if (auto pin = node_pin(sdk == nullptr ? nullptr : sdk->find("version"), "global.json")) {
            const auto roll = to_lower(text_at(sdk, {"rollForward"}));
            constexpr std::array<std::string_view, 4> bound = {"", "disable", "patch", "latestpatch"};
            return Sdk{std::move(*pin), std::ranges::find(bound, roll) == bound.end()};
        }
        if (at.is_root()) {
            return std::nullopt;
        }
    }
}

std::string line_of_release(const std::string& release)
{
    const auto* line = find_line(release, dotnet_releases);
    return line == nullptr ? find_match(release, R"(^(\d+\.\d+))").value_or(release) : std::string(line->line);
}

std::vector<Pin> all_pins(const Folder& home, const DotnetProject& project, const std::optional<Sdk>& sdk,
                          const Overrides& overrides)
{
    std::vector<Pin> pins;
    if (!overrides.version.empty()) {
        pins.push_back({overrides.version, {}, std::string(said_version)});
    }
    std::ranges::move(tool_pins(home, {"dotnet", "dotnet-core", "dotnet-sdk"}), std::back_inserter(pins));
    if (sdk) {
        pins.push_back(sdk->pin);
    }
    const auto line = highest_line(project.frameworks);
    const auto first = pins.empty() ? std::nullopt : find_release(pins.front().text, dotnet_releases);
    const auto enough = first && compare_versions(*first, line) >= 0;
    if (!line.empty() && !enough) {
        pins.push_back({line, project.framework_where, "TargetFramework"});
    } else if (line.empty() && !project.frameworks.empty() && pins.empty()) {
        pins.push_back({project.frameworks.front(), project.framework_where, "TargetFramework"});
    }
    return pins;
}

void set_versions(const Folder& home, const Overrides& overrides, DotnetPublish& publish, Application& application)
{
    const auto sdk = sdk_pin(home);
    application.runtime =
        choose_runtime(all_pins(home, publish.project, sdk, overrides), dotnet_releases, application.warnings);
    auto& runtime = application.runtime;
    const auto target = highest_line(publish.project.frameworks);
    const auto chosen = line_of_release(runtime.release);
    publish.line = target.empty() ? chosen : target;
    const auto newer = compare_versions(publish.line, chosen) > 0;
    publish.sdk = newer ? publish.line : chosen;
    const auto exact = sdk && runtime.pin && *runtime.pin == sdk->pin && !newer && !sdk->rolls;
    if (exact && find_match(sdk->pin.text, R"(^(\d+\.\d+\.\d{3})$)")) {
        publish.sdk = sdk->pin.text;  // another band of the SDK would refuse
    }
    if (runtime.pin) {
        application.evidence.push_back({runtime.pin->where, ".NET's version: " + runtime.pin->rule});
    }
    const auto* line = find_line(publish.line, dotnet_releases);
    if (line != nullptr && is_past_end(publish.line, dotnet_releases) && publish.line != chosen) {
        application.warnings.push_back(
            fmt::format("dotnet {}, the target framework, had its end of life on {}", publish.line, line->ends));
    }
}

int rank_of(const DotnetProject& project)
{
    constexpr int web = 4;
    switch (project.kind) {
    case DotnetKind::web:
        return web;
    case DotnetKind::worker:
    case DotnetKind::web_assembly:
        return 3;
    case DotnetKind::console:
        return 2;
    default:
        return 0;
    }
}

/// A browser's half of a hosted application belongs to the server that refers to it.
const DotnetProject* choose_project(const std::vector<DotnetProject>& projects, Application& application)
{
    const auto best = std::ranges::max_element(projects, std::ranges::less(), rank_of);
    if (best == projects.end()) {
        return nullptr;
    }
    Question question{"several projects can be started: which one?", {}};
    for (const auto& project : projects) {
        const auto referred = std::ranges::any_of(projects, [&](const auto& other) {
            return rank_of(other) == rank_of(*best) &&
                   std::ranges::find(other.references, project.path) != other.references.end();
        });
        if (rank_of(project) == rank_of(*best) && !referred) {
            question.answers.push_back("--root " + shell_quote(project.directory.empty() ? "." : project.directory));
        }
    }
    if (rank_of(*best) > 0 && question.answers.size() > 1) {
        application.questions.push_back(std::move(question));
    }
    return &*best;
}

std::string refusal_of(const DotnetProject& project)
{
    switch (project.kind) {
    case DotnetKind::desktop:
        return fmt::format("{} is a program for a desktop or a phone: there is no image to make of it", project.path);
    case DotnetKind::old_framework:
        return fmt::format("{} is of the .NET Framework, which runs on Windows only", project.path);
    case DotnetKind::test:
    case DotnetKind::library:
        return fmt::format("{} is a class library: there is nothing to start", project.path);
    default:
        return {};
    }
}

/// The text of the file with the entry point, when it has a usual name.
std::string program_of(const Tree& tree, const DotnetProject& project)
{
    const Folder folder(tree, project.directory);
    std::string texts;
    for (const auto* const name : {"Program.cs", "Startup.cs", "Program.fs", "Startup.fs", "Program.vb"}) {
        const auto* text = folder.text(name);
        texts += text == nullptr ? std::string() : *text + "\n";
    }
    return texts;
}

bool serves(const std::string& program)
{
    return matches(program, R"(WebApplication\.Create|WebHost\.|ConfigureWebHost|UseKestrel|webHost\s*\{)");
}

std::vector<std::string> variables_of(const std::string& program)
{
    auto names = find_matches(program, R"re(GetEnvironmentVariable\(?\s*"(\w+)")re");
    std::erase(names, "PORT");
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

/// Whether the image must be built in the repository's root: what the project needs lies outside of the folder.
bool leaves(const Folder& folder, const std::vector<DotnetProject>& closure)
{
    const auto inside = [&](const std::string& path) { return path.starts_with(folder.path() + "/"); };
    const auto outside = std::ranges::any_of(closure, [&](const DotnetProject& project) {
        return !inside(project.path) || !std::ranges::all_of(project.imports, inside);
    });
    bool above = false;
    for (auto at = folder; !above && !at.is_root();) {
        at = at.parent();
        above = !at.first_file({"Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props",
                                "nuget.config", "NuGet.config", "NuGet.Config", "global.json"})
                     .empty();
    }
    return !folder.is_root() && (outside || above);
}

/// What the directives of an application of one file say.
DotnetPublish single_file(const Folder& folder, const std::string& file)
{
    const auto* text = folder.text(file);
    DotnetPublish publish;
    publish.single_file = true;
    publish.program = text == nullptr ? std::string() : *text;
    publish.project.path = folder.in_tree(file);
    publish.project.directory = folder.path();
    publish.project.assembly = find_match(publish.program, R"(^#:property\s+AssemblyName\s*[= ]\s*(\S+))")
                                   .value_or(file.substr(0, file.rfind('.')));
    if (const auto target = find_match(publish.program, R"(^#:property\s+TargetFramework\s*[= ]\s*(\S+))")) {
        publish.project.frameworks = {*target};
        publish.project.framework_where = {publish.project.path, line_of(publish.program, *target), 1};
    }
    return publish;
}

/// The files in the folder that can be an application of one file.
/// Source: .NET 10's documentation, "File-based apps".
std::optional<Application> detect_single_file(const Folder& folder, const Overrides& overrides)
{
    std::vector<std::string> files;
    for (const auto name : folder.files()) {
        if (name.ends_with(".cs")) {
            files.emplace_back(name);
        }
    }
    if (files.empty()) {
        return std::nullopt;
    }
    const auto file = files.size() == 1 ? files.front() : folder.first_file({"Program.cs", "app.cs", "main.cs"});
    Application application;
    application.language = "csharp";
    application.score = by_stray_file;
    if (files.size() > 1) {
        application.evidence.push_back({{folder.in_tree(files.front()), 0, 0}, "C# sources"});
        application.refusal = "several C# files and no project file: `dotnet new` writes one";
        return application;
    }
    auto publish = single_file(folder, file);
    if (matches(publish.program, R"(^#:|^#!.*dotnet)")) {
        application.score = by_manifest;
    }
    const auto web = matches(publish.program, R"(^#:sdk\s+Microsoft\.NET\.Sdk\.Web)") || serves(publish.program);
    application.framework = web ? "aspnet" : "none";
    application.package_manager = "nuget";
    application.entry = file;
    application.evidence.push_back({{publish.project.path, 1, 1}, "an application of one file"});
    set_versions(folder, overrides, publish, application);
    if (compare_versions(publish.sdk, "10") < 0) {
        publish.sdk = publish.line = "10.0";
        application.warnings.emplace_back("an application of one file needs .NET 10: that is taken");
    }
    publish.build = overrides.build;
    make_dotnet_recipe(folder, publish, overrides.port, application);
    return application;
}

int score_of(const Folder& folder, const DotnetProject& project)
{
    if (rank_of(project) == 0) {
        return folder.is_root() ? by_library : by_stray_file;
    }
    return project.kind == DotnetKind::console ? by_start : by_framework;
}

/// A convention of Procfiles: what is published lies in bin/publish.
void follow_procfile(const Folder& folder, DotnetPublish& publish)
{
    if (const auto process = find_process(folder)) {
        publish.listens = process->command.find("PORT") != std::string::npos;
        publish.output = find_match(process->command, R"(((?:\w[\w.-]*/)*bin/publish)\b)").value_or(publish.output);
    }
}

void warn(const DotnetProject& project, Application& application)
{
    if (project.node) {
        application.warnings.emplace_back("its build runs npm: Debian's Node is installed in the build stage");
    }
    if (project.windows_runtime) {
        application.warnings.emplace_back("RuntimeIdentifier names Windows: the image is published for Linux");
    }
}

}  // namespace

std::optional<Application> detect_dotnet(const Folder& folder, const Overrides& overrides)
{
    const auto projects = find_dotnet_projects(folder);
    if (projects.empty()) {
        return detect_single_file(folder, overrides);
    }
    Application application;
    const auto* project = choose_project(projects, application);
    DotnetPublish publish;
    publish.project = *project;
    publish.closure = with_references(folder.tree(), *project);
    publish.build = overrides.build;
    publish.program = program_of(folder.tree(), *project);
    application.language = project->language;
    application.package_manager = "nuget";
    application.score = score_of(folder, *project);
    application.entry = project->path;
    application.evidence.push_back({{project->path, 1, 1}, "a project file of .NET"});
    if (projects.size() > 1) {
        application.evidence.push_back({{project->path, 0, 0}, "of the projects this one can be started"});
    }
    application.refusal = refusal_of(*project);
    const auto web = project->kind == DotnetKind::web ||
                     (project->kind == DotnetKind::console && (project->asp_net || serves(publish.program)));
    application.framework = project->kind == DotnetKind::web_assembly ? "blazor" : web ? "aspnet" : "none";
    application.variables = variables_of(publish.program);
    set_versions(Folder(folder.tree(), project->directory), overrides, publish, application);
    warn(*project, application);
    if (!application.refusal.empty()) {
        return application;
    }
    follow_procfile(folder, publish);
    const auto base = leaves(folder, publish.closure) ? Folder(folder.tree()) : folder;
    if (base.path() != folder.path()) {
        application.context = base.path();
    }
    make_dotnet_recipe(base, publish, overrides.port, application);
    return application;
}

}  // namespace tinystacks::framework
