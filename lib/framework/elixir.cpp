#include "base/text.hpp"
#include "framework/detail/elixir_recipe.hpp"
#include "framework/detail/elixir_version.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"
#include "framework/pin.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tinystacks::framework {
namespace {

constexpr int phoenix_port = 4000;
constexpr int https_port = 443;  ///< of links, not of the listener
constexpr int highest_port = 65535;
constexpr std::size_t most_texts = 40;

struct Search {
    const Folder& folder;
    const Overrides& overrides;
    ElixirPlan plan;
    Application application;
    std::vector<std::string> sources;
    std::string code;   ///< mix.exs without its comments
    std::string named;  ///< the application it names

    [[nodiscard]] const std::string& text(std::string_view file) const
    {
        static const std::string none;
        const auto* found = folder.text(file);
        return found == nullptr ? none : *found;
    }
    void note(std::string_view file, std::string rule, std::size_t line = 1)
    {
        application.evidence.push_back({{folder.in_tree(file), line, 1}, std::move(rule)});
    }
};

std::string without_comments(std::string_view text)
{
    std::string code;
    for (const auto line : split(text, '\n')) {
        if (!trim(line).starts_with('#')) {
            code += std::string(line) + "\n";
        }
    }
    return code;
}

std::vector<std::string> find_sources(const Folder& folder)
{
    std::vector<std::string> sources = {"config/runtime.exs", "config/prod.exs", "config/releases.exs"};
    auto files = folder.find_files(".ex", 2000);
    std::erase_if(files, [](const std::string& name) {
        return !name.starts_with("lib/") && !name.starts_with("apps/") && !name.starts_with("web/");
    });
    // What listens is called so; the rest by its place.
    const auto others = std::ranges::stable_partition(files, [](const std::string& name) {
        return name.ends_with("application.ex") || name.ends_with("endpoint.ex") || name.ends_with("router.ex") ||
               name.ends_with("server.ex") || name.ends_with("app.ex");
    });
    const auto listening = static_cast<std::size_t>(others.begin() - files.begin());
    for (std::size_t at = 0; at < files.size() && sources.size() < most_texts; ++at) {
        if (at < listening || std::ranges::count(files[at], '/') <= 2) {
            sources.push_back(std::move(files[at]));
        }
    }
    return sources;
}

bool has_dependency(const std::string& code, const char* pattern)
{
    return matches(code, pattern);
}

void find_members(Search& search)
{
    const auto apps = find_match(search.code, R"re(apps_path:\s*"([\w./-]+)")re");
    if (!apps || apps->find("..") != std::string::npos) {
        return;
    }
    for (const auto name : search.folder.child(*apps).directories()) {
        const auto member = fmt::format("{}/{}", *apps, name);
        if (search.folder.has_file(member + "/mix.exs")) {
            search.plan.members.push_back(member);
        }
    }
}

void find_path_inputs(Search& search)
{
    for (auto& path : find_matches(search.code, R"re(\bpath:\s*"([\w./-]+)")re")) {
        path = path.starts_with("./") ? path.substr(2) : path;
        if (path.find("..") == std::string::npos && !path.starts_with('/') && search.folder.has_directory(path)) {
            search.plan.path_inputs.push_back(std::move(path));
        }
    }
}

void find_framework(Search& search)
{
    constexpr const char* dependency = R"(\{\s*:phoenix\s*,)";
    auto& application = search.application;
    auto named = std::string(has_dependency(search.code, dependency) ? "mix.exs" : "");
    for (const auto& member : search.plan.members) {
        if (named.empty() && matches(search.text(member + "/mix.exs"), dependency)) {
            named = member + "/mix.exs";
        }
    }
    const auto endpoint = std::ranges::find_if(
        search.sources, [&](const auto& file) { return matches(search.text(file), R"(use\s+Phoenix\.Endpoint)"); });
    if (search.overrides.framework == "phoenix" || (!named.empty() && endpoint != search.sources.end())) {
        application.framework = "phoenix";
        search.note(named.empty() ? "mix.exs" : named, "depends on :phoenix", line_of(search.text(named), ":phoenix"));
        if (endpoint != search.sources.end()) {
            search.note(*endpoint, "its endpoint", line_of(search.text(*endpoint), "Phoenix.Endpoint"));
        }
    }
}

/// The name `mix release` gives: of `releases:`, else of the application.
void find_release_name(Search& search)
{
    auto& plan = search.plan;
    auto released = find_match(search.code, R"re(\breleases:\s*\[\s*"?(\w+)"?:)re");
    if (!released && matches(search.code, R"(\breleases:\s*releases\(\))")) {
        released = find_match(search.code, R"re(defp?\s+releases(?:\(\))?\s*(?:do|,\s*do:)\s*\[\s*"?(\w+)"?:)re");
    }
    search.named = find_match(search.code, R"(\bapp:\s*:"?(\w+))").value_or("");
    if (search.named.empty()) {
        if (const auto attribute = find_match(search.code, R"(\bapp:\s*@(\w+))")) {
            for (const auto line : split(search.code, '\n')) {
                if (trim(line).starts_with("@" + *attribute + " ")) {
                    search.named = find_match(line, R"(:(\w+))").value_or("");
                    break;
                }
            }
        }
    }
    plan.release = released.value_or(search.named);
    plan.is_usual = !released && !matches(search.code, R"(\breleases:)");
    const auto& application = search.application;
    plan.escript = !released && matches(search.code, R"(\bescript:)") && !matches(search.code, R"(\bmod:\s*\{)") &&
                   application.framework == "none";
}

std::optional<int> port_in(const std::string& text, const char* pattern)
{
    const auto found = find_match(text, pattern);
    int port = 0;
    if (found) {
        std::from_chars(found->data(), found->data() + found->size(), port);
    }
    return port > 0 && port <= highest_port ? std::optional(port) : std::nullopt;
}

/// The default of PORT, else a literal where a web server is started.
std::optional<int> listening_port(const Search& search)
{
    constexpr const char* server = R"(Cowboy|Bandit|Endpoint|cowboy|gen_tcp|ThousandIsland)";
    for (const auto& file : search.sources) {
        if (auto port = port_in(search.text(file), R"(get_env\(\s*"PORT"\s*(?:,|\)\s*\|\|)\s*"?(\d{2,5}))")) {
            return port;
        }
    }
    for (const auto& file : search.sources) {
        const auto& text = search.text(file);
        if (const auto port = port_in(text, R"(\bport:\s*(\d{2,5})\b)");
            port && *port != https_port && !file.starts_with("config/") && matches(text, server)) {
            return port;
        }
    }
    return std::nullopt;
}

void find_port(Search& search)
{
    auto& application = search.application;
    application.port = application.framework == "phoenix" ? phoenix_port : 0;
    if (const auto port = listening_port(search)) {
        application.port = *port;
    }
    if (search.overrides.port != 0) {
        application.port = search.overrides.port;
    }
    for (const auto& file : search.sources) {
        if (const auto route =
                find_match(search.text(file), R"re(^\s*get\s*\(?\s*"(/(?:up|healthz?|ping|_health))")re")) {
            search.plan.health = *route;
            break;
        }
    }
}

/// Source: the tasks that `mix phx.new` writes, by generation.
void find_assets(Search& search)
{
    auto& plan = search.plan;
    auto& application = search.application;
    std::string code = search.code;
    for (const auto& member : plan.members) {
        code += search.text(member + "/mix.exs");
    }
    if (search.folder.has_file("assets/package.json")) {
        plan.front =
            find_front_end(search.folder.child("assets"), search.overrides.package_manager, application.warnings);
    }
    if (matches(code, R"("?assets\.deploy"?:)")) {
        if (matches(code, R"("?assets\.setup"?:)")) {
            plan.assets.emplace_back("mix assets.setup");
        }
        plan.assets.emplace_back("mix assets.deploy");
    } else if (application.framework == "phoenix" && plan.front) {
        const auto deploy = plan.front->dependencies.find("\"deploy\"") != std::string::npos;
        if (deploy || !plan.front->build.empty()) {
            plan.assets.push_back(deploy ? "npm run deploy --prefix ./assets"
                                         : in_directory(plan.front->build, "./assets"));
        }
        plan.assets.emplace_back("mix phx.digest");
    } else if (application.framework == "phoenix" && search.folder.has_directory("priv/static")) {
        plan.assets.emplace_back("mix phx.digest");
    }
}

void warn_of_the_rest(Search& search)
{
    auto& application = search.application;
    if (!search.folder.has_file("mix.lock") && matches(search.code, R"(\{\s*:\w+\s*,)")) {
        application.warnings.emplace_back("there is no mix.lock: each build takes the newest packages that fit");
    }
    if (application.framework == "phoenix") {
        application.warnings.emplace_back("it needs SECRET_KEY_BASE and PHX_HOST when it runs");
        if (!search.folder.has_file("config/runtime.exs") && !search.folder.has_file("config/releases.exs")) {
            application.warnings.emplace_back("there is no config/runtime.exs: what the configuration reads from the "
                                              "environment is read at the build");
        }
    }
    if (!search.folder.has_directory("priv/repo/migrations")) {
        return;
    }
    const auto release = std::ranges::any_of(search.folder.find_files("release.ex", 10),
                                             [](const auto& file) { return file.starts_with("lib/"); });
    application.warnings.push_back(
        release ? fmt::format("migrations belong into a release step, not the start: the module of lib/…/release.ex, "
                              "by bin/{} eval",
                              search.plan.release)
                : "migrations belong into a release step, not the start; mix is not in the image, and no module of the "
                  "release migrates (mix phx.gen.release writes one)");
}

void find_start(Search& search)
{
    auto& application = search.application;
    auto& plan = search.plan;
    if (!plan.members.empty() && plan.release == search.named && search.named.empty()) {
        std::vector<std::string> answers;
        for (const auto& member : plan.members) {
            answers.push_back("--root " + shell_quote(member));
        }
        application.questions.push_back({"an umbrella whose mix.exs names no release: which one?", answers});
        return;
    }
    if (plan.release.empty()) {
        application.questions.push_back({"mix.exs names no application", {"--start COMMAND"}});
        return;
    }
    application.entry = plan.release;
    const auto program =
        plan.escript ? "/app/" + plan.release : fmt::format("/app/_build/prod/rel/{0}/bin/{0}", plan.release);
    application.recipe.command = {program};
    if (!plan.escript) {
        application.recipe.command.emplace_back("start");
    }
    application.start_command = join(application.recipe.command, " ");
}

/// One script without Mix.
std::optional<Application> detect_script(const Folder& folder, const Overrides& overrides)
{
    std::vector<std::string> scripts;
    for (const auto name : folder.files()) {
        if ((name.ends_with(".exs") || name.ends_with(".ex")) && !name.starts_with('.')) {
            scripts.emplace_back(name);
        }
    }
    if (scripts.size() != 1) {
        return std::nullopt;
    }
    Search search{folder, overrides, {}, {}, {scripts.front()}, {}, {}};
    auto& application = search.application;
    application.language = "elixir";
    search.note(scripts.front(), "the only script");
    application.runtime = choose_elixir(folder, overrides, search.text("mix.exs"), application.warnings);
    search.plan.erlang = choose_erlang(folder, application.runtime, application.warnings);
    application.port = port_in(search.text(scripts.front()), R"(\bport:\s*(\d{2,5})\b)").value_or(0);
    application.entry = scripts.front();
    application.start_command = "elixir " + shell_quote(scripts.front());
    application.recipe.command = {"elixir", scripts.front()};
    application.score = by_stray_file;
    search.plan.script = scripts.front();
    plan_elixir_image(folder, overrides, search.plan, application);
    return std::move(application);
}

}  // namespace

std::optional<Application> detect_elixir(const Folder& folder, const Overrides& overrides)
{
    if (!folder.has_file("mix.exs")) {
        return detect_script(folder, overrides);
    }
    Search search{folder, overrides, {}, {}, find_sources(folder), {}, {}};
    auto& application = search.application;
    search.code = without_comments(search.text("mix.exs"));
    application.language = "elixir";
    application.package_manager = "mix";
    search.note("mix.exs", "Mix's project");
    application.runtime = choose_elixir(folder, overrides, search.text("mix.exs"), application.warnings);
    search.plan.erlang = choose_erlang(folder, application.runtime, application.warnings);
    find_members(search);
    find_path_inputs(search);
    find_framework(search);
    find_release_name(search);
    find_start(search);
    find_port(search);
    find_assets(search);
    warn_of_the_rest(search);
    application.variables =
        variables_in(search.folder, search.sources, R"re((?:get_env|fetch_env!?)\(\s*"([A-Z][A-Z0-9_]*)")re");
    const auto runs = matches(search.code, R"(\bmod:\s*\{)") || !search.plan.members.empty() || search.plan.escript;
    application.score = application.framework == "phoenix" ? by_framework : runs ? by_start : by_library;
    if (!search.plan.release.empty()) {
        plan_elixir_image(folder, overrides, search.plan, application);
    }
    return std::move(application);
}

}  // namespace tinystacks::framework
