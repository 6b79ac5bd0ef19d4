#include "framework/detail/ruby_recipe.hpp"

#include "base/text.hpp"
#include "framework/detail/debian.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"
#include "framework/release.hpp"

#include <algorithm>

namespace tinystacks::framework {
namespace {

using dockerfile::Copy;
using dockerfile::Environment;
using dockerfile::Run;
using dockerfile::Stage;

/// The newest Debian an image of this release was made for; a line's tag moves with the line.
/// Source: the history of Docker's official image `ruby`.
std::string debian_of(const std::string& release)
{
    const auto below = [&](const char* other) { return compare_versions(release, other) < 0; };
    const auto within = [&](const char* from, const char* to) {
        return std::ranges::count(release, '.') > 1 && !below(from) && below(to);
    };
    if (below("2.4") || within("2.4", "2.4.6") || within("2.5", "2.5.5") || within("2.6", "2.6.3")) {
        return "stretch";
    }
    if (below("2.6") || within("2.6", "2.6.9") || within("2.7", "2.7.5") || within("3.0", "3.0.2")) {
        return "buster";
    }
    return below("3.1") || within("3.1", "3.1.4") || within("3.2", "3.2.2") ? "bullseye" : "bookworm";
}

/// Ruby's own script of a new Rails application; without it `rails` knows of none.
constexpr const char* rails_script =
    R"(mkdir -p bin && printf '%s\n' '#!/usr/bin/env ruby' 'APP_PATH = File.expand_path("../config/application", __dir__)' 'require_relative "../config/boot"' 'require "rails/commands"' > bin/rails && chmod 755 bin/rails)";

void add_install(const RubyPlan& plan, Application& application, Stage& stage)
{
    const auto& gems = plan.gems;
    std::vector<std::pair<std::string, std::string>> variables = {{"BUNDLE_PATH__SYSTEM", "true"},
                                                                  {"BUNDLE_WITHOUT", "development:test"}};
    if (!gems.lock.empty()) {
        variables.insert(variables.begin(), {"BUNDLE_DEPLOYMENT", "1"});
    } else {
        application.warnings.push_back(
            fmt::format("there is no lock file for the {}: each build takes the newest gems that fit; run `bundle "
                        "lock` and commit it",
                        gems.gemfile));
    }
    stage.steps.emplace_back(Environment{variables});
    Copy manifests{{gems.gemfile}, "./", "", ""};
    if (!gems.lock.empty()) {
        manifests.sources.push_back(gems.lock);
    }
    std::vector<Copy> directories;
    for (const auto& input : gems.inputs) {
        if (input.find('/') == std::string::npos && input.find('.') != std::string::npos) {
            manifests.sources.push_back(input);
        } else {
            directories.push_back({{input}, "./" + input, "", "the install reads it"});
        }
    }
    stage.steps.emplace_back(std::move(manifests));
    for (auto& directory : directories) {
        stage.steps.emplace_back(std::move(directory));
    }
    Run install{{"bundle install", "rm -rf /usr/local/bundle/cache/*.gem"}, {}, ""};
    if (gems.lock.empty()) {
        install.reason = "there is no lock file: what is newest that day is installed";
    } else if (!gems.runs_on_linux) {
        install.commands.insert(install.commands.begin(),
                                {"BUNDLE_DEPLOYMENT=0 bundle lock --add-platform x86_64-linux aarch64-linux",
                                 fmt::format("cp {0} /{0}", gems.lock)});
        install.reason = "the lock file was written without Linux among its platforms";
        application.warnings.push_back(
            fmt::format("{} does not know Linux: run `bundle lock --add-platform x86_64-linux aarch64-linux`, or each "
                        "build does it again",
                        gems.lock));
    }
    application.install = "bundle install";
    stage.steps.emplace_back(std::move(install));
}

void add_sources(const RubyPlan& plan, Stage& stage)
{
    stage.steps.emplace_back(Copy{{"."}, "./", "", ""});
    if (!plan.gems.empty() && !plan.gems.runs_on_linux) {
        stage.steps.emplace_back(Run{{fmt::format("cp /{0} {0}", plan.gems.lock)}, {}, ""});
    }
}

bool builds_assets(const Gems& gems)
{
    return gems.has_any({"sprockets", "sprockets-rails", "propshaft", "webpacker", "shakapacker", "vite_rails",
                         "vite_ruby", "jsbundling-rails", "cssbundling-rails"});
}

void add_rails_build(const Folder& folder, const RubyPlan& plan, Application& application, Stage& stage)
{
    const auto& gems = plan.gems;
    if (!folder.has_file("bin/rails")) {
        stage.steps.emplace_back(Run{{rails_script}, {}, "the repository has no bin/rails, which `rails` looks for"});
    } else if (const auto* script = folder.text("bin/rails");
               script != nullptr && script->starts_with("#!") && script->find("\r\n") != std::string::npos) {
        application.warnings.emplace_back("bin/rails has Windows line ends, with which Linux does not start it");
        stage.steps.emplace_back(Run{{R"(sed -i 's/\r$//' bin/*)"}, {}, "Windows line ends would not start"});
    }
    // Source: Bootsnap's changelog, 1.7.
    const auto bootsnap = gems.version("bootsnap");
    if (gems.has("bootsnap") && (bootsnap.empty() || compare_versions(bootsnap, "1.7") >= 0)) {
        std::string command = "bundle exec bootsnap precompile --gemfile";
        for (const auto* directory : {"app", "lib", "config"}) {
            command += folder.has_directory(directory) ? fmt::format(" {}/", directory) : "";
        }
        stage.steps.emplace_back(Run{{command}, {}, ""});
    }
    if (!builds_assets(gems)) {
        return;
    }
    const auto version = gems.version("rails").empty() ? gems.version("railties") : gems.version("rails");
    const auto dummy =
        !version.empty() && compare_versions(version, "7.1") >= 0 ? "SECRET_KEY_BASE_DUMMY=1" : "SECRET_KEY_BASE=dummy";
    std::vector<std::string> commands;
    if (plan.front) {
        commands.emplace_back("rm -rf node_modules tmp/cache");
    }
    application.build = "bundle exec bin/rails assets:precompile";
    commands.insert(commands.begin(), fmt::format("RAILS_ENV=production {} {}", dummy, application.build));
    stage.steps.emplace_back(Run{commands, {}, "the key is a dummy for this command only"});
}

void add_front_end(const RubyPlan& plan, Stage& stage)
{
    if (plan.front) {
        stage.steps.emplace_back(Copy{plan.front->manifests, "./", "", ""});
        stage.steps.emplace_back(Run{plan.front->install, {"/root/.npm"}, ""});
    }
}

std::vector<std::pair<std::string, std::string>> run_environment(const RubyPlan& plan, const Application& application)
{
    std::vector<std::pair<std::string, std::string>> variables;
    if (!plan.gems.empty()) {
        if (!plan.gems.lock.empty()) {
            variables.emplace_back("BUNDLE_DEPLOYMENT", "1");
        }
        variables.insert(variables.end(), {{"BUNDLE_PATH__SYSTEM", "true"}, {"BUNDLE_WITHOUT", "development:test"}});
    }
    variables.insert(variables.end(), {{"HOME", "/tmp"}, {"LANG", "C.UTF-8"}, {"MALLOC_ARENA_MAX", "2"}});
    if (application.framework == "rails") {
        if (plan.gems.has("bootsnap")) {
            variables.emplace_back("BOOTSNAP_READONLY", "1");
        }
        variables.insert(variables.end(), {{"PIDFILE", "/tmp/server.pid"},
                                           {"RAILS_ENV", "production"},
                                           {"RAILS_LOG_TO_STDOUT", "1"},
                                           {"RAILS_SERVE_STATIC_FILES", "1"}});
    } else {
        variables.insert(variables.end(), {{"APP_ENV", "production"}, {"RACK_ENV", "production"}});
    }
    return variables;
}

/// Whether code that runs, not only its build, asks for a JavaScript engine.
bool needs_node_to_run(const RubyPlan& plan, const Application& application)
{
    return application.framework != "rails" && plan.gems.has("execjs") && !plan.gems.has("mini_racer");
}

bool needs_node_to_build(const RubyPlan& plan, const Application& application)
{
    return application.framework == "rails" && builds_assets(plan.gems) &&
           (plan.front || (plan.gems.has("execjs") && !plan.gems.has("mini_racer")));
}

Stage build_stage(const Folder& folder, const Overrides& overrides, const RubyPlan& plan, Application& application,
                  const std::string& debian)
{
    Stage stage;
    stage.name = "build";
    stage.image = fmt::format("ruby:{}-slim-{}", application.runtime.release, debian);
    stage.packages = application.build_packages;
    use_archive(stage, debian);
    add_install(plan, application, stage);
    if (needs_node_to_build(plan, application)) {
        add_node(stage, "the assets are built with it");
        add_front_end(plan, stage);
    }
    add_sources(plan, stage);
    if (!overrides.build.empty()) {
        application.build = overrides.build;
        stage.steps.emplace_back(Run{{overrides.build}, {}, ""});
    } else if (application.framework == "rails") {
        add_rails_build(folder, plan, application, stage);
    }
    return stage;
}

}  // namespace

void plan_ruby_image(const Folder& folder, const Overrides& overrides, const RubyPlan& plan, Application& application)
{
    const auto debian = debian_of(application.runtime.release);
    auto& recipe = application.recipe;
    Stage last;
    last.image = fmt::format("ruby:{}-slim-{}", application.runtime.release, debian);
    const auto installs = !plan.gems.empty();
    if (installs) {
        auto packages = packages_of(plan.gems, debian);
        application.build_packages = std::move(packages.build);
        application.run_packages = std::move(packages.run);
        if (needs_node_to_run(plan, application) || needs_node_to_build(plan, application)) {
            recipe.stages.push_back(node_stage(folder, debian == "bookworm" ? "bookworm" : "bullseye"));
        }
        recipe.stages.push_back(build_stage(folder, overrides, plan, application, debian));
        last.packages = application.run_packages;
        use_archive(last, debian);
    }
    last.steps.emplace_back(Environment{run_environment(plan, application)});
    if (installs) {
        if (needs_node_to_run(plan, application)) {
            last.steps.emplace_back(
                Copy{{"/usr/local/bin/node"}, "/usr/local/bin/node", "node", "ExecJS runs JavaScript with it"});
        }
        last.steps.emplace_back(Copy{{"/usr/local/bundle"}, "/usr/local/bundle", "build", ""});
        last.steps.emplace_back(Copy{{"/app"}, "/app", "build", ""});
    } else {
        last.steps.emplace_back(Copy{{"."}, "./", "", ""});
    }
    recipe.stages.push_back(std::move(last));
    if (application.framework == "rails") {
        // Rails makes these before it starts, which a read-only root refuses.
        recipe.writable = {"log", "storage", "tmp", "tmp/cache", "tmp/pids", "tmp/sockets"};
        if (plan.sqlite) {
            recipe.writable.emplace_back("db");
        }
    }
    recipe.port = application.port;
    if (plan.gems.has("puma")) {
        recipe.stop_signal = "SIGINT";  // to SIGTERM Puma ends with 1 when it is process 1, as if it had failed
    }
    if (application.port != 0) {
        recipe.health = dockerfile::ruby_health(application.port, plan.health);
    } else {
        recipe.health.reason = "nothing in the code listens";
    }
    recipe.ignored = {"/.bundle", "/config/master.key", "/coverage", "/db/*.sqlite3*", "/log/*",
                      "/spec",    "/storage/*",         "/test",     "/tmp/*",         "/vendor/bundle"};
}

void plan_ruby_site(const Folder& folder, const RubyPlan& plan, Application& application)
{
    const auto debian = debian_of(application.runtime.release);
    Stage stage;
    stage.name = "build";
    stage.image = fmt::format("ruby:{}-slim-{}", application.runtime.release, debian);
    application.build_packages = packages_of(plan.gems, debian).build;
    stage.packages = application.build_packages;
    if (plan.front) {
        application.recipe.stages.push_back(node_stage(folder, debian));
    }
    add_install(plan, application, stage);
    if (plan.front) {
        add_node(stage, "the assets are built with it");
        add_front_end(plan, stage);
    }
    add_sources(plan, stage);
    stage.steps.emplace_back(Run{{application.build}, {}, ""});
    application.recipe.stages.push_back(std::move(stage));
    add_static_stage(application.recipe, "build", "/app/" + application.output, false);
    application.recipe.ignored = {"/.bundle", "/.jekyll-cache", "/" + application.output, "/vendor/bundle"};
}

}  // namespace tinystacks::framework
