#include "framework/detail/dotnet_project.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace tinystacks::framework {
namespace {

constexpr int usual_port = 8080;
constexpr int start_period = 20;
constexpr int highest_port = 65535;

std::string relative_to(const Folder& base, const std::string& path)
{
    return base.is_root() ? path : path.substr(base.path().size() + 1);
}

/// What a restore reads: the projects, and the files that MSBuild and NuGet look for in every directory above them.
std::vector<std::string> restore_inputs(const Folder& base, const DotnetPublish& publish)
{
    std::set<std::string> inputs;
    for (const auto& project : publish.closure) {
        inputs.insert(project.path);
        inputs.insert(project.imports.begin(), project.imports.end());
        for (Folder at(base.tree(), project.directory);; at = at.parent()) {
            for (const auto* const name :
                 {"Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "nuget.config",
                  "NuGet.config", "NuGet.Config", "global.json", "packages.lock.json"}) {
                if (at.has_file(name)) {
                    inputs.insert(at.in_tree(name));
                }
            }
            if (at.path() == base.path() || at.is_root()) {
                break;
            }
        }
    }
    std::vector<std::string> relative;
    for (const auto& input : inputs) {
        relative.push_back(relative_to(base, input));
    }
    return relative;
}

void add_inputs(const std::vector<std::string>& inputs, dockerfile::Stage& stage)
{
    std::vector<std::pair<std::string, std::vector<std::string>>> by_directory;
    for (const auto& input : inputs) {
        const auto slash = input.rfind('/');
        const auto directory = slash == std::string::npos ? std::string("./") : "./" + input.substr(0, slash + 1);
        const auto known = std::ranges::find(by_directory, directory, [](const auto& each) { return each.first; });
        if (known == by_directory.end()) {
            by_directory.push_back({directory, {input}});
        } else {
            known->second.push_back(input);
        }
    }
    for (auto& [directory, sources] : by_directory) {
        stage.steps.emplace_back(dockerfile::Copy{sources, directory, "", ""});
    }
}

std::string publish_command(const DotnetPublish& publish, const std::string& path, bool restored)
{
    if (!publish.build.empty()) {
        return publish.build;
    }
    auto command = "dotnet publish " + shell_quote(path) + " --configuration Release";
    if (publish.project.frameworks.size() > 1) {
        const auto line = highest_line(publish.project.frameworks);
        const auto moniker = std::ranges::find_if(publish.project.frameworks, [&](const auto& each) {
            return each == "net" + line || each == "netcoreapp" + line;
        });
        command += " --framework " + shell_quote(moniker == publish.project.frameworks.end() ? "" : *moniker);
    }
    command += restored ? " --no-restore" : "";
    command += publish.single_file ? " -p:PublishAot=false" : "";
    command += publish.project.windows_runtime ? " --use-current-runtime --self-contained false" : "";
    return command + " --output " + shell_quote(publish.output);
}

dockerfile::Stage build_stage(const Folder& base, const DotnetPublish& publish, Application& application)
{
    dockerfile::Stage stage;
    stage.name = "build";
    stage.image = "mcr.microsoft.com/dotnet/sdk:" + publish.sdk;
    if (publish.project.native) {
        stage.packages = {"clang", "zlib1g-dev"};
    }
    if (publish.project.node) {
        stage.packages.insert(stage.packages.end(), {"nodejs", "npm"});
        application.build_packages = {"nodejs", "npm"};
    }
    const auto path = relative_to(base, publish.project.path);
    const auto open = std::ranges::any_of(publish.closure, &DotnetProject::open_import);
    const auto restored = !publish.single_file && !open && !publish.project.windows_runtime;
    const std::vector<std::string> caches = {"/root/.nuget/packages"};
    if (restored) {
        const auto lock = Folder(base.tree(), publish.project.directory).has_file("packages.lock.json");
        application.install = "dotnet restore " + shell_quote(path) + (lock ? " --locked-mode" : "");
        add_inputs(restore_inputs(base, publish), stage);
        stage.steps.emplace_back(dockerfile::Run{{application.install}, caches, ""});
    }
    stage.steps.emplace_back(dockerfile::Copy{{"."}, "./", "", ""});
    application.build = publish_command(publish, path, restored);
    stage.steps.emplace_back(dockerfile::Run{{application.build}, caches, ""});
    return stage;
}

/// A port that the program itself fixes, against which ASPNETCORE_URLS does nothing.
std::optional<int> fixed_port(const DotnetPublish& publish)
{
    const auto text = find_match(publish.program, R"((?:UseUrls|\.Run|Urls\.Add)\(\s*"https?://[^":/\n]+:(\d+))");
    int port = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), port).ec != std::errc()) {
        return std::nullopt;
    }
    return port > 0 && port <= highest_port ? std::optional(port) : std::nullopt;
}

std::string health_path(const std::string& program)
{
    const auto path = find_match(program, R"re(MapHealthChecks\(\s*"(/[\w/.-]*)")re");
    return path.value_or("/");
}

void set_web_start(const DotnetPublish& publish, int wanted_port, const std::string& program, Application& application)
{
    auto& recipe = application.recipe;
    const auto fixed = fixed_port(publish);
    application.port = wanted_port != 0 ? wanted_port : fixed.value_or(usual_port);
    const auto urls = fmt::format("ASPNETCORE_URLS=http://0.0.0.0:${{PORT:-{}}} {}", application.port, program);
    application.start_command = urls;
    recipe.command = {"/bin/sh", "-c", "exec env " + urls};
    recipe.health = dockerfile::bash_health(application.port, health_path(publish.program));
    recipe.health.start_period = start_period;
    if (fixed) {
        application.warnings.push_back(fmt::format("the program fixes its port, {}: it does not follow PORT", *fixed));
    }
}

}  // namespace

void make_dotnet_recipe(const Folder& base, const DotnetPublish& publish, int wanted_port, Application& application)
{
    auto& recipe = application.recipe;
    recipe.ignored = {"**/bin", "**/obj", "out", ".vs", "TestResults"};
    recipe.stages.push_back(build_stage(base, publish, application));
    if (publish.project.kind == DotnetKind::web_assembly) {
        application.delivery = Delivery::files;
        application.output = publish.output + "/wwwroot";
        application.start_command = static_start;
        add_static_stage(recipe, "build", "/app/" + publish.output + "/wwwroot/", true);
        application.port = recipe.port = wanted_port != 0 ? wanted_port : recipe.port;
        return;
    }
    const auto web = application.framework != "none";
    const auto asp_net = web || std::ranges::any_of(publish.closure, &DotnetProject::asp_net);
    dockerfile::Stage stage;
    stage.image = fmt::format("mcr.microsoft.com/dotnet/{}:{}", asp_net ? "aspnet" : "runtime", publish.line);
    std::vector<std::pair<std::string, std::string>> variables = {{"DOTNET_CONTENTROOT", "/app/" + publish.output}};
    if (web) {
        variables.insert(variables.begin(), {"ASPNETCORE_CONTENTROOT", "/app/" + publish.output});
    }
    if (web || publish.project.kind == DotnetKind::worker) {
        stage.steps.emplace_back(dockerfile::Environment{std::move(variables)});
    }
    stage.steps.emplace_back(dockerfile::Copy{{"/app/" + publish.output}, "./" + publish.output + "/", "build", ""});
    recipe.stages.push_back(std::move(stage));
    const auto program = fmt::format("./{}/{}", publish.output, publish.project.assembly);
    if (web) {
        set_web_start(publish, wanted_port, shell_quote(program), application);
    } else {
        application.port = wanted_port == 0 && publish.listens ? usual_port : wanted_port;
        application.start_command = shell_quote(program);
        recipe.command = {program};
        recipe.health.reason = "it does not listen";
        if (application.port != 0) {
            recipe.health = dockerfile::bash_health(application.port);
        }
    }
    recipe.port = application.port;
}

}  // namespace tinystacks::framework
