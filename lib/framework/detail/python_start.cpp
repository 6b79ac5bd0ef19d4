#include "framework/detail/python_start.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/python_version.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework::python {

void require(Start& start, const Code& code, Application& application, const std::string& package,
             const std::string& release)
{
    start.installs.push_back(release.empty() ? package : package + "==" + release);
    application.warnings.push_back(fmt::format(
        "{} is needed and {} does not name it: the image installs {}; add it there", package,
        code.project.manifest.empty() ? "no manifest" : "'" + code.project.manifest + "'", start.installs.back()));
}

std::string find_health(const Code& code)
{
    for (const auto& file : code.files) {
        const auto* text = code.folder.text(file);
        const auto found =
            text == nullptr
                ? std::nullopt
                : find_match(
                      *text,
                      R"((?:route|get|add_get|path|re_path)\(\s*r?['"](/?(?:api/)?(?:healthz?|health-?check|livez|_health|ping)/?)['"])");
        if (found) {
            return found->starts_with('/') ? *found : "/" + *found;
        }
    }
    return "/";
}

std::vector<std::string> in_shell(const std::string& command)
{
    return {"/bin/sh", "-c", "exec " + command};
}

namespace {

std::string port_of(const Start& start)
{
    return fmt::format("${{PORT:-{}}}", start.port);
}

/// A configuration of gunicorn's that binds by itself would win over PORT.
bool binds_itself(const Folder& folder)
{
    const auto* text = folder.text("gunicorn.conf.py");
    return text != nullptr && matches(*text, R"(^\s*bind\s*=)");
}

}  // namespace

/// Source: gunicorn's documentation, "Settings": without bind it listens on 0.0.0.0:$PORT.
void start_gunicorn(Start& start, const Code& code, const std::string& target, const std::string& options)
{
    const auto rest = options + (options.empty() ? "" : " ") + shell_quote(target);
    start.command = fmt::format("gunicorn --bind 0.0.0.0:{} {}", port_of(start), rest);
    if (binds_itself(code.folder)) {
        start.argv = in_shell(fmt::format("gunicorn --bind \"0.0.0.0:{}\" {}", port_of(start), rest));
        return;
    }
    start.argv = {"gunicorn"};
    for (const auto word : split(options, ' ')) {
        if (!word.empty()) {
            start.argv.emplace_back(word);
        }
    }
    start.argv.push_back(target);
}

void start_uvicorn(Start& start, const std::string& target, const std::string& options)
{
    const auto front = fmt::format("uvicorn {}{}{}", options, options.empty() ? "" : " ", shell_quote(target));
    start.command = fmt::format("{} --host 0.0.0.0 --port {}", front, port_of(start));
    start.argv = in_shell(fmt::format("{} --host 0.0.0.0 --port \"{}\"", front, port_of(start)));
}

namespace {

constexpr int usual_port = 8000;

int port_or(const Code& code, int port)
{
    return code.overrides.port != 0 ? code.overrides.port : port;
}

std::string package_of(std::string_view framework)
{
    return framework == "fasthtml" ? "python-fasthtml" : std::string(framework);
}

std::string text_of(const Code& code, const std::string& file)
{
    const auto* text = code.folder.text(file);
    return text == nullptr ? std::string() : *text;
}

/// The file that starts Flask's own server: the object's, or one beside it that calls run().
std::string development_script(const Code& code, const Object& object)
{
    constexpr auto runs =
        R"(^(?:if __name__[^\n]*:\s*)?[ \t]*(?:\w+\.)?(?:app|application|server|socketio|\w*app)\.run(?:_server)?\()";
    if (matches(text_of(code, object.file), runs)) {
        return object.file;
    }
    for (const auto& file : code.files) {
        if (file.find('/') == std::string::npos && matches(text_of(code, file), runs)) {
            return file;
        }
    }
    return {};
}

/// `python main.py`, with what it says of its port.
void start_script(Start& start, const Code& code, Application& application, const std::string& file, int fallback)
{
    const auto text = text_of(code, file);
    start.entry = file;
    start.argv = script_argv(code.folder, file);
    start.command = "python " + (start.argv.size() > 2 ? "-m " : std::string()) + shell_quote(start.argv.back());
    const auto said = find_port(text);
    start.port = port_or(code, said != 0 ? said : fallback);
    start.is_script = true;
    if (start.port != 0 && !reads_port(text)) {
        application.warnings.push_back(
            fmt::format("{} listens on port {} whatever PORT says: take the port from PORT", file, start.port));
    }
}

std::string gunicorn_release(const Code& code)
{
    return is_at_least(code.release, "3.7") ? "23.0.0" : "20.1.0";
}

/// Flags of gunicorn for what needs a worker of its own.
std::string worker_options(const Code& code)
{
    const auto& dependencies = code.project.requirements.dependencies;
    if (!dependencies.has("flask-socketio")) {
        return {};
    }
    return dependencies.has("eventlet")           ? "-k eventlet -w 1"
           : dependencies.has("gevent-websocket") ? "-k geventwebsocket.gunicorn.workers.GeventWebSocketWorker -w 1"
                                                  : "-w 1 --threads 100";
}

void serve_by_gunicorn(Start& start, const Code& code, const Module& module, const std::string& attribute)
{
    auto options = worker_options(code);
    if (!module.path.empty()) {
        options += (options.empty() ? "--chdir " : " --chdir ") + shell_quote(module.path);
    }
    start.port = port_or(code, usual_port);
    start_gunicorn(start, code, module.name + ":" + attribute, options);
}

/// Dash's WSGI application is its `server`.
std::string wsgi_attribute(const Code& code, const Object& object)
{
    if (object.framework != "dash") {
        return object.attribute + (object.is_factory ? "()" : "");
    }
    const auto text = text_of(code, object.file);
    const auto server = find_match(text, R"(^(\w+)\s*=\s*\w+\.server\s*$)");
    return server ? *server : find_match(text, R"(Dash\([^)]*\bserver=(\w+))").value_or("");
}

void serve_by_waitress(Start& start, const Code& code, const Module& module, const Object& object)
{
    start.port = port_or(code, usual_port);
    const auto call = object.is_factory ? "--call " : "";
    const auto target = shell_quote(module.name + ":" + object.attribute);
    start.module_path = module.path;
    start.command = fmt::format("waitress-serve --host=0.0.0.0 --port={} {}{}", port_of(start), call, target);
    start.argv =
        in_shell(fmt::format("waitress-serve --host=0.0.0.0 --port=\"{}\" {}{}", port_of(start), call, target));
}

void start_wsgi(Start& start, const Code& code, Application& application, const Object& object, const Module& module)
{
    const auto& dependencies = code.project.requirements.dependencies;
    const auto attribute = wsgi_attribute(code, object);
    const auto callable = !object.needs_arguments && !attribute.empty();
    if (dependencies.has("gunicorn") && callable) {
        serve_by_gunicorn(start, code, module, attribute);
        return;
    }
    if (dependencies.has("waitress") && callable) {
        serve_by_waitress(start, code, module, object);
        return;
    }
    const auto script = development_script(code, object);
    if (script.empty()) {
        if (callable) {
            require(start, code, application, "gunicorn", gunicorn_release(code));
            serve_by_gunicorn(start, code, module, attribute);
        }
        return;
    }
    // A script that binds to this machine only is for a developer's desk.
    const auto everywhere = object.framework == "dash" ||
                            matches(text_of(code, script), R"(0\.0\.0\.0|host\s*=\s*[^,)\n]*(?:environ|getenv|HOST))");
    if (callable && !everywhere) {
        require(start, code, application, "gunicorn", gunicorn_release(code));
        serve_by_gunicorn(start, code, module, attribute);
        application.warnings.push_back(fmt::format(
            "`python {}` would listen on 127.0.0.1 only, with a development server: `{}` is started instead", script,
            join(start.argv, " ")));
        return;
    }
    start_script(start, code, application, script, object.framework == "dash" ? 8050 : 5000);
    application.warnings.push_back(
        fmt::format("'{}' starts {}'s development server: add gunicorn to the dependencies, and `gunicorn {}:{}` "
                    "is started instead",
                    start.command, object.framework, module.name, attribute.empty() ? "server" : attribute));
    if (object.framework == "dash") {
        start.environment.emplace_back("HOST", "0.0.0.0");
    }
}

bool has_uvicorn(const Code& code)
{
    const auto& dependencies = code.project.requirements.dependencies;
    return dependencies.has("uvicorn") || dependencies.has_extra("fastapi", "standard") ||
           dependencies.has_extra("fastapi", "all") || dependencies.has_extra("litestar", "standard") ||
           dependencies.has("python-fasthtml") || dependencies.has("fastapi-cli") || dependencies.has("gradio") ||
           dependencies.has("chainlit") || dependencies.has("mcp");
}

void start_asgi(Start& start, const Code& code, Application& application, const Object& object, const Module& module)
{
    const auto& dependencies = code.project.requirements.dependencies;
    const auto target = module.name + ":" + object.attribute;
    start.port = port_or(code, usual_port);
    if (object.needs_arguments) {
        start.port = 0;
        return;
    }
    if (object.framework == "sanic") {
        start.module_path = module.path;
        const auto named = shell_quote(target) + (object.is_factory ? " --factory" : "");
        start.command = fmt::format("sanic {} --host 0.0.0.0 --port {}", named, port_of(start));
        start.argv = in_shell(fmt::format("sanic {} --host 0.0.0.0 --port \"{}\"", named, port_of(start)));
        return;
    }
    const auto hypercorn = dependencies.has("hypercorn") || object.framework == "quart";
    if (!has_uvicorn(code) && hypercorn) {
        start.module_path = module.path;
        const auto named = shell_quote(target + (object.is_factory ? "()" : ""));
        start.command = fmt::format("hypercorn {} --bind 0.0.0.0:{}", named, port_of(start));
        start.argv = in_shell(fmt::format("hypercorn {} --bind \"0.0.0.0:{}\"", named, port_of(start)));
        return;
    }
    if (!has_uvicorn(code)) {
        require(start, code, application, "uvicorn", is_at_least(code.release, "3.9") ? "0.34.0" : "0.22.0");
    }
    std::string options = object.is_factory ? "--factory" : "";
    if (!module.path.empty()) {
        options += (options.empty() ? "--app-dir " : " --app-dir ") + shell_quote(module.path);
    }
    start_uvicorn(start, target, options);
}

/// A framework that is told by a call, not by an object, and how its file is started.
struct Called {
    std::string_view framework;
    const char* import;
    const char* call;
    int port;
};

constexpr std::array<Called, 10> called = {
    {{"functions-framework", R"(^\s*(?:import|from) functions_framework\b)", R"(@functions_framework\.)", 8080},
     {"google-adk", R"(^\s*(?:import|from) google\.adk\b)", R"(^root_agent\s*=)", 8000},
     {"streamlit", R"(^\s*(?:import|from) streamlit\b)", R"(streamlit)", 8501},
     {"chainlit", R"(^\s*(?:import|from) chainlit\b)", R"(chainlit)", 8000},
     {"gradio", R"(^\s*(?:import|from) gradio\b)", R"(\.launch\()", 7860},
     {"nicegui", R"(^\s*(?:import|from) nicegui\b)", R"(\bui\.run(?:_with)?\()", 8080},
     {"panel", R"(^\s*(?:import|from) panel\b)", R"(\.servable\()", 5006},
     {"aiohttp", R"(^\s*(?:import|from) aiohttp\b)", R"(\bweb\.(?:run_app|Application|AppRunner)\()", 8080},
     {"tornado", R"(^\s*(?:import|from) tornado\b)", R"(\.listen\(|HTTPServer\()", 8888},
     {"bottle", R"(^\s*(?:import|from) bottle\b)", R"(^\s*(?:bottle\.)?run\()", 8080}}};

void start_called(Start& start, const Code& code, Application& application, const Called& kind, const std::string& file)
{
    start.entry = file;
    const auto quoted = shell_quote(file);
    const auto by_command = [&](const std::string& front, const std::string& back) {
        start.port = port_or(code, kind.port);
        start.command = front + port_of(start) + back;
        start.argv = in_shell(fmt::format("{}\"{}\"{}", front, port_of(start), back));
        start.environment.emplace_back("HOME", "/tmp");
    };
    if (kind.framework == "functions-framework") {
        const auto target = find_match(text_of(code, file),
                                       R"(@functions_framework\.\w+[^\n]*\n(?:\s*@[^\n]*\n)*\s*(?:async )?def (\w+))");
        start.port = port_or(code, kind.port);
        start.command = fmt::format("functions-framework --target={}", target.value_or("main"));
        start.argv = {"functions-framework", "--target=" + target.value_or("main")};  // which reads PORT
        if (file != "main.py") {
            start.argv.push_back("--source=" + file);
        }
    } else if (kind.framework == "streamlit") {
        by_command(fmt::format("streamlit run {} --server.address 0.0.0.0 --server.port ", quoted), "");
        start.environment.emplace_back("STREAMLIT_SERVER_HEADLESS", "true");
        start.environment.emplace_back("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "false");
        start.health_path = "/_stcore/health";
    } else if (kind.framework == "google-adk") {
        by_command("adk api_server --host 0.0.0.0 --port ", "");
    } else if (kind.framework == "chainlit") {
        by_command(fmt::format("chainlit run {} --headless --host 0.0.0.0 --port ", quoted), "");
    } else if (kind.framework == "panel") {
        by_command(fmt::format("panel serve {} --address 0.0.0.0 --allow-websocket-origin='*' --port ", quoted), "");
    } else if (kind.framework == "gradio") {
        by_command("env GRADIO_SERVER_PORT=", " python " + quoted);
        start.command = "python " + quoted;
        start.environment.emplace_back("GRADIO_SERVER_NAME", "0.0.0.0");
        start.environment.emplace_back("GRADIO_ANALYTICS_ENABLED", "False");
    } else {
        start_script(start, code, application, file, kind.port);
        if (kind.framework == "bottle" && !matches(text_of(code, file), R"(0\.0\.0\.0)")) {
            application.warnings.push_back(file + " listens on 127.0.0.1 only: say host='0.0.0.0'");
        }
    }
    start.start_period = 20;
}

struct FoundCall {
    const Called* kind;
    std::size_t index;  ///< of the file among the candidates
};

std::optional<FoundCall> find_call(const Code& code)
{
    for (std::size_t i = 0; i < code.files.size(); ++i) {
        const auto* text = code.folder.text(code.files[i]);
        for (const auto& kind : called) {
            const auto wanted = code.overrides.framework.empty() || code.overrides.framework == "python" ||
                                code.overrides.framework == kind.framework;
            if (text != nullptr && wanted && matches(*text, kind.import) && matches(*text, kind.call)) {
                return FoundCall{&kind, i};
            }
        }
    }
    return std::nullopt;
}

const Object* find_object(const Code& code)
{
    const auto& wanted = code.overrides.framework;
    const auto found = std::ranges::find_if(code.objects, [&](const Object& object) {
        return wanted.empty() || wanted == "python" || wanted == object.framework;
    });
    return found == code.objects.end() ? nullptr : &*found;
}

void start_object(Start& start, const Code& code, Application& application, const Object& object)
{
    start.framework = object.framework;
    start.entry = object.file;
    start.health_path = find_health(code);
    const auto whose = object.framework == "none" ? std::string("an") : object.framework + "'s";
    application.evidence.push_back(
        {{code.folder.in_tree(object.file), object.line, 1},
         fmt::format("{} {} {} application", object.attribute, object.is_factory ? "makes" : "is", whose)});
    const auto module = module_of(code.folder, object.file);
    if (!module) {
        start_script(start, code, application, object.file, usual_port);
        return;
    }
    (object.interface == Interface::wsgi ? start_wsgi : start_asgi)(start, code, application, object, *module);
    const auto* text = code.folder.text(object.file);
    if (text != nullptr && matches(*text, R"(instance_relative_config|instance_path|sqlite:///)")) {
        start.writable.emplace_back("/app/instance");
    }
}

}  // namespace

/// With a server among the dependencies: a module whose `app` nobody here knows the maker of, and that starts nothing.
std::optional<Object> find_callable(const Code& code)
{
    const auto& dependencies = code.project.requirements.dependencies;
    const auto asgi = !dependencies.has("gunicorn") && dependencies.has("uvicorn");
    if (!asgi && !dependencies.has("gunicorn")) {
        return std::nullopt;
    }
    for (const auto* file : {"main.py", "app.py", "wsgi.py", "asgi.py", "application.py", "server.py"}) {
        const auto text = text_of(code, file);
        auto name = find_match(text, R"(^(app|application)\s*(?::[^=\n]+)?=[^=])");
        name = name ? name : find_match(text, R"(^(?:async )?def (app|application)\()");
        if (name && !has_guard(text)) {
            return Object{
                "none", asgi ? Interface::asgi : Interface::wsgi, file, *name, false, false, line_of(text, *name)};
        }
    }
    return std::nullopt;
}

std::optional<Start> find_web(const Code& code, Application& application)
{
    const auto* object = find_object(code);
    const auto call = find_call(code);
    const auto unknown = object == nullptr && !call ? find_callable(code) : std::nullopt;
    object = unknown ? &*unknown : object;
    Start start;
    const auto index = object == nullptr
                           ? code.files.size()
                           : static_cast<std::size_t>(std::ranges::find(code.files, object->file) - code.files.begin());
    if (object != nullptr && (!call || index <= call->index)) {
        start_object(start, code, application, *object);
    } else if (call) {
        const auto& file = code.files[call->index];
        start.framework = call->kind->framework;
        application.evidence.push_back({{code.folder.in_tree(file), line_of(text_of(code, file), "import"), 1},
                                        fmt::format("imports and calls {}", call->kind->framework)});
        start_called(start, code, application, *call->kind, file);
    } else {
        return std::nullopt;
    }
    if (code.project.manager == "none") {
        require(start, code, application, package_of(start.framework), "");
    }
    return start;
}

}  // namespace tinystacks::framework::python
