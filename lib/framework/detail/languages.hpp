#pragma once

#include "framework/application.hpp"
#include "framework/detect.hpp"
#include "framework/tree.hpp"

#include <optional>

/// One function per language: what it makes of a folder, or nothing. A language sets `score`:
namespace tinystacks::framework {

inline constexpr int by_framework =
    100;                             ///< a framework's own files: manage.py with Django, artisan, config/application.rb
inline constexpr int by_start = 80;  ///< a manifest and how to start
inline constexpr int by_manifest = 60;    ///< a manifest and an entry file by name
inline constexpr int by_library = 40;     ///< a manifest that says nothing of a start
inline constexpr int by_tools = 25;       ///< a manifest that only holds tools: package.json of a Rails application
inline constexpr int by_stray_file = 15;  ///< server.js, main.py or index.html alone

/// `overrides` for what changes the outcome as a whole: version, framework, port. --start and --build are applied
/// behind it, to the recipe.
[[nodiscard]] std::optional<Application> detect_php(const Folder& folder, const Overrides& overrides);
[[nodiscard]] std::optional<Application> detect_go(const Folder& folder, const Overrides& overrides);
/// Java, Kotlin, Scala and, by name, Clojure.
[[nodiscard]] std::optional<Application> detect_java(const Folder& folder, const Overrides& overrides);
[[nodiscard]] std::optional<Application> detect_rust(const Folder& folder, const Overrides& overrides);
[[nodiscard]] std::optional<Application> detect_ruby(const Folder& folder, const Overrides& overrides);
[[nodiscard]] std::optional<Application> detect_elixir(const Folder& folder, const Overrides& overrides);
[[nodiscard]] std::optional<Application> detect_python(const Folder& folder, const Overrides& overrides);
[[nodiscard]] std::optional<Application> detect_deno(const Folder& folder, const Overrides& overrides);
/// C#, F#, Visual Basic.
[[nodiscard]] std::optional<Application> detect_dotnet(const Folder& folder, const Overrides& overrides);
[[nodiscard]] std::optional<Application> detect_node(const Folder& folder, const Overrides& overrides);
[[nodiscard]] std::optional<Application> detect_cpp(const Folder& folder, const Overrides& overrides);
[[nodiscard]] std::optional<Application> detect_static(const Folder& folder, const Overrides& overrides);
[[nodiscard]] std::optional<Application> detect_shell(const Folder& folder, const Overrides& overrides);
/// Languages that are known by name only: Gleam, Dart, Swift, Haskell, Crystal, Zig, Clojure and others.
[[nodiscard]] std::optional<Application> detect_by_name(const Folder& folder, const Overrides& overrides);

/// The argv of the program behind `npm run web` or `yarn start --port 80`; empty when it cannot be told, or is more
/// than that one program.
[[nodiscard]] std::vector<std::string> resolve_node_script(const Folder& folder, const std::string& command);

/// Names that --framework takes for each.
[[nodiscard]] std::vector<std::string> node_frameworks();
[[nodiscard]] std::vector<std::string> python_frameworks();

/// `web` of a Procfile, else its only process; without a Procfile the entrypoint of app.yaml. Empty when there is none.
struct Process {
    std::string command;
    Position where;
};
[[nodiscard]] std::optional<Process> find_process(const Folder& folder);

/// The words of a simple command, `VAR=1 node server.js --port 80`, without a shell. Empty when it needs one: it has
/// an operator, a substitution, a variable, or a glob.
struct SimpleCommand {
    std::vector<std::pair<std::string, std::string>> environment;
    std::vector<std::string> argv;
};
[[nodiscard]] std::optional<SimpleCommand> parse_simple_command(std::string_view text);

/// The argv of a command for CMD: itself when it is simple, else `sh -c "exec …"` so that the application is process 1.
[[nodiscard]] std::vector<std::string> to_argv(std::string_view command);

/// Caddy serving `output` (absolute in stage `from`, or relative in the build context when `from` is empty) on PORT,
/// with every unknown path answered by index.html when `single_page`.
void add_static_stage(dockerfile::Recipe& recipe, const std::string& from, const std::string& output, bool single_page);
/// How that is started, as a shell would.
inline constexpr std::string_view static_start = "caddy run --config /Caddyfile --adapter caddyfile 2>&1";
inline constexpr int static_port = 8080;

}  // namespace tinystacks::framework
