#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/python_start.hpp"
#include "framework/detail/python_version.hpp"

#include <algorithm>
#include <set>

namespace tinystacks::framework::python {
namespace {

constexpr int django_port = 8000;

/// A Django project: where manage.py lies and what its settings say.
struct Site {
    std::string directory;           ///< of manage.py, relative to the folder
    std::string settings;            ///< the module
    std::vector<std::string> files;  ///< of the settings, relative to the folder
    std::string text;                ///< all of them
};

std::string in(const std::string& directory, const std::string& path)
{
    return directory.empty() ? path : directory + "/" + path;
}

std::string as_path(std::string module)
{
    std::ranges::replace(module, '.', '/');
    return module;
}

/// manage.py nearest to the root that is Django's.
std::optional<std::string> find_manage(const Folder& folder)
{
    std::size_t looked = 0;
    for (const auto& file : folder.find_files("manage.py", 20)) {
        const auto depth = std::ranges::count(file, '/');
        const auto named = file == "manage.py" || file.ends_with("/manage.py");
        if (!named || depth > 2 || ++looked > 5) {
            continue;
        }
        const auto* text = folder.text(file);
        if (text != nullptr &&
            (text->find("django") != std::string::npos || text->find("DJANGO_SETTINGS_MODULE") != std::string::npos)) {
            return file;
        }
    }
    return std::nullopt;
}

void read_settings(const Folder& folder, Site& site)
{
    const auto path = in(site.directory, as_path(site.settings));
    const auto slash = path.rfind('/');
    const auto package = slash == std::string::npos ? std::string() : path.substr(0, slash);
    std::vector<std::string> candidates = {path + ".py", path + "/__init__.py"};
    for (const auto* name : {"base.py", "common.py", "settings.py", "defaults.py", "production.py", "prod.py"}) {
        candidates.push_back(in(path, name));
        if (package.ends_with("settings") || package.ends_with("config")) {
            candidates.push_back(in(package, name));
        }
    }
    for (const auto& file : candidates) {
        const auto* text = folder.text(file);
        if (text != nullptr && std::ranges::find(site.files, file) == site.files.end()) {
            site.files.push_back(file);
            site.text += *text + "\n";
        }
    }
}

std::optional<Site> find_site(const Folder& folder)
{
    const auto manage = find_manage(folder);
    if (!manage) {
        return std::nullopt;
    }
    Site site;
    const auto slash = manage->rfind('/');
    site.directory = slash == std::string::npos ? std::string() : manage->substr(0, slash);
    site.settings =
        find_match(*folder.text(*manage), R"(DJANGO_SETTINGS_MODULE['"]\s*[,:=\]]+\s*['"]([\w.]+)['"])").value_or("");
    read_settings(folder, site);
    return site;
}

/// "mysite.wsgi:application" for the module that exists; by the settings, else by the file.
std::string find_target(const Folder& folder, const Site& site, const char* setting, const std::string& kind)
{
    if (const auto said = find_match(site.text, setting)) {
        const auto dot = said->rfind('.');
        if (dot != std::string::npos && folder.has_file(in(site.directory, as_path(said->substr(0, dot)) + ".py"))) {
            return said->substr(0, dot) + ":" + said->substr(dot + 1);
        }
    }
    const auto below = site.directory.empty() ? std::string() : site.directory + "/";
    std::vector<std::string> found;
    for (const auto& file : folder.find_files(kind + ".py", 20)) {
        if ((file.ends_with("/" + kind + ".py") || file == kind + ".py") && file.starts_with(below)) {
            found.push_back(file.substr(below.size(), file.size() - below.size() - 3));
        }
    }
    const auto package = site.settings.substr(0, site.settings.find('.'));
    std::ranges::stable_partition(found, [&](const auto& file) { return file.starts_with(package + "/"); });
    if (found.empty()) {
        return {};
    }
    std::ranges::replace(found.front(), '/', '.');
    return found.front() + ":application";
}

/// Values that settings insist on, for the one RUN that reads them.
std::string dummies(const Site& site)
{
    std::set<std::string> names = {"SECRET_KEY"};
    for (const auto* pattern :
         {R"(environ\[['"]([A-Z][A-Z0-9_]*)['"]\])", R"(\b(?:env|config)(?:\.str)?\(\s*['"]([A-Z][A-Z0-9_]*)['"]\s*\))",
          R"(SECRET_KEY\s*=[^\n]*?['"]([A-Z][A-Z0-9_]*)['"])",
          R"(\benviron\.get\(\s*['"]([A-Z0-9_]*SECRET_KEY)['"])"}) {
        for (auto& name : find_matches(site.text, pattern)) {
            names.insert(std::move(name));
        }
    }
    // What is asked for before it is read may be missing, and what is set is not read.
    for (const auto* pattern : {R"(['"]([A-Z][A-Z0-9_]*)['"]\s+in\s+(?:os\.)?environ)",
                                R"(\bif\s+(?:os\.)?(?:environ\.get|getenv)\(\s*['"]([A-Z][A-Z0-9_]*)['"]\s*\))",
                                R"(environ\[['"]([A-Z][A-Z0-9_]*)['"]\]\s*=[^=])"}) {
        for (const auto& name : find_matches(site.text, pattern)) {
            names.erase(name);
        }
    }
    names.insert("SECRET_KEY");
    // What every image sets itself.
    for (const auto* name : {"PATH", "HOME", "USER", "PWD", "LANG", "HOSTNAME", "TMPDIR", "DJANGO_SETTINGS_MODULE",
                             "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH"}) {
        names.erase(name);
    }
    std::string text;
    for (const auto& name : names) {
        const auto value = name.ends_with("DATABASE_URL") ? "sqlite:////tmp/build.sqlite3"
                           : name.ends_with("PORT")       ? "1"
                           : name.ends_with("_URL")       ? "redis://localhost"
                                                          : "build";
        text += name + "=" + value + " ";
    }
    return text;
}

void collect_static(const Code& code, const Site& site, Start& start, Application& application)
{
    const auto& dependencies = code.project.requirements.dependencies;
    if (!matches(site.text, R"(^\s*STATIC_ROOT\s*=)")) {
        if (dependencies.has("whitenoise")) {
            application.warnings.emplace_back("whitenoise serves nothing until STATIC_ROOT is set in the settings");
        }
        return;
    }
    start.builds.push_back(dummies(site) + "python " + shell_quote(in(site.directory, "manage.py")) +
                           " collectstatic --noinput");
    if (!dependencies.has("whitenoise") && !dependencies.has("django-storages")) {
        application.warnings.emplace_back(
            "nothing serves what collectstatic collects: add whitenoise, or a storage of django-storages");
    }
}

void tell_settings(const Site& site, Application& application)
{
    const auto file = site.files.empty() ? std::string("the settings") : site.files.front();
    if (matches(site.text, R"(^\s*DEBUG\s*=\s*True\b)")) {
        application.warnings.push_back(fmt::format("{}: DEBUG is True: switch it off in production", file));
    }
    if (matches(site.text, R"(^\s*ALLOWED_HOSTS\s*=\s*\[\s*\])")) {
        application.warnings.push_back(
            fmt::format("{}: ALLOWED_HOSTS is empty: without DEBUG every request is refused", file));
    }
    if (site.text.find("sqlite3") != std::string::npos && !matches(site.text, "postgres|mysql|DATABASE_URL")) {
        application.warnings.push_back(fmt::format(
            "{}: SQLite in the image is read-only and lost with the container: use a database service", file));
    }
}

/// The production module beside the one that manage.py names, when that is for development.
void choose_settings(const Code& code, const Site& site, Start& start, Application& application)
{
    const auto dot = site.settings.rfind('.');
    const auto package = dot == std::string::npos ? std::string() : site.settings.substr(0, dot);
    const auto name = site.settings.substr(dot == std::string::npos ? 0 : dot + 1);
    if (package.empty() || (name != "dev" && name != "development" && name != "local")) {
        return;
    }
    for (const auto* better : {"production", "prod"}) {
        if (code.folder.has_file(in(site.directory, as_path(package) + "/" + better + ".py"))) {
            start.environment.emplace_back("DJANGO_SETTINGS_MODULE", package + "." + better);
            application.warnings.push_back(
                fmt::format("manage.py names {}: the image runs with {}.{}", site.settings, package, better));
            return;
        }
    }
}

void serve(const Code& code, const Site& site, Start& start, Application& application)
{
    const auto& dependencies = code.project.requirements.dependencies;
    const auto asgi = matches(site.text, R"(^\s*ASGI_APPLICATION\s*=)");
    const auto wants_asgi =
        asgi && (dependencies.has("channels") || dependencies.has("daphne") || dependencies.has("uvicorn"));
    const auto target = wants_asgi
                            ? find_target(code.folder, site, R"(ASGI_APPLICATION\s*=\s*['"]([\w.]+)['"])", "asgi")
                            : std::string();
    start.module_path = site.directory;
    const auto port = fmt::format("${{PORT:-{}}}", start.port);
    const auto directory = shell_quote(site.directory);
    if (!target.empty() && dependencies.has("daphne") && !dependencies.has("uvicorn")) {
        start.command = fmt::format("daphne -b 0.0.0.0 -p {} {}", port, shell_quote(target));
        start.argv = in_shell(fmt::format("daphne -b 0.0.0.0 -p \"{}\" {}", port, shell_quote(target)));
    } else if (!target.empty() && !dependencies.has("gunicorn")) {
        if (!dependencies.has("uvicorn")) {
            require(start, code, application, "uvicorn", is_at_least(code.release, "3.9") ? "0.34.0" : "0.22.0");
        }
        start_uvicorn(start, target, site.directory.empty() ? "" : "--app-dir " + directory);
    } else {
        auto served = target;
        std::string options = site.directory.empty() ? "" : "--chdir " + directory;
        if (!target.empty() && dependencies.has("uvicorn")) {
            options += (options.empty() ? "" : " ") + std::string("-k uvicorn.workers.UvicornWorker");
        } else {
            served = find_target(code.folder, site, R"(WSGI_APPLICATION\s*=\s*['"]([\w.]+)['"])", "wsgi");
        }
        if (served.empty()) {
            return;
        }
        if (!dependencies.has("gunicorn")) {
            require(start, code, application, "gunicorn", is_at_least(code.release, "3.7") ? "23.0.0" : "20.1.0");
        }
        start_gunicorn(start, code, served, options);
    }
}

}  // namespace

std::optional<Start> find_django(const Code& code, Application& application)
{
    const auto& wanted = code.overrides.framework;
    const auto site =
        wanted.empty() || wanted == "python" || wanted == "django" ? find_site(code.folder) : std::nullopt;
    if (!site) {
        return std::nullopt;
    }
    Start start;
    start.framework = "django";
    start.entry = in(site->directory, "manage.py");
    start.port = code.overrides.port != 0 ? code.overrides.port : django_port;
    start.health_path = find_health(code);
    application.evidence.push_back(
        {{code.folder.in_tree(start.entry), 0, 0}, fmt::format("Django's manage.py, settings {}", site->settings)});
    serve(code, *site, start, application);
    if (code.project.manager == "none") {
        require(start, code, application, "django", "");
    }
    choose_settings(code, *site, start, application);
    collect_static(code, *site, start, application);
    tell_settings(*site, application);
    application.warnings.push_back(
        fmt::format("migrations are no part of the start: run `python {} migrate` as a release "
                    "step, once for each deployment",
                    shell_quote(start.entry)));
    if (matches(site->text, R"(^\s*MEDIA_ROOT\s*=)")) {
        start.writable.push_back("/app/" + in(site->directory, "media"));
    }
    return start;
}

}  // namespace tinystacks::framework::python
