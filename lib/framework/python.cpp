#include "base/text.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/python_image.hpp"
#include "framework/detail/python_manager.hpp"
#include "framework/detail/python_start.hpp"
#include "framework/detail/python_system.hpp"
#include "framework/detail/python_version.hpp"

#include <algorithm>
#include <set>

namespace tinystacks::framework {
namespace {

using python::Code;
using python::Project;
using python::Start;

constexpr int web_port = 8000;

/// A file of Python in the folder itself that is no helper of tools.
bool has_own_file(const Folder& folder)
{
    return std::ranges::any_of(folder.files(), [](std::string_view name) {
        return name.ends_with(".py") && name != "setup.py" && name != "conftest.py";
    });
}

bool has_manifest(const Folder& folder, const Project& project)
{
    return project.manager != "none" || (folder.has_file("pyproject.toml") && !project.tools_only);
}

/// What speaks for Python, first of all evidence.
void add_reason(const Folder& folder, const Project& project, Application& application)
{
    const auto* file = project.manifest.empty() ? nullptr : &project.manifest;
    if (file != nullptr) {
        application.evidence.push_back({{folder.in_tree(*file), 0, 0}, "a Python project's manifest"});
    }
    if (!project.lock.empty()) {
        application.evidence.push_back({{folder.in_tree(project.lock), 0, 0},
                                        fmt::format("{}'s lock file decides what is installed", project.manager)});
    }
}

/// How it starts; what is told of ways that were not taken is dropped with them.
std::optional<Start> find_start(const Code& code, Application& application)
{
    if (auto django = python::find_django(code, application)) {
        return django;
    }
    auto told = application;
    if (auto web = python::find_web(code, told)) {
        if (auto script = python::find_server_script(code, *web, application)) {
            return script;
        }
        application = std::move(told);
        if (!web->command.empty()) {
            return web;
        }
        application.framework = web->framework;
        return web;
    }
    return python::find_plain(code, application);
}

int score_of(const Folder& folder, const Project& project, const std::optional<Start>& start)
{
    const auto manifest = has_manifest(folder, project);
    if (start && start->framework == "django") {
        return by_framework;
    }
    if (start && start->framework != "none") {
        return manifest ? by_start : by_manifest;
    }
    if (start && manifest) {
        return start->needs_package ? by_start : by_manifest;
    }
    return manifest ? by_library : project.tools_only && start ? by_tools : by_stray_file;
}

/// The variables that the code reads, as far as it was looked at.
std::vector<std::string> variables_of(const Code& code)
{
    std::set<std::string> names;
    for (const auto& file : code.files) {
        const auto* text = code.folder.text(file);
        for (auto& name : find_matches(text == nullptr ? std::string_view() : std::string_view(*text),
                                       R"((?:environ\[|environ\.get\(|getenv\()\s*['"]([A-Z_][A-Z0-9_]*)['"])")) {
            if (name != "PORT" && name != "PATH") {
                names.insert(std::move(name));
            }
        }
    }
    return {names.begin(), names.end()};
}

/// A browser's part that this Dockerfile does not build.
void tell_front_end(const Folder& folder, Application& application)
{
    for (const auto* name : {"", "frontend/", "client/", "ui/", "web/", "static_src/", "assets/"}) {
        const auto file = std::string(name) + "package.json";
        try {
            if (folder.has_file(file) && find_path(folder.json(file), {"scripts", "build"}) != nullptr) {
                application.warnings.push_back(fmt::format("{} has a build of its own, which this Dockerfile does not "
                                                           "run: build it before, or deploy it apart",
                                                           file));
            }
        } catch (const Error& error) {
            application.warnings.push_back(fmt::format("not read: {}", error.what()));
        }
    }
}

/// What cannot be answered with a Dockerfile.
void refuse(const Folder& folder, const Project& project, Application& application)
{
    const auto& release = application.runtime.release;
    if (!python::is_at_least(release, "3.4")) {
        application.refusal = fmt::format("Python {} had its end of life on 2020-01-01 and its images get no updates: "
                                          "no Dockerfile is written for it",
                                          release);
    } else if (project.manager == "none" &&
               (folder.has_file("environment.yml") || folder.has_file("environment.yaml"))) {
        application.refusal =
            "environment.yml is conda's, for which no Dockerfile is written yet: write a requirements.txt";
    }
}

/// What somebody wrote down of the start; empty when nobody did.
std::string stated_start(const Code& code)
{
    const auto process = find_process(code.folder);
    return !code.overrides.start.empty() ? code.overrides.start : process ? process->command : std::string();
}

/// A stated start takes the place of the one that was found: no server is installed for that one.
void obey(const Code& code, const std::string& stated, Start& start, Application& application)
{
    const auto* procfile = code.folder.text("Procfile");
    if (start.port == 0 && procfile != nullptr && matches(*procfile, R"(^web\s*:)")) {
        start.port = code.overrides.port != 0 ? code.overrides.port : web_port;
    }
    std::erase_if(start.installs, [&](const std::string& each) {
        const auto name = each.substr(0, each.find('='));
        const auto is_server = name == "gunicorn" || name == "uvicorn";
        return is_server && stated.find(name) == std::string::npos;
    });
    std::erase_if(application.warnings, [&](const std::string& warning) {
        const auto of_server = warning.starts_with("gunicorn is needed") || warning.starts_with("uvicorn is needed");
        return warning.ends_with("is started instead") ||
               (of_server && stated.find(warning.substr(0, warning.find(' '))) == std::string::npos);
    });
    start.is_script = stated.starts_with("python");
}

void finish(const Code& code, Start start, Application& application)
{
    if (const auto stated = stated_start(code); !stated.empty()) {
        obey(code, stated, start, application);
    }
    application.framework = start.framework;
    application.entry = start.entry;
    application.start_command = start.command;
    application.port = start.port;
    application.variables = variables_of(code);
    const auto system = python::system_packages(code.project.requirements);
    for (const auto& reason : system.reasons) {
        application.evidence.push_back({{code.folder.in_tree(code.project.manifest), 0, 0}, reason});
    }
    if (application.refusal.empty()) {
        python::make_image(code, start, system, application);
    }
}

/// A workspace whose root starts nothing: which of its members is meant.
void ask_member(const Folder& folder, const Overrides& overrides, const Project& project, Application& application)
{
    Question question{"the workspace's root starts nothing itself: which member?", {}};
    for (const auto& member : project.members) {
        const auto inside = detect_python(folder.child(member), overrides);
        if (inside && !inside->start_command.empty()) {
            question.answers.push_back("--root " + shell_quote(folder.in_tree(member)));
        }
    }
    if (!question.answers.empty()) {
        question.answers.emplace_back("--start COMMAND");
        application.questions.push_back(std::move(question));
    }
}

}  // namespace

std::optional<Application> detect_python(const Folder& folder, const Overrides& overrides)
{
    const auto manifests = folder.first_file({"pyproject.toml", "Pipfile", "setup.py", "setup.cfg", "requirements.txt",
                                              "requirements/base.txt", "requirements/prod.txt", "environment.yml",
                                              "requirements/production.txt", "manage.py"});
    if (manifests.empty() && !has_own_file(folder)) {
        return std::nullopt;
    }
    Application application;
    application.language = "python";
    const auto project = python::read_project(folder, overrides, application);
    application.package_manager = project.manager;
    application.package_manager_version = project.version;
    add_reason(folder, project, application);
    application.runtime = python::choose_python(folder, overrides, application.warnings);
    Code code{folder, project, overrides, application.runtime.release, {}, {}};
    code.files = python::candidate_files(folder, project.name);
    code.objects = python::find_objects(folder, code.files);
    const auto start = find_start(code, application);
    if (!start && !has_manifest(folder, project) && !folder.has_file("environment.yml")) {
        return std::nullopt;
    }
    application.score = score_of(folder, project, start);
    if (!start && project.members.size() < 40) {
        ask_member(folder, overrides, project, application);
    }
    refuse(folder, project, application);
    finish(code, start.value_or(Start{}), application);
    if (application.runtime.pin) {
        application.evidence.push_back(
            {application.runtime.pin->where,
             fmt::format("Python {} by {}", application.runtime.release, application.runtime.pin->rule)});
    }
    tell_front_end(folder, application);
    return application;
}

std::vector<std::string> python_frameworks()
{
    return {"django",   "flask",  "fastapi", "starlette", "litestar",  "sanic",      "quart",
            "fasthtml", "falcon", "bottle",  "dash",      "streamlit", "gradio",     "chainlit",
            "nicegui",  "panel",  "aiohttp", "tornado",   "celery",    "google-adk", "functions-framework"};
}

}  // namespace tinystacks::framework
