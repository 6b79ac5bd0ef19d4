#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/node_framework.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace tinystacks::framework::node {
namespace {

constexpr int usual_port = 3000;

void start_by(Plan& plan, std::vector<std::string> argv, int port = usual_port)
{
    plan.command = join(argv, " ");
    plan.argv = std::move(argv);
    plan.port = port;
}

void serve(Plan& plan, std::string output, bool single_page)
{
    plan.delivery = Delivery::files;
    plan.output = std::move(output);
    plan.single_page = single_page;
}

/// `^2.0.0` is of major 2.
int major(const std::string& version)
{
    const auto digits = find_match(version, "^[^0-9]*([0-9]{1,4})");
    return digits ? std::stoi(*digits) : 0;
}

/// Source: the Functions Framework's README: it reads PORT, and --target names what functions.http() registered.
void plan_functions(const Manifest& manifest, const Start& /*start*/, Plan& plan)
{
    const auto& folder = manifest.folder();
    const auto main = normal_path("", manifest.text({"main"})).value_or("");
    const auto file = folder.first_file({main.empty() ? "index.js" : main, "index.js", "function.js", "index.mjs"});
    const auto* text = file.empty() ? nullptr : folder.text(file);
    if (text == nullptr) {
        return;
    }
    auto target = find_match(*text, R"(\.(?:http|cloudEvent)\(\s*['"`]([\w.-]+))");
    target = target ? target : find_match(*text, R"(^exports\.(\w+)\s*=)");
    start_by(plan, {"functions-framework", "--target=" + target.value_or("function")}, 8080);
}

/// The value of --outDir and the like in the build script.
std::optional<std::string> build_option(const Manifest& manifest, const char* pattern)
{
    return find_match(manifest.script("build"), pattern);
}

void plan_next(const Manifest& manifest, const Start& start, Plan& plan)
{
    const auto config = config_text(manifest.folder(), {"next.config"});
    plan.prefix = "NEXT_PUBLIC_";
    plan.build = "next build";
    if (matches(config, R"(\boutput\s*:\s*['"`]export['"`])") ||
        (manifest.script("build").find("next export") != std::string::npos)) {
        const auto output = find_match(config, R"(\bdistDir\s*:\s*['"]([^'"]+)['"])").value_or("out");
        serve(plan, normal_path("", output).value_or("out"), false);
        return;
    }
    plan.environment = {{"HOSTNAME", "0.0.0.0"}};
    start_by(plan, {"next", "start"});
    plan.writable = {".next/cache"};
    const auto own = start.argv.empty() || start.program() == "next" || start.argv.back() == "server.js";
    if (matches(config, R"(\boutput\s*:\s*['"`]standalone['"`])") && own && !manifest.folder().has_file("server.js")) {
        plan.standalone = true;
        plan.always = true;
        plan.self_contained = true;
        plan.argv = {"node", "server.js"};
    }
}

void plan_nuxt(const Manifest& manifest, const Start& /*start*/, Plan& plan)
{
    const auto config = config_text(manifest.folder(), {"nuxt.config"});
    plan.build = "nuxt build";
    const auto old = major(manifest.version_of("nuxt")) == 2;
    if (manifest.script("build").find("generate") != std::string::npos ||
        matches(config, R"(\bpreset\s*:\s*['"]static['"])") ||
        (old && matches(config, R"(\btarget\s*:\s*['"]static)"))) {
        serve(plan, old ? "dist" : ".output/public", true);
        return;
    }
    plan.environment = {{"HOST", "0.0.0.0"}};
    if (old) {
        start_by(plan, {"nuxt", "start"});
        return;
    }
    start_by(plan, {"node", ".output/server/index.mjs"});
    plan.always = true;
    plan.artefacts = {".output"};
    plan.self_contained = true;
}

void plan_remix(const Manifest& manifest, const Start& /*start*/, Plan& plan)
{
    const auto& folder = manifest.folder();
    const auto vite = config_text(folder, {"vite.config"});
    plan.build = vite.empty() ? "remix build" : "remix vite:build";
    plan.prefix = vite.empty() ? "" : "VITE_";
    if (matches(vite, R"(\bssr\s*:\s*false\b)")) {
        serve(plan, "build/client", true);
        return;
    }
    start_by(plan, {"remix-serve", vite.empty() ? "./build/index.js" : "./build/server/index.js"});
}

void plan_react_router(const Manifest& manifest, const Start& /*start*/, Plan& plan)
{
    const auto config = config_text(manifest.folder(), {"react-router.config"});
    plan.build = "react-router build";
    plan.prefix = "VITE_";
    const auto directory = find_match(config, R"(\bbuildDirectory\s*:\s*['"]([^'"]+)['"])").value_or("build");
    if (matches(config, R"(\bssr\s*:\s*false\b)")) {
        serve(plan, normal_path("", directory).value_or("build") + "/client", true);
        return;
    }
    start_by(plan, {"react-router-serve", "./" + normal_path("", directory).value_or("build") + "/server/index.js"});
    plan.artefacts = {"package.json", normal_path("", directory).value_or("build")};
}

void plan_astro(const Manifest& manifest, const Start& /*start*/, Plan& plan)
{
    constexpr int astro_port = 4321;
    const auto config = config_text(manifest.folder(), {"astro.config"});
    const auto output = find_match(config, R"(\boutDir\s*:\s*['"]([^'"]+)['"])").value_or("dist");
    plan.build = "astro build";
    plan.prefix = "PUBLIC_";
    const auto adapted = matches(config, R"(\badapter\s*:)");
    if (!adapted && !matches(config, R"(\boutput\s*:\s*['"`](server|hybrid)['"`])")) {
        serve(plan, normal_path("", output).value_or("dist"), false);
        return;
    }
    if (adapted && config.find("@astrojs/node") == std::string::npos) {
        plan.warnings.emplace_back("Astro's adapter is not for Node: a container needs @astrojs/node");
    }
    plan.environment = {{"HOST", "0.0.0.0"}};
    start_by(plan, {"node", "./" + normal_path("", output).value_or("dist") + "/server/entry.mjs"}, astro_port);
    plan.artefacts = {"package.json", normal_path("", output).value_or("dist")};
}

void plan_sveltekit(const Manifest& manifest, const Start& /*start*/, Plan& plan)
{
    const auto config = config_text(manifest.folder(), {"svelte.config"});
    plan.build = "vite build";
    plan.prefix = "PUBLIC_";
    if (config.find("adapter-static") != std::string::npos) {
        const auto pages = find_match(config, R"(\bpages\s*:\s*['"]([^'"]+)['"])").value_or("build");
        serve(plan, normal_path("", pages).value_or("build"), matches(config, R"(\bfallback\s*:)"));
        return;
    }
    const auto out = find_match(config, R"(\bout\s*:\s*['"]([^'"]+)['"])").value_or("build");
    const auto directory = normal_path("", out).value_or("build");
    start_by(plan, {"node", directory});
    plan.artefacts = {"package.json", directory};
    if (config.find("adapter-node") == std::string::npos) {
        // adapter-auto takes adapter-node when it believes to be in that builder.
        plan.build_environment = "GCP_BUILDPACKS=true ";
        plan.warnings.emplace_back("SvelteKit's adapter is made to choose adapter-node: name @sveltejs/adapter-node in "
                                   "svelte.config.js to be sure");
    }
}

void plan_tanstack(const Manifest& manifest, const Start& /*start*/, Plan& plan)
{
    const auto& folder = manifest.folder();
    const auto config = config_text(folder, {"vite.config", "app.config"});
    const auto nitro = config.find("nitro") != std::string::npos || manifest.has("nitro") || manifest.has("vinxi") ||
                       manifest.script("start").find(".output") != std::string::npos ||
                       !config_file(folder, {"app.config"}).empty();
    plan.build = manifest.has("vinxi") ? "vinxi build" : "vite build";
    plan.prefix = "VITE_";
    plan.environment = {{"HOST", "0.0.0.0"}};
    if (nitro) {
        start_by(plan, {"node", ".output/server/index.mjs"});
        plan.artefacts = {".output"};
        plan.self_contained = true;
        return;
    }
    start_by(plan, {"srvx", "--prod", "-s", "../client", "dist/server/server.js"});
    plan.command = "npx " + plan.command;
    plan.artefacts = {"package.json", "dist"};
    if (!manifest.has_in_production("srvx")) {
        plan.warnings.emplace_back("srvx starts TanStack Start's build: add it to the dependencies to fix its version");
    }
}

void plan_nitro(const Manifest& /*manifest*/, const Start& /*start*/, Plan& plan)
{
    plan.build = plan.framework == "analog" ? "vite build" : "vinxi build";
    plan.prefix = "VITE_";
    plan.environment = {{"HOST", "0.0.0.0"}};
    const std::string base = plan.framework == "analog" ? "dist/analog" : ".output";
    start_by(plan, {"node", base + "/server/index.mjs"});
    plan.artefacts = {base};
    plan.self_contained = true;
}

const document::Entry* angular_project(const document::Node* workspace)
{
    const auto* projects = find_path(workspace, {"projects"});
    if (projects == nullptr || projects->entries.empty()) {
        return nullptr;
    }
    const auto preferred = text_at(workspace, {"defaultProject"});
    for (const auto& entry : projects->entries) {
        const auto type = text_at(&entry.value, {"projectType"});
        if (preferred.empty() ? type != "library" : entry.key == preferred) {
            return &entry;
        }
    }
    return &projects->entries.front();
}

void plan_angular(const Manifest& manifest, const Start& /*start*/, Plan& plan)
{
    constexpr int angular_port = 4000;
    plan.build = "ng build";
    const auto* project = angular_project(manifest.folder().json("angular.json"));
    const auto* targets = project == nullptr ? nullptr : find_path(&project->value, {"architect"});
    targets = targets == nullptr && project != nullptr ? find_path(&project->value, {"targets"}) : targets;
    const auto* build = find_path(targets, {"build"});
    const auto* options = find_path(build, {"options"});
    const auto builder = text_at(build, {"builder"});
    const auto fallback = "dist/" + (project == nullptr ? std::string("app") : project->key);
    auto base = text_at(options, {"outputPath"});
    base = base.empty() ? text_at(options, {"outputPath", "base"}) : base;
    base = normal_path("", base.empty() ? fallback : base).value_or(fallback);
    const auto* browser = find_path(options, {"outputPath", "browser"});
    const auto application = builder.ends_with(":application");
    if (application && find_path(options, {"ssr"}) != nullptr && text_at(options, {"outputMode"}) != "static" &&
        text_at(options, {"ssr"}) != "false") {
        start_by(plan, {"node", base + "/server/server.mjs"}, angular_port);
        plan.always = true;
        plan.artefacts = {"package.json", base};
        return;
    }
    const auto inner = browser != nullptr ? browser->text : application ? "browser" : "";
    serve(plan, inner.empty() ? base : normal_path(base, inner).value_or(base), true);
}

void plan_nest(const Manifest& manifest, const Start& start, Plan& plan)
{
    plan.build = "nest build";
    const auto out = compiled_twin(manifest.folder(), "src/main.ts");
    // A tsconfig without rootDir puts src/main.ts at dist/main.js, as long as nothing above src is compiled.
    auto file = out.empty() ? std::string("dist/main") : out.substr(0, out.rfind('.'));
    const auto production = parse_simple_command(manifest.script("start:prod"));
    if (production && production->argv.size() == 2 && production->argv.front() == "node") {
        file = production->argv[1];
    }
    (void)start;
    start_by(plan, {"node", file});
    plan.command.clear();
}

void plan_adonis(const Manifest& manifest, const Start& /*start*/, Plan& plan)
{
    constexpr int adonis_port = 3333;
    plan.build = "node ace build";
    plan.environment = {{"HOST", "0.0.0.0"}};
    const auto modern = major(manifest.version_of("@adonisjs/core")) >= 6;
    start_by(plan, {"node", modern ? "build/bin/server.js" : "build/server.js"}, adonis_port);
}

void plan_vite(const Manifest& manifest, const Start& /*start*/, Plan& plan)
{
    const auto config = config_text(manifest.folder(), {"vite.config"});
    const auto root = find_match(config, R"(\broot\s*:\s*['"]([^'"]+)['"])").value_or("");
    auto output = find_match(config, R"(\boutDir\s*:\s*['"]([^'"]+)['"])");
    if (const auto option = build_option(manifest, R"(--outDir[ =]([^\s]+))")) {
        output = option;
    }
    const auto base = normal_path("", root).value_or("");
    plan.build = "vite build";
    plan.prefix = "VITE_";
    serve(plan, normal_path(base, output.value_or("dist")).value_or("dist"), true);
}

void plan_expo(const Manifest& manifest, const Start& /*start*/, Plan& plan)
{
    const auto& folder = manifest.folder();
    const auto output = folder.has_file("app.json") ? text_at(folder.json("app.json"), {"expo", "web", "output"}) : "";
    plan.build = "expo export --platform web";
    plan.prefix = "EXPO_PUBLIC_";
    const auto directory = build_option(manifest, R"(--output-dir[ =]([^\s]+))").value_or("dist");
    serve(plan, normal_path("", directory).value_or("dist"), output.empty() || output == "single");
    if (output == "server") {
        plan.warnings.emplace_back("Expo's output 'server' has API routes: only its files are served here");
    }
}

/// Where a documentation generator's command finds its pages: `vitepress build docs`.
std::string below_source(const Manifest& manifest, const std::string& program, const std::string& output)
{
    for (const auto* const script : {"build", "docs:build", "build:docs"}) {
        const auto text = manifest.script(script);
        const auto at = text.find(program + " build ");
        if (at != std::string::npos) {
            const auto rest = trim(std::string_view(text).substr(at + program.size() + 7));
            const auto directory = std::string(rest.substr(0, rest.find_first_of(" \t&;")));
            if (!directory.starts_with('-')) {
                return normal_path(directory, output).value_or(output);
            }
        }
    }
    return manifest.folder().has_directory("docs/." + program) ? "docs/" + output : output;
}

void plan_pages(const Manifest& manifest, const Start& /*start*/, Plan& plan)
{
    const auto& name = plan.framework;
    if (name == "eleventy") {
        const auto config = config_text(manifest.folder(), {".eleventy", "eleventy.config"});
        const auto option = build_option(manifest, R"(--output[ =]([^\s]+))");
        const auto output = option ? option : find_match(config, R"(\boutput\s*:\s*['"]([^'"]+)['"])");
        plan.build = "eleventy";
        serve(plan, normal_path("", output.value_or("_site")).value_or("_site"), false);
    } else if (name == "vitepress" || name == "vuepress") {
        plan.build = name + " build";
        serve(plan, below_source(manifest, name, "." + name + "/dist"), false);
    } else if (name == "gatsby") {
        plan.build = "gatsby build";
        plan.prefix = "GATSBY_";
        serve(plan, "public", false);
    } else if (name == "hexo") {
        plan.build = "hexo generate";
        serve(plan, "public", false);
    } else {
        plan.build = "docusaurus build";
        serve(plan, "build", false);
    }
}

void plan_single_page(const Manifest& manifest, const Start& /*start*/, Plan& plan)
{
    if (plan.framework == "vue-cli") {
        const auto config = config_text(manifest.folder(), {"vue.config"});
        plan.build = "vue-cli-service build";
        plan.prefix = "VUE_APP_";
        const auto output = find_match(config, R"(\boutputDir\s*:\s*['"]([^'"]+)['"])").value_or("dist");
        serve(plan, normal_path("", output).value_or("dist"), true);
        return;
    }
    plan.build = "react-scripts build";
    plan.prefix = "REACT_APP_";
    serve(plan, "build", true);
}

/// Content systems and the like, whose own command starts them.
void plan_own(const Manifest& /*manifest*/, const Start& /*start*/, Plan& plan)
{
    constexpr int directus_port = 8055;
    constexpr int strapi_port = 1337;
    constexpr int medusa_port = 9000;
    const std::map<std::string, int> ports = {
        {"directus", directus_port}, {"strapi", strapi_port}, {"medusa", medusa_port}};
    const auto port = ports.find(plan.framework);
    plan.build = plan.framework == "directus" ? "" : plan.framework + " build";
    plan.environment = {{"HOST", "0.0.0.0"}};
    start_by(plan,
             {plan.framework == "redwood" ? "rw" : plan.framework, plan.framework == "redwood" ? "serve" : "start"},
             port == ports.end() ? usual_port : port->second);
}

void plan_qwik(const Manifest& /*manifest*/, const Start& /*start*/, Plan& plan)
{
    plan.build = "qwik build";
    plan.prefix = "PUBLIC_";
    start_by(plan, {"node", "server/entry.express"});
}

}  // namespace

void plan_bundle(const Manifest& manifest, Plan& plan)
{
    struct Bundler {
        const char* build;
        const char* output;  ///< usual
    };
    constexpr std::array<Bundler, 5> bundlers = {{{R"(\bparcel build\b)", "dist"},
                                                  {R"(\bwebpack\b)", "dist"},
                                                  {R"(\bember build\b)", "dist"},
                                                  {R"(\brsbuild build\b)", "dist"},
                                                  {R"(\b(?:storybook build|build-storybook)\b)", "storybook-static"}}};
    const auto& folder = manifest.folder();
    const auto page = folder.first_file({"index.html", "src/index.html", "public/index.html", "app/index.html"});
    for (const auto& bundler : bundlers) {
        if (!matches(manifest.script("build"), bundler.build) ||
            (page.empty() && !folder.has_directory(".storybook") && !folder.has_file("ember-cli-build.js"))) {
            continue;
        }
        const auto said = build_option(manifest, R"((?:--dist-dir|--out-dir|--output-path|-o|-d)[= ]['"]?([^\s'"]+))");
        serve(plan, normal_path("", said.value_or(bundler.output)).value_or(bundler.output), true);
        plan.evidence = {manifest.where({"scripts", "build"}), "the build makes files, and nothing serves them"};
        return;
    }
}

void complete_plan(const Manifest& manifest, const Start& start, Plan& plan)
{
    using Complete = void (*)(const Manifest&, const Start&, Plan&);
    static const std::map<std::string_view, Complete> completions = {{"functions-framework", plan_functions},
                                                                     {"next", plan_next},
                                                                     {"nuxt", plan_nuxt},
                                                                     {"remix", plan_remix},
                                                                     {"astro", plan_astro},
                                                                     {"react-router", plan_react_router},
                                                                     {"sveltekit", plan_sveltekit},
                                                                     {"tanstack-start", plan_tanstack},
                                                                     {"solid-start", plan_nitro},
                                                                     {"analog", plan_nitro},
                                                                     {"angular", plan_angular},
                                                                     {"nest", plan_nest},
                                                                     {"adonis", plan_adonis},
                                                                     {"vite", plan_vite},
                                                                     {"expo", plan_expo},
                                                                     {"eleventy", plan_pages},
                                                                     {"vitepress", plan_pages},
                                                                     {"vuepress", plan_pages},
                                                                     {"gatsby", plan_pages},
                                                                     {"hexo", plan_pages},
                                                                     {"docusaurus", plan_pages},
                                                                     {"cra", plan_single_page},
                                                                     {"vue-cli", plan_single_page},
                                                                     {"qwik", plan_qwik}};
    const auto found = completions.find(plan.framework);
    (found == completions.end() ? plan_own : found->second)(manifest, start, plan);
}

}  // namespace tinystacks::framework::node
