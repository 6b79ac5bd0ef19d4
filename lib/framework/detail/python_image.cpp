#include "framework/detail/python_image.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/python_version.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace tinystacks::framework::python {
namespace {

using dockerfile::Copy;
using dockerfile::Environment;
using dockerfile::Run;

/// The image's own PATH behind the virtual environment's.
constexpr std::string_view path = "/app/.venv/bin:/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What installs, when the project does not say which release of it; dated 2026-11-30. The newest that runs on a
/// Python.
struct Tool {
    std::string_view name;
    std::string_view least;  ///< Python
    std::string_view release;
};
constexpr std::array<Tool, 12> tools = {{{"uv", "3.9", "0.13.9"},
                                         {"uv", "3", "0.9.9"},
                                         {"poetry", "3.10", "2.5.1"},
                                         {"poetry", "3.9", "2.2.1"},
                                         {"poetry", "3.8", "1.8.5"},
                                         {"poetry", "3", "1.5.1"},
                                         {"pdm", "3.10", "2.29.4"},
                                         {"pdm", "3.9", "2.26.0"},
                                         {"pdm", "3", "2.10.4"},
                                         {"pipenv", "3.10", "2026.10.3"},
                                         {"pipenv", "3.9", "2025.0.4"},
                                         {"pipenv", "3", "2023.10.3"}}};

std::string tool_requirement(const Project& project, const std::string& release)
{
    const auto* tool = std::ranges::find_if(
        tools, [&](const Tool& each) { return each.name == project.manager && is_at_least(release, each.least); });
    const auto usual = tool == tools.end() ? std::string() : std::string(tool->release);
    const auto& version = project.version;
    if (matches(version, R"(^[0-9]+\.[0-9]+\.[0-9]+$)")) {
        // A Poetry that wrote a lock file long ago does not run on today's Python; the newer one reads its file.
        const auto too_old =
            project.manager == "poetry" && compare_versions(version, "1.8") < 0 && is_at_least(release, "3.9");
        return project.manager + "==" + (too_old ? usual : version);
    }
    if (matches(version, R"(^[0-9]+(\.[0-9]+)?$)")) {
        return project.manager + "==" + version + ".*";
    }
    if (matches(version, R"(^[<>=~!][<>=~!0-9., ]*$)")) {
        return project.manager + version;
    }
    return project.manager + "==" + usual;
}

/// COPY of files, a directory at a time.
void copy_files(dockerfile::Stage& stage, const std::vector<std::string>& files)
{
    std::map<std::string, std::vector<std::string>> by_directory;
    for (const auto& file : files) {
        const auto slash = file.rfind('/');
        by_directory[slash == std::string::npos ? "" : file.substr(0, slash)].push_back(file);
    }
    for (const auto& [directory, names] : by_directory) {
        stage.steps.emplace_back(Copy{names, directory.empty() ? "./" : "./" + directory + "/", "", ""});
    }
}

/// How dependencies are installed, in the two steps that Docker keeps apart.
struct Install {
    std::vector<std::string> tools;     ///< the package manager itself
    std::vector<std::string> files;     ///< that the dependencies' step reads
    std::vector<std::string> commands;  ///< with these alone
    std::vector<std::string> project;   ///< with the sources
    std::vector<std::string> caches;
    std::string add = "pip install --no-cache-dir ";  ///< of one package more
    std::string reason;
};

std::string in_tools(const std::string& requirement)
{
    return "/opt/tools/bin/pip install --no-cache-dir " + shell_quote(requirement);
}

void add_members(const Project& project, Install& install)
{
    for (const auto& member : project.members) {
        install.files.push_back(member + "/pyproject.toml");
    }
}

Install install_uv(const Code& code)
{
    const auto& project = code.project;
    Install install;
    install.tools = {"pip install --no-cache-dir " + shell_quote(tool_requirement(project, code.release))};
    install.files = {"pyproject.toml"};
    const auto locked = project.lock.empty() ? "" : " --locked";
    if (!project.lock.empty()) {
        install.files.push_back(project.lock);
    }
    add_members(project, install);
    const auto sync = fmt::format("uv sync{} --no-dev", locked);
    install.commands = {sync + (project.members.empty() ? " --no-install-project" : " --no-install-workspace")};
    if (project.is_package || !project.members.empty()) {
        install.project = {sync + " --no-editable"};
    }
    install.caches = {"/root/.cache/uv"};
    install.add = "uv pip install --python .venv/bin/python ";
    return install;
}

Install install_poetry(const Code& code, bool with_project)
{
    Install install;
    install.tools = {"python -m venv /opt/tools", in_tools(tool_requirement(code.project, code.release)),
                     "python -m venv .venv"};
    install.files = {"pyproject.toml"};
    if (!code.project.lock.empty()) {
        install.files.push_back(code.project.lock);
    }
    const auto* tool = "/opt/tools/bin/poetry install --no-interaction --only main";
    install.commands = {fmt::format("{} --no-root", tool)};
    if (with_project) {
        install.project = {tool};
    }
    install.caches = {"/root/.cache/pypoetry"};
    return install;
}

Install install_pdm(const Code& code)
{
    Install install;
    install.tools = {"python -m venv /opt/tools", in_tools(tool_requirement(code.project, code.release)),
                     "python -m venv .venv"};
    install.files = {"pyproject.toml"};
    const auto* check = code.project.lock.empty() ? "" : " --check";
    if (!code.project.lock.empty()) {
        install.files.push_back(code.project.lock);
    }
    install.commands = {fmt::format("/opt/tools/bin/pdm install{} --prod --no-editable --no-self", check)};
    if (code.project.is_package) {
        install.project = {fmt::format("/opt/tools/bin/pdm install{} --prod --no-editable", check)};
    }
    install.caches = {"/root/.cache/pdm"};
    return install;
}

Install install_pipenv(const Code& code)
{
    Install install;
    install.tools = {"python -m venv /opt/tools", in_tools(tool_requirement(code.project, code.release)),
                     "python -m venv .venv"};
    install.files = {"Pipfile"};
    if (!code.project.lock.empty()) {
        install.files.push_back(code.project.lock);
    }
    install.commands = {code.project.lock.empty() ? "/opt/tools/bin/pipenv install --skip-lock"
                                                  : "/opt/tools/bin/pipenv install --deploy --ignore-pipfile"};
    install.caches = {"/root/.cache/pipenv"};
    return install;
}

Install install_pip(const Code& code, bool with_project)
{
    const auto& project = code.project;
    Install install;
    install.tools = {"python -m venv .venv"};
    install.caches = {"/root/.cache/pip"};
    if (project.by_setup || (project.by_pyproject && project.dynamic)) {
        install.project = {"pip install --no-cache-dir ."};
        install.reason = "only the project's own build knows what it needs, so its sources come first";
    } else if (project.by_pyproject) {
        const auto* reader =
            is_at_least(code.release, "3.11") ? "import tomllib" : "from pip._vendor import tomli as tomllib";
        install.files = {"pyproject.toml"};
        install.commands = {
            fmt::format(
                "python -c \"{}; print(*tomllib.load(open('pyproject.toml', 'rb'))['project'].get('dependencies', "
                "[]), sep='\\n')\" > /tmp/requirements.txt",
                reader),
            "pip install --no-cache-dir -r /tmp/requirements.txt"};
        install.reason = "no lock file: the newest versions that pyproject.toml allows";
    } else if (project.manager == "pip") {
        install.files = project.requirements.files;
        install.commands = {"pip install --no-cache-dir -r " + shell_quote(project.manifest)};
    }
    if (install.project.empty() && with_project) {
        install.project = {"pip install --no-cache-dir --no-deps ."};
    }
    return install;
}

Install install_of(const Code& code, const Start& start)
{
    const auto& manager = code.project.manager;
    const auto with_project = code.project.is_package || start.needs_package;
    return manager == "uv"       ? install_uv(code)
           : manager == "poetry" ? install_poetry(code, with_project)
           : manager == "pdm"    ? install_pdm(code)
           : manager == "pipenv" ? install_pipenv(code)
                                 : install_pip(code, with_project);
}

void begin_environment(dockerfile::Stage& stage, const Code& code, const Install& install)
{
    std::vector<std::pair<std::string, std::string>> variables = {{"PIP_DISABLE_PIP_VERSION_CHECK", "1"}};
    if (code.project.manager == "uv") {
        variables.insert(variables.end(), {{"UV_COMPILE_BYTECODE", "1"},
                                           {"UV_LINK_MODE", "copy"},
                                           {"UV_PYTHON", "/usr/local/bin/python"},
                                           {"UV_PYTHON_DOWNLOADS", "never"}});
    }
    stage.steps.emplace_back(Environment{variables});
    stage.steps.emplace_back(Run{install.tools, {}, ""});
    stage.steps.emplace_back(Environment{{{"VIRTUAL_ENV", "/app/.venv"}, {"PATH", std::string(path)}}});
}

/// Behind the dependencies, in the same RUN where there is one.
void install_servers(dockerfile::Stage& stage, const Start& start, const Install& install)
{
    if (start.installs.empty()) {
        return;
    }
    std::vector<std::string> quoted;
    for (const auto& each : start.installs) {
        quoted.push_back(shell_quote(each));
    }
    const auto command = install.add + join(quoted, " ");
    const std::string reason =
        join(start.installs, ", ") + (start.installs.size() == 1 ? " is" : " are") + " in no manifest, yet needed";
    if (auto* last = std::get_if<Run>(&stage.steps.back())) {
        last->commands.push_back(command);
        last->reason += (last->reason.empty() ? "" : "; ") + reason;
    } else {
        stage.steps.emplace_back(Run{{command}, install.caches, reason});
    }
}

/// The stage that installs and builds.
dockerfile::Stage build_stage(const Code& code, const Start& start, const System& system, const Install& install,
                              const std::vector<std::string>& builds)
{
    dockerfile::Stage stage;
    stage.name = "build";
    stage.image = image_of(code.release);
    stage.packages = system.build;
    begin_environment(stage, code, install);
    const auto sources_first = code.project.requirements.from_sources;
    bool copied = false;
    const auto copy_sources = [&](const std::string& reason) {
        if (!copied) {
            stage.steps.emplace_back(Copy{{"."}, "./", "", reason});
        }
        copied = true;
    };
    if (sources_first) {
        copy_sources("dependencies lie in the repository itself");
    } else if (!install.files.empty()) {
        copy_files(stage, install.files);
    }
    if (!install.commands.empty()) {
        stage.steps.emplace_back(Run{install.commands, install.caches, install.reason});
    }
    if (!install.project.empty()) {
        copy_sources(install.commands.empty() ? install.reason : "");
        stage.steps.emplace_back(Run{install.project, install.caches, ""});
    }
    install_servers(stage, start, install);
    if (auto* last = std::get_if<Run>(&stage.steps.back()); last != nullptr && code.project.manager == "uv") {
        last->commands.emplace_back("rm -f .venv/.lock");  // uv leaves it for anybody to write
    }
    if (!builds.empty()) {
        copy_sources("");
        stage.steps.emplace_back(
            Run{builds, {}, start.builds.empty() ? "" : "the settings want values; these are for this line only"});
    }
    return stage;
}

void install_browsers(dockerfile::Stage& stage, const Code& code)
{
    const auto& dependencies = code.project.requirements.dependencies;
    if (dependencies.has("playwright")) {
        stage.steps.emplace_back(Environment{{{"PLAYWRIGHT_BROWSERS_PATH", "/opt/browsers"}}});
        stage.steps.emplace_back(Run{{"playwright install --with-deps chromium", "rm -rf /var/lib/apt/lists/*"},
                                     {},
                                     "playwright drives a browser, which brings its own libraries"});
    }
}

dockerfile::Stage run_stage(const Code& code, const Start& start, const System& system, bool has_environment,
                            bool built)
{
    dockerfile::Stage stage;
    stage.image = image_of(code.release);
    stage.packages = system.run;
    std::vector<std::pair<std::string, std::string>> variables;
    if (has_environment) {
        variables = {{"VIRTUAL_ENV", "/app/.venv"}, {"PATH", std::string(path)}};
    }
    variables.insert(variables.end(), {{"PYTHONUNBUFFERED", "1"}, {"PYTHONDONTWRITEBYTECODE", "1"}});
    if (!start.module_path.empty()) {
        variables.emplace_back("PYTHONPATH", "/app/" + start.module_path);
    }
    variables.insert(variables.end(), start.environment.begin(), start.environment.end());
    stage.steps.emplace_back(Environment{variables});
    if (has_environment && !built) {
        stage.steps.emplace_back(Copy{{"/app/.venv"}, "./.venv", "build", ""});
    }
    if (!built) {
        install_browsers(stage, code);
    }
    stage.steps.emplace_back(built ? Copy{{"/app"}, "./", "build", ""} : Copy{{"."}, "./", "", ""});
    if (built) {
        install_browsers(stage, code);
    }
    return stage;
}

}  // namespace

void make_image(const Code& code, const Start& start, const System& system, Application& application)
{
    const auto install = install_of(code, start);
    auto builds = start.builds;
    if (!code.overrides.build.empty()) {
        builds.push_back(code.overrides.build);
    }
    const auto has_environment = code.project.manager != "none" || !start.installs.empty();
    auto& recipe = application.recipe;
    if (has_environment || !builds.empty()) {
        recipe.stages.push_back(build_stage(code, start, system, install, builds));
    }
    recipe.stages.push_back(run_stage(code, start, system, has_environment, !builds.empty()));
    recipe.writable = start.writable;
    recipe.port = start.port;
    recipe.command = start.argv;
    recipe.stop_signal = start.is_script ? "SIGINT" : "";
    if (start.port != 0) {
        recipe.health = dockerfile::python_health(start.port, start.health_path);
        recipe.health.start_period = start.start_period;
    } else {
        recipe.health.reason = "nothing listens";
    }
    recipe.ignored = {"**/.pytest_cache", "**/.mypy_cache", "**/.ruff_cache", ".tox", ".coverage", "htmlcov"};
    auto commands = install.commands;
    commands.insert(commands.end(), install.project.begin(), install.project.end());
    application.install = code.project.manager == "none" ? "" : join(commands, " && ");
    application.build = join(builds, " && ");
    application.build_packages = system.build;
    application.run_packages = system.run;
}

}  // namespace tinystacks::framework::python
