#include "framework/detail/node_framework.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework::node {
namespace {

/// A framework with a build or a command of its own.
struct Marker {
    std::string_view name;
    std::array<std::string_view, 3> dependencies;
    std::string_view program;  ///< what its scripts call
    std::string_view config;   ///< its configuration, without ending
};

/// What is built on another comes before it.
constexpr std::array<Marker, 29> markers = {
    {{"functions-framework", {"@google-cloud/functions-framework"}, "functions-framework", "-"},
     {"redwood", {"@redwoodjs/core"}, "rw", "redwood"},
     {"blitz", {"blitz"}, "blitz", "blitz.config"},
     {"strapi", {"@strapi/strapi", "strapi"}, "strapi", "config/server"},
     {"keystone", {"@keystone-6/core", "@keystone-next/keystone"}, "keystone", "keystone"},
     {"medusa", {"@medusajs/medusa"}, "medusa", "medusa-config"},
     {"directus", {"directus"}, "directus", "-"},
     {"tanstack-start", {"@tanstack/react-start", "@tanstack/solid-start", "@tanstack/start"}, "vinxi", "app.config"},
     {"solid-start", {"@solidjs/start"}, "vinxi", "app.config"},
     {"qwik", {"@builder.io/qwik-city", "@qwik.dev/router"}, "qwik", "-"},
     {"analog", {"@analogjs/platform"}, "ng", "-"},
     {"nuxt", {"nuxt", "nuxt3", "nuxt-edge"}, "nuxt", "nuxt.config"},
     {"sveltekit", {"@sveltejs/kit"}, "svelte-kit", "svelte.config"},
     {"remix", {"@remix-run/dev", "@remix-run/serve", "@remix-run/react"}, "remix", "remix.config"},
     {"react-router", {"@react-router/dev", "@react-router/serve"}, "react-router", "react-router.config"},
     {"next", {"next"}, "next", "next.config"},
     {"astro", {"astro"}, "astro", "astro.config"},
     {"docusaurus", {"@docusaurus/core"}, "docusaurus", "docusaurus.config"},
     {"vitepress", {"vitepress"}, "vitepress", "-"},
     {"vuepress", {"vuepress"}, "vuepress", "-"},
     {"eleventy", {"@11ty/eleventy"}, "eleventy", ".eleventy"},
     {"gatsby", {"gatsby"}, "gatsby", "gatsby-config"},
     {"hexo", {"hexo"}, "hexo", "-"},
     {"angular", {"@angular/core"}, "ng", "-"},
     {"adonis", {"@adonisjs/core"}, "ace", "adonisrc"},
     {"cra", {"react-scripts", "react-app-rewired", "react-scripts-ts"}, "react-scripts", "craco.config"},
     {"vue-cli", {"@vue/cli-service"}, "vue-cli-service", "vue.config"},
     {"expo", {"expo"}, "expo", "app.config"},
     {"vite", {"vite"}, "vite", "vite.config"}}};

/// Libraries that listen, told by who imports them. Those that bring another of them come first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> libraries = {
    {{"nest", "@nestjs/core"},
     {"feathers", "@feathersjs/express"},
     {"loopback", "@loopback/rest"},
     {"sails", "sails"},
     {"fastify", "fastify"},
     {"hapi", "@hapi/hapi"},
     {"hapi", "hapi"},
     {"koa", "koa"},
     {"hono", "hono"},
     {"elysia", "elysia"},
     {"restify", "restify"},
     {"polka", "polka"},
     {"express", "express"},
     {"express", "ultimate-express"}}};

bool has_pages(const Folder& folder)
{
    return std::ranges::any_of(std::array<const char*, 4>{"pages", "app", "src/pages", "src/app"},
                               [&](const auto* name) { return folder.has_directory(name); });
}

/// Whether more than a dependency's name speaks for the framework.
bool is_used(const Marker& marker, const Manifest& manifest, const Manifest& shared)
{
    const auto& folder = manifest.folder();
    const auto depends = std::ranges::any_of(marker.dependencies, [&](auto dependency) {
        return !dependency.empty() && (manifest.has(dependency) || shared.has(dependency));
    });
    if (!depends) {
        return false;
    }
    if (marker.name == "cra") {
        return !config_file(folder, {std::string(marker.config)}).empty() ||
               std::ranges::any_of(std::array{"react-scripts", "react-app-rewired", "craco", "react-scripts-ts"},
                                   [&](const auto* program) { return manifest.script_mentions(program); });
    }
    if (marker.name == "angular") {
        return folder.has_file("angular.json") || manifest.script_mentions("ng");
    }
    if (marker.name == "expo") {
        return manifest.has("react-native-web") || manifest.script_mentions("expo");
    }
    if (marker.name == "vite" || marker.name == "vitepress" || marker.name == "vuepress") {
        return manifest.script_mentions(marker.program) ||
               (marker.name == "vite" && !config_file(folder, {"vite.config"}).empty() &&
                folder.has_file("index.html"));
    }
    return manifest.script_mentions(marker.program) || manifest.script_mentions("vinxi") ||
           !config_file(folder, {std::string(marker.config)}).empty() || (marker.name == "next" && has_pages(folder)) ||
           (marker.name != "next" && marker.name != "cra" && marker.name != "gatsby" &&
            std::ranges::any_of(marker.dependencies,
                                [&](auto dependency) { return !dependency.empty() && manifest.has(dependency); }));
}

const Marker* find_marker(const Manifest& manifest, const Manifest& shared, const std::string& forced)
{
    const auto found = std::ranges::find_if(markers, [&](const Marker& marker) {
        return forced.empty() ? is_used(marker, manifest, shared) : marker.name == forced;
    });
    return found == markers.end() ? nullptr : &*found;
}

Evidence evidence_of(const Manifest& manifest, std::string_view dependency, const std::string& rule)
{
    for (const std::string_view kind : {"dependencies", "devDependencies", "optionalDependencies"}) {
        if (manifest.at({kind, dependency}) != nullptr) {
            return {manifest.where({kind, dependency}), rule};
        }
    }
    return {manifest.where({}), rule};
}

/// The library that the code imports; its name alone among the dependencies does when no code can be seen.
void find_library(const Manifest& manifest, const Manifest& shared, const Start& start, const Sources& sources,
                  const std::string& forced, Plan& plan)
{
    constexpr int usual_port = 3000;
    if (start.program() == "fastify" && forced.empty()) {
        plan.framework = "fastify";
        plan.port = usual_port;
        plan.environment = {{"FASTIFY_ADDRESS", "0.0.0.0"}};
        plan.evidence = {manifest.where({"scripts", "start"}), "fastify's own program starts it"};
        return;
    }
    for (const auto& [name, dependency] : libraries) {
        const auto package = std::string(dependency);
        const auto depends = manifest.has(package) || shared.has(package);
        const auto file = sources.importer(package);
        if (forced.empty() ? !depends || (file.empty() && sources.complete() && !sources.empty()) : forced != name) {
            continue;
        }
        plan.framework = name;
        plan.port = usual_port;
        plan.evidence = file.empty()
                            ? evidence_of(manifest, dependency, fmt::format("depends on {}", dependency))
                            : Evidence{{manifest.folder().in_tree(file), 0, 0}, fmt::format("imports {}", dependency)};
        return;
    }
}

/// A start that has nothing to do with the framework's own: `node server.js` beside a vite.config.ts.
bool is_custom(const Start& start, const Marker& marker)
{
    if (!start.found() || start.serves_files || is_development(start.argv) || start.program() == marker.program) {
        return false;
    }
    constexpr std::array<std::string_view, 8> by_files = {"vite", "cra",      "vue-cli", "angular",
                                                          "expo", "eleventy", "gatsby",  "docusaurus"};
    return std::ranges::find(by_files, marker.name) != by_files.end();
}

}  // namespace

bool has_framework(const Manifest& manifest)
{
    return find_marker(manifest, manifest, {}) != nullptr;
}

Plan find_plan(const Manifest& manifest, const Manifest& shared, const Start& start, const Sources& sources,
               const std::string& forced)
{
    Plan plan;
    const auto* marker = find_marker(manifest, shared, forced);
    const auto custom = marker != nullptr && forced.empty() && is_custom(start, *marker);
    if (marker != nullptr && !custom) {
        plan.framework = marker->name;
        for (const auto dependency : marker->dependencies) {
            if (!dependency.empty() && (manifest.has(dependency) || shared.has(dependency))) {
                plan.evidence = evidence_of(manifest.has(dependency) ? manifest : shared, dependency,
                                            fmt::format("depends on {} and uses it", dependency));
                break;
            }
        }
        complete_plan(manifest, start, plan);
        return plan;
    }
    find_library(manifest, shared, start, sources, forced == "node" ? "" : forced, plan);
    if (plan.framework == "none" && custom && marker->name != "vite") {
        plan.framework = marker->name;
        plan.evidence = {manifest.where({"scripts", "start"}), "its files are served by the start script"};
    }
    if (plan.framework == "nest") {
        complete_plan(manifest, start, plan);
    }
    if (plan.framework == "none" && (start.development || !start.found())) {
        plan_bundle(manifest, plan);
    }
    return plan;
}

}  // namespace tinystacks::framework::node

namespace tinystacks::framework {

std::vector<std::string> node_frameworks()
{
    return {"express",   "fastify",    "koa",       "hapi",     "hono",     "polka",    "restify", "nest",
            "feathers",  "loopback",   "sails",     "elysia",   "next",     "nuxt",     "remix",   "react-router",
            "sveltekit", "astro",      "angular",   "cra",      "vite",     "gatsby",   "expo",    "tanstack-start",
            "adonis",    "docusaurus", "vitepress", "vuepress", "eleventy", "hexo",     "vue-cli", "solid-start",
            "qwik",      "analog",     "strapi",    "keystone", "medusa",   "directus", "redwood", "blitz"};
}

}  // namespace tinystacks::framework
