#include "framework/detail/languages.hpp"

#include "base/text.hpp"

namespace tinystacks::framework {
namespace {

/// A supported line of Caddy; dated 2026-11-30.
constexpr std::string_view caddy = "caddy:2.10-alpine";

/// Source: Caddy's documentation, "Caddyfile" and "Common patterns".
std::vector<std::string> caddyfile(bool single_page)
{
    std::vector<std::string> lines = {"{", "admin off", "auto_https off", "persist_config off", "}",
                                      fmt::format(":{{$PORT:{}}} {{", static_port), "root * /srv", "encode gzip",
                                      // try_files would rewrite /health before `respond` sees it: Caddy sorts
                                      // directives by its own order.
                                      "handle /health {", "respond 200", "}", "handle {"};
    if (single_page) {
        lines.emplace_back("try_files {path} /index.html");
    } else {
        lines.emplace_back("try_files {path} {path}.html {path}/index.html =404");
    }
    lines.insert(lines.end(), {"file_server", "}", "}"});
    return lines;
}

}  // namespace

void add_static_stage(dockerfile::Recipe& recipe, const std::string& from, const std::string& output, bool single_page)
{
    std::string print = "printf '%s\\n'";
    for (const auto& line : caddyfile(single_page)) {
        // Caddy's own variable, which the shell of the build leaves alone.
        const auto own = line.find("{$PORT:") != std::string::npos;
        print += " " + (own ? fmt::format("\":{{\\$PORT:{}}} {{\"", static_port) : shell_quote_always(line));
    }
    dockerfile::Stage stage;
    stage.image = caddy;
    stage.directory = "/srv";
    stage.steps = {
        dockerfile::Environment{{{"XDG_CONFIG_HOME", "/tmp"}, {"XDG_DATA_HOME", "/tmp"}}},
        dockerfile::Run{
            {print + " > /Caddyfile"}, {}, single_page ? "paths that are no file belong to the single page" : ""},
        dockerfile::Copy{{output.empty() ? "." : output}, "/srv/", from, ""},
    };
    recipe.stages.push_back(std::move(stage));
    recipe.port = static_port;
    recipe.health = dockerfile::wget_health(static_port, "/health");
    recipe.command = {"caddy", "run", "--config", "/Caddyfile", "--adapter", "caddyfile"};
}

}  // namespace tinystacks::framework
