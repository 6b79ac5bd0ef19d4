#include "base/text.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/python_start.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework::python {
namespace {

/// Names of files that are started, the likeliest first.
constexpr std::array<std::string_view, 17> script_names = {
    "main.py",   "app.py",     "start.py",       "bot.py",      "hello.py", "server.py",
    "run.py",    "index.py",   "application.py", "api.py",      "serve.py", "web.py",
    "worker.py", "service.py", "cli.py",         "__main__.py", "script.py"};

/// What a program that listens calls.
constexpr auto listens =
    R"(\b(?:HTTPServer|TCPServer|serve_forever|run_app|start_server|make_server|run_simple|hypercorn|waitress)\b|uvicorn\.run\(|\bserve\(|\.listen\(|\bapp\.run\(|socketio\.run\()";

/// `[project.scripts]`: the only one, or the one called start.
struct Script {
    std::string name;
    std::string file;  ///< of its module, where it is found
    Position where;
};

std::string file_of(const Folder& folder, const std::string& target)
{
    auto path = target.substr(0, target.find(':'));
    std::ranges::replace(path, '.', '/');
    return folder.first_file(
        {path + ".py", "src/" + path + ".py", path + "/__init__.py", "src/" + path + "/__init__.py"});
}

/// `console_scripts` of setup.py or setup.cfg, when there is one.
/// Source: setuptools' documentation, "Entry Points".
std::optional<Script> find_entry_point(const Code& code)
{
    for (const auto* const name : {"setup.py", "setup.cfg"}) {
        const auto* text = code.folder.text(name);
        const auto at = text == nullptr ? std::string::npos : text->find("console_scripts");
        if (at == std::string::npos) {
            continue;
        }
        const auto section = std::string_view(*text).substr(at);
        const auto end = section.find_first_of(name == std::string_view("setup.py") ? "]" : "[");
        const auto scripts = find_matches(section.substr(0, end),
                                          R"(^[ \t]*(?:console_scripts.*?)?[\['"]*\s*['"]?([\w.-]+ *= *[\w.]+:\w+))");
        if (scripts.size() == 1) {
            const auto equals = scripts.front().find('=');
            return Script{std::string(trim(scripts.front().substr(0, equals))),
                          file_of(code.folder, std::string(trim(scripts.front().substr(equals + 1)))),
                          {code.folder.in_tree(name), line_of(*text, scripts.front()), 1}};
        }
    }
    return std::nullopt;
}

std::optional<Script> find_script(const Code& code)
{
    const auto* pyproject = code.folder.toml("pyproject.toml");
    const auto has_system = find_path(pyproject, {"build-system"}) != nullptr;
    for (const auto& keys : {std::vector<std::string_view>{"project", "scripts"}, {"tool", "poetry", "scripts"}}) {
        const auto* scripts = find_path(pyproject, keys);
        if (scripts == nullptr || !scripts->is_mapping() || scripts->entries.empty()) {
            continue;
        }
        const auto named = std::ranges::find(scripts->entries, "start", &document::Entry::key);
        const auto* entry = named != scripts->entries.end() ? &*named
                            : scripts->entries.size() == 1  ? &scripts->entries.front()
                                                            : nullptr;
        // uv and PDM install a project's scripts only when it says how it is built.
        const auto installed = has_system || code.project.manager == "poetry" || code.project.manager == "pip";
        if (entry != nullptr && installed && code.project.manager != "none") {
            return Script{entry->key, file_of(code.folder, entry->value.text), entry->key_where};
        }
    }
    return code.project.by_setup ? find_entry_point(code) : std::nullopt;
}

void listen_as(Start& start, const Code& code, Application& application, const std::string& file)
{
    const auto* text = code.folder.text(file);
    if (text == nullptr || !matches(*text, listens)) {
        start.port = code.overrides.port;
        return;
    }
    const auto said = find_port(*text);
    const auto usual = text->find("uvicorn.run(") != std::string::npos ? 8000 : 0;
    start.port = code.overrides.port != 0 ? code.overrides.port : said != 0 ? said : usual;
    if (start.port != 0 && !reads_port(*text)) {
        application.warnings.push_back(
            fmt::format("{} listens on port {} whatever PORT says: take the port from PORT", file, start.port));
    }
}

Start start_of_script(const Code& code, Application& application, const Script& script)
{
    Start start;
    start.command = shell_quote(script.name);
    start.argv = {script.name};
    start.entry = script.file;
    start.is_script = true;
    start.needs_package = true;
    application.evidence.push_back(
        {script.where, fmt::format("the script '{}' is how the project is started", script.name)});
    if (!script.file.empty()) {
        listen_as(start, code, application, script.file);
    }
    return start;
}

/// `start` or `web` of [tool.pdm.scripts] and of the Pipfile's [scripts].
std::optional<Start> find_tool_script(const Code& code, Application& application)
{
    const auto* pdm = find_path(code.folder.toml("pyproject.toml"), {"tool", "pdm", "scripts"});
    const auto* pipenv = find_path(code.folder.toml("Pipfile"), {"scripts"});
    for (const auto* scripts : {pdm, pipenv}) {
        for (const auto* name : {"start", "web", "serve"}) {
            const auto* script = scripts == nullptr ? nullptr : scripts->find(name);
            const auto* command = script != nullptr && script->is_mapping() ? script->find("cmd") : script;
            if (command == nullptr || !command->is_scalar() || trim(command->text).empty()) {
                continue;
            }
            Start start;
            start.command = trim(command->text);
            start.argv = to_argv(start.command);
            start.is_script = start.argv.front().starts_with("python");
            application.evidence.push_back(
                {command->where, fmt::format("the script '{}' says how it is started", name)});
            if (const auto file = find_match(start.command, R"(^python3? (\S+\.py))")) {
                start.entry = *file;
                listen_as(start, code, application, *file);
            }
            return start;
        }
    }
    return std::nullopt;
}

std::optional<Start> find_celery(const Code& code, Application& application)
{
    if (!code.project.requirements.dependencies.has("celery")) {
        return std::nullopt;
    }
    for (const auto& file : code.files) {
        const auto* text = code.folder.text(file);
        const auto made = text == nullptr ? std::nullopt : find_match(*text, R"(^(\w+)\s*=\s*(?:celery\.)?Celery\()");
        const auto module = made ? module_of(code.folder, file) : std::nullopt;
        if (!module) {
            continue;
        }
        Start start;
        start.framework = "celery";
        start.entry = file;
        start.module_path = module->path;
        start.command = fmt::format("celery -A {} worker --loglevel=INFO", module->name);
        start.argv = {"celery", "-A", module->name, "worker", "--loglevel=INFO"};
        application.evidence.push_back({{code.folder.in_tree(file), line_of(*text, *made), 1}, "a Celery worker"});
        return start;
    }
    return std::nullopt;
}

std::string base_of(const std::string& file)
{
    const auto slash = file.rfind('/');
    return slash == std::string::npos ? file : file.substr(slash + 1);
}

/// By name, in the root before folders; else the only script in the root.
std::string find_file(const Code& code)
{
    for (const auto name : script_names) {
        if (code.folder.has_file(name)) {
            return std::string(name);
        }
    }
    std::vector<std::string> guarded;
    std::vector<std::string> in_root;
    for (const auto& file : code.files) {
        const auto* text = code.folder.text(file);
        if (file.find('/') == std::string::npos && text != nullptr && base_of(file) != "__init__.py") {
            in_root.push_back(file);
            if (has_guard(*text)) {
                guarded.push_back(file);
            }
        }
    }
    if (guarded.size() == 1 || in_root.size() == 1) {
        return guarded.size() == 1 ? guarded.front() : in_root.front();
    }
    for (const auto& file : code.files) {
        const auto base = base_of(file);
        const auto known = std::ranges::find(script_names, base) != script_names.end();
        const auto* text = code.folder.text(file);
        if (known && file.find('/') != std::string::npos && text != nullptr &&
            (base == "__main__.py" || base == "main.py" || file == "src/" + base || file == "app/" + base ||
             has_guard(*text))) {
            return file;
        }
    }
    return {};
}

}  // namespace

std::optional<Start> find_server_script(const Code& code, const Start& web, Application& application)
{
    const auto script = find_script(code);
    const auto* text = script && !script->file.empty() ? code.folder.text(script->file) : nullptr;
    const auto serves = text != nullptr &&
                        matches(*text, R"(uvicorn\.run\(|\bapp\.run\(|\bserve\(|hypercorn|gunicorn)") &&
                        matches(*text, R"(0\.0\.0\.0|['"]HOST['"])");
    if (!script || (!serves && script->name != "start")) {
        return std::nullopt;
    }
    auto start = start_of_script(code, application, *script);
    start.framework = web.framework;
    start.health_path = web.health_path;
    start.port = start.port == 0 ? web.port : start.port;
    return start;
}

std::optional<Start> find_plain(const Code& code, Application& application)
{
    if (const auto script = find_script(code)) {
        return start_of_script(code, application, *script);
    }
    if (auto start = find_tool_script(code, application)) {
        return start;
    }
    const auto file = find_file(code);
    const auto* text = file.empty() ? nullptr : code.folder.text(file);
    if (text == nullptr || text->find("Celery(") != std::string::npos) {
        if (auto start = find_celery(code, application)) {
            return start;
        }
    }
    if (file.empty()) {
        return std::nullopt;
    }
    Start start;
    start.entry = file;
    start.argv = script_argv(code.folder, file);
    if (const auto module = module_of(code.folder, file)) {
        start.module_path = start.argv.size() > 2 ? module->path : "";
    }
    start.command = "python " + (start.argv.size() > 2 ? "-m " : std::string()) + shell_quote(start.argv.back());
    start.is_script = text == nullptr || text->find("SIGTERM") == std::string::npos;
    application.evidence.push_back({{code.folder.in_tree(file), 0, 0}, "the file that is started, by its name"});
    listen_as(start, code, application, file);
    return start;
}

}  // namespace tinystacks::framework::python
