#include "framework/detail/node_image.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework::node {
namespace {

using dockerfile::Copy;
using dockerfile::Environment;
using dockerfile::Run;

std::string in_image(const Findings& found, const std::string& path)
{
    return "/app/" + (found.directory.empty() ? "" : found.directory + "/") + path;
}

void copy_standalone(const Findings& found, dockerfile::Stage& stage)
{
    stage.steps.emplace_back(
        Copy{{in_image(found, ".next/standalone")}, "/app/", "build", "Next's own server and what it needs"});
    stage.steps.emplace_back(Copy{{in_image(found, ".next/static")}, in_image(found, ".next/static/"), "build", ""});
    if (found.manifest.folder().has_directory("public")) {
        stage.steps.emplace_back(Copy{{in_image(found, "public")}, in_image(found, "public/"), "build", ""});
    }
}

/// What crosses over from the build.
void copy_artefacts(const Findings& found, dockerfile::Stage& stage)
{
    const auto& plan = found.plan;
    if (plan.standalone) {
        copy_standalone(found, stage);
        return;
    }
    const auto planned = found.start.argv == plan.argv && !plan.artefacts.empty();
    if (!planned || (!found.directory.empty() && !plan.self_contained)) {
        stage.steps.emplace_back(Copy{{"/app"}, "/app/", "build", ""});
        return;
    }
    for (const auto& artefact : plan.artefacts) {
        const auto file = artefact == "package.json";
        stage.steps.emplace_back(
            Copy{{in_image(found, artefact)}, in_image(found, file ? "" : artefact + "/"), "build", ""});
    }
    if (!plan.self_contained) {
        stage.steps.emplace_back(Copy{{"/app/node_modules"}, "/app/node_modules/", "build", ""});
    }
}

/// A program of a dependency is found by name.
bool needs_path(const std::vector<std::string>& argv)
{
    return !argv.empty() && argv.front() != "node" && argv.front() != "bun" && argv.front().find('/') != 0;
}

Environment run_environment(const Findings& found)
{
    Environment environment;
    environment.variables.emplace_back("NODE_ENV", "production");
    const auto add = [&](const std::pair<std::string, std::string>& variable) {
        if (std::ranges::none_of(environment.variables,
                                 [&](const auto& each) { return each.first == variable.first; }) &&
            variable.first != "PORT" && !names_a_secret(variable.first)) {
            environment.variables.push_back(variable);
        }
    };
    for (const auto& variable : found.plan.environment) {
        add(variable);
    }
    for (const auto& variable : found.start.environment) {
        add(variable);
    }
    if (found.manifest.has("puppeteer")) {
        add({"PUPPETEER_EXECUTABLE_PATH", "/usr/bin/chromium"});
    }
    if (found.manifest.has("playwright")) {
        add({"PLAYWRIGHT_BROWSERS_PATH", "/opt/browsers"});
    }
    const auto shell = !found.start.argv.empty() && found.start.argv.front() == "/bin/sh";
    if (needs_path(found.start.argv) || shell) {
        const auto own = found.directory.empty() ? "" : "/app/" + found.directory + "/node_modules/.bin:";
        add({"PATH", own + "/app/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"});
    }
    return environment;
}

dockerfile::Health health_of(const Findings& found, int port)
{
    constexpr int first_with_fetch = 18;
    if (port == 0) {
        return {{}, 0, "nothing listens on a port"};
    }
    const auto path = found.health.empty() ? "/" : found.health;
    return major_of(found.runtimes.node.release) < first_with_fetch ? dockerfile::bash_health(port, path)
                                                                    : dockerfile::node_health(port, path);
}

void add_run_stage(const Findings& found, Application& application, bool from_build)
{
    dockerfile::Stage stage;
    stage.image = image_of(found.runtimes.node.release);
    stage.packages = application.run_packages;
    stage.directory = found.start.directory.empty() ? "/app" : "/app/" + found.start.directory;
    stage.steps.emplace_back(run_environment(found));
    if (found.on_bun) {
        stage.steps.emplace_back(Copy{{"/opt/bun"}, "/usr/local/bin/bun", "build", ""});
    }
    if (from_build) {
        copy_artefacts(found, stage);
    } else {
        stage.steps.emplace_back(Copy{{sources_of(found)}, "/app/", "", ""});
    }
    if (found.manifest.has("playwright")) {
        stage.steps.emplace_back(
            Run{{"node_modules/.bin/playwright install --with-deps chromium", "rm -rf /var/lib/apt/lists/*"},
                {},
                "the browser and its libraries"});
    }
    application.recipe.stages.push_back(std::move(stage));
    application.recipe.port = application.port;
    application.recipe.health = health_of(found, application.port);
    application.recipe.command = found.start.argv;
    for (const auto& directory : found.plan.writable) {
        application.recipe.writable.push_back(in_image(found, directory));
    }
}

}  // namespace

void write_recipe(const Findings& found, const Overrides& overrides, Application& application)
{
    add_packages(found, application);
    auto& recipe = application.recipe;
    auto stage = build_stage(found, overrides, application);
    const auto files = application.delivery == Delivery::files;
    const auto needed = installs(found) || !application.build.empty() || found.on_bun;
    if (found.manager.name == "yarn" && found.manager.berry) {
        recipe.ignored.emplace_back(".pnp.*");
    }
    if (!files) {
        prune(found, stage, application);
    }
    if (needed || files) {
        recipe.stages.push_back(std::move(stage));
    }
    if (files) {
        add_static_stage(recipe, "build", in_image(found, found.plan.output), found.plan.single_page);
        return;
    }
    add_run_stage(found, application, needed);
}

}  // namespace tinystacks::framework::node
