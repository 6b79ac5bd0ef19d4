#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/native.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

/// Programs that scripts call and a slim Debian lacks, with their packages.
struct Tool {
    std::string_view program;
    std::string_view package;
};
constexpr std::array<Tool, 16> tools = {{{"curl", "curl"},
                                         {"wget", "wget"},
                                         {"jq", "jq"},
                                         {"git", "git"},
                                         {"python3", "python3"},
                                         {"perl", "perl"},
                                         {"nc", "netcat-openbsd"},
                                         {"ncat", "ncat"},
                                         {"socat", "socat"},
                                         {"openssl", "openssl"},
                                         {"unzip", "unzip"},
                                         {"zip", "zip"},
                                         {"rsync", "rsync"},
                                         {"psql", "postgresql-client"},
                                         {"sqlite3", "sqlite3"},
                                         {"ssh", "openssh-client"}}};

/// start.sh and its relatives; any other script may be anything.
std::string find_script(const Folder& folder)
{
    return folder.first_file({"start.sh", "run.sh", "entrypoint.sh", "docker-entrypoint.sh", "main.sh", "app.sh",
                              "server.sh", "bin/start.sh", "scripts/start.sh"});
}

/// Of the shebang, `sh` without one. Source: execve(2), "Interpreter scripts".
std::string interpreter_of(const std::string& text)
{
    const auto line = text.substr(0, text.find('\n'));
    const auto program = find_match(line, R"(^#!\s*(?:\S*/env\s+(?:-\S+\s+)*)?(\S+))");
    const auto name = program ? std::string(base_name(trim(*program))) : std::string("sh");
    constexpr std::array<std::string_view, 6> known = {"sh", "bash", "zsh", "dash", "ksh", "fish"};
    return std::ranges::find(known, name) == known.end() ? std::string("sh") : name;
}

std::vector<std::string> packages_for(const std::string& text, const std::string& interpreter)
{
    std::vector<std::string> packages;
    if (interpreter == "zsh" || interpreter == "ksh" || interpreter == "fish") {
        packages.push_back(interpreter);
    }
    bool network = false;
    for (const auto line : split(text, '\n')) {
        if (trim(line).starts_with('#')) {
            continue;
        }
        for (auto& word :
             find_matches(line, R"((?:^|[|;&(`!]|\b(?:then|do|exec|sudo|else)\b)\s*([a-z][a-z0-9]+)(?:\s|$))")) {
            const auto* tool = std::ranges::find(tools, std::string_view(word), &Tool::program);
            if (tool != tools.end() && std::ranges::find(packages, tool->package) == packages.end()) {
                packages.emplace_back(tool->package);
                network |= tool->program == "curl" || tool->program == "wget" || tool->program == "git";
            }
        }
    }
    if (network) {
        packages.emplace_back("ca-certificates");
    }
    return packages;
}

void start_script(const Folder& folder, const std::string& script, const Overrides& overrides, Application& application)
{
    const auto* text = folder.text(script);
    const auto interpreter = text == nullptr ? std::string("sh") : interpreter_of(*text);
    application.entry = script;
    application.start_command = interpreter + " " + shell_quote(script);
    see(application, folder, script, 1, fmt::format("a shell script, run by {} as its first line says", interpreter));
    if (text != nullptr) {
        application.run_packages = packages_for(*text, interpreter);
    }
    auto& recipe = application.recipe;
    // With its path, as the shell's own first line would name it.
    recipe.command = {"/usr/bin/" + interpreter, script.find('/') == std::string::npos ? script : "./" + script};
    Listening listening;
    if (text != nullptr) {
        look_for_port(listening, *text, R"(\$\{?PORT\b|\b(?:nc|ncat)\s+-\w*l|socat\s.*LISTEN|http\.server)");
        listening.reads_port |= matches(*text, R"(\$\{?PORT\b)");
    }
    serve_on(application, overrides, listening, 8080);
}

}  // namespace

std::optional<Application> detect_shell(const Folder& folder, const Overrides& overrides)
{
    const auto script = find_script(folder);
    if (script.empty()) {
        return std::nullopt;
    }
    Application application;
    application.language = "shell";
    application.score = by_stray_file;
    application.runtime.name = "debian";
    application.runtime.release = "bookworm";
    start_script(folder, script, overrides, application);
    dockerfile::Stage stage;
    stage.image = debian_slim;
    stage.packages = application.run_packages;
    stage.steps = {dockerfile::Copy{{"."}, ".", "", ""}};
    application.recipe.stages.push_back(std::move(stage));
    return application;
}

}  // namespace tinystacks::framework
