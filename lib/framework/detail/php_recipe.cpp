#include "framework/detail/php_recipe.hpp"

#include "base/text.hpp"
#include "framework/detail/debian.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/php_extensions.hpp"
#include "framework/release.hpp"

#include <algorithm>

namespace tinystacks::framework {
namespace {

using dockerfile::Copy;
using dockerfile::Environment;
using dockerfile::Run;
using dockerfile::Stage;

constexpr std::string_view composer_image = "composer:2.8";
constexpr std::string_view composer_for_old = "composer:2.2";  ///< the last that runs below PHP 7.2.5
constexpr std::string_view user = "33:33";                     ///< www-data of Debian

/// The newest Debian an image of this release was made for. Source: the history of Docker's official image `php`.
std::string debian_of(const std::string& release)
{
    const auto below = [&](const char* other) { return compare_versions(release, other) < 0; };
    const auto within = [&](const char* from, const char* to) {
        return std::ranges::count(release, '.') > 1 && !below(from) && below(to);
    };
    if (below("7.1") || within("7.1", "7.1.31") || within("7.2", "7.2.20") || within("7.3", "7.3.7")) {
        return "stretch";
    }
    if (below("7.3") || within("7.3", "7.3.30") || within("7.4", "7.4.23") || within("8.0", "8.0.10")) {
        return "buster";
    }
    return below("8.1") || within("8.1", "8.1.20") || within("8.2", "8.2.7") ? "bullseye" : "bookworm";
}

/// `printf` of lines into a file; nothing of them is expanded.
std::string write_lines(const std::vector<std::string>& lines, const std::string& file)
{
    std::string text = "printf '%s\\n'";
    for (const auto& line : lines) {
        text += " " + shell_quote_always(line);
    }
    return text + " > " + file;
}

/// Source: Apache's documentation, "Configuration Files": ${NAME} is the server's environment.
std::vector<std::string> site_of(const PhpPlan& plan)
{
    const auto root = plan.document_root.empty() ? std::string("/app") : "/app/" + plan.document_root;
    std::vector<std::string> lines = {"ServerName localhost",
                                      "ServerTokens Prod",
                                      "<VirtualHost *:${PORT}>",
                                      fmt::format("DocumentRoot \"{}\"", root),
                                      fmt::format("<Directory \"{}\">", root),
                                      "AllowOverride All",
                                      "Options -Indexes +FollowSymLinks",
                                      "Require all granted"};
    if (plan.falls_back) {
        lines.emplace_back("FallbackResource /index.php");
    }
    lines.emplace_back("</Directory>");
    if (plan.document_root.empty()) {
        lines.insert(lines.end(),
                     {plan.composer ? "<FilesMatch \"^(\\.|composer\\.|package)\">" : "<FilesMatch \"^\\.\">",
                      "Require all denied", "</FilesMatch>", "<DirectoryMatch \"^/app/(vendor|\\.git)/\">",
                      "Require all denied", "</DirectoryMatch>"});
    }
    lines.insert(lines.end(), {"ErrorLog /dev/stderr", "CustomLog /dev/stdout combined", "</VirtualHost>"});
    return lines;
}

/// What is prepared at each start: below /tmp when the file system is read-only.
std::vector<std::string> start_script(const Application& application)
{
    std::vector<std::string> lines = {"#!/bin/sh", "set -e"};
    if (application.framework == "laravel" || application.framework == "lumen") {
        lines.insert(lines.end(),
                     {"mkdir -p /tmp/laravel", "if [ ! -w /app/storage ]; then",
                      "  mkdir -p /tmp/storage/app /tmp/storage/logs /tmp/storage/framework/cache/data "
                      "/tmp/storage/framework/sessions /tmp/storage/framework/views",
                      "  export LARAVEL_STORAGE_PATH=/tmp/storage VIEW_COMPILED_PATH=/tmp/storage/framework/views",
                      "  export SESSION_DRIVER=\"${SESSION_DRIVER:-cookie}\"", "fi"});
        if (application.framework == "laravel") {
            lines.insert(lines.end(),
                         {"export APP_CONFIG_CACHE=/tmp/laravel/config.php", "php /app/artisan config:cache"});
        }
    } else if (application.framework == "symfony") {
        lines.insert(lines.end(), {"if [ ! -w /app/var ]; then", "  mkdir -p /tmp/cache /tmp/log",
                                   "  cp -R /app/var/cache/. /tmp/cache/",
                                   "  export APP_CACHE_DIR=/tmp/cache APP_LOG_DIR=/tmp/log", "fi"});
    }
    lines.emplace_back("exec apache2-foreground");
    return lines;
}

void add_composer(const PhpPlan& plan, Application& application, Stage& stage)
{
    stage.steps.emplace_back(Environment{{{"COMPOSER_ALLOW_SUPERUSER", "1"}, {"COMPOSER_HOME", "/tmp/composer"}}});
    stage.steps.emplace_back(Copy{{"/usr/bin/composer"}, "/usr/local/bin/composer", "composer", ""});
    Copy manifests{{"composer.json"}, "./", "", ""};
    if (plan.lock) {
        manifests.sources.emplace_back("composer.lock");
    }
    stage.steps.emplace_back(std::move(manifests));
    for (const auto& path : plan.path_inputs) {
        stage.steps.emplace_back(Copy{{path}, "./" + path, "", "a repository of composer.json"});
    }
    application.install = "composer install --no-dev --no-interaction --prefer-dist --no-scripts";
    stage.steps.emplace_back(Run{{application.install + " --no-autoloader"},
                                 {"/tmp/composer/cache"},
                                 plan.lock ? "" : "there is no composer.lock: what is newest that day is installed"});
}

void add_build(const Folder& folder, const Overrides& overrides, const PhpPlan& plan, Application& application,
               Stage& stage)
{
    stage.steps.emplace_back(Copy{{"."}, "./", "", ""});
    if (plan.composer) {
        stage.steps.emplace_back(Run{{"composer dump-autoload --no-dev --optimize --no-scripts"}, {}, ""});
    }
    if (!overrides.build.empty()) {
        application.build = overrides.build;
        stage.steps.emplace_back(Run{{overrides.build}, {}, ""});
    }
    if (application.framework == "laravel") {
        stage.steps.emplace_back(
            Run{{"mkdir -p bootstrap/cache storage/app storage/logs storage/framework/cache/data "
                 "storage/framework/sessions storage/framework/views",
                 "php artisan package:discover --ansi"},
                {},
                "config:cache is left to the start: it would keep the build's environment in a layer"});
    } else if (plan.requires_package("drupal/core-composer-scaffold")) {
        stage.steps.emplace_back(Run{{"composer drupal:scaffold"}, {}, "writes index.php and the like"});
    } else if (application.framework == "symfony") {
        Run prepare{{"printf '%s\\n' \"<?php return ['APP_ENV' => 'prod'];\" > .env.local.php",
                     "APP_ENV=prod APP_DEBUG=0 php bin/console cache:warmup"},
                    {},
                    "the files .env stay outside: what the container gets counts"};
        if (plan.requires_package("symfony/asset-mapper")) {
            if (folder.has_file("importmap.php")) {
                prepare.commands.emplace_back("APP_ENV=prod APP_DEBUG=0 php bin/console importmap:install");
            }
            prepare.commands.emplace_back("APP_ENV=prod APP_DEBUG=0 php bin/console asset-map:compile");
        }
        prepare.commands.emplace_back("mkdir -p var/log");
        if (folder.has_file("bin/console")) {
            stage.steps.emplace_back(std::move(prepare));
        }
    }
}

/// Where the front end's build writes; the whole folder when nothing says it.
std::string assets_of(const PhpPlan& plan)
{
    if (plan.document_root.empty()) {
        return "/app/";
    }
    const auto known = plan.front->has("laravel-vite-plugin") || plan.front->has("@symfony/webpack-encore");
    return fmt::format("/app/{}/{}", plan.document_root, known ? "build/" : "");
}

/// The front end's Vite plugin runs artisan: then it is built where PHP is.
bool needs_php(const PhpPlan& plan)
{
    return plan.front->has("@laravel/vite-plugin-wayfinder");
}

void add_assets(const Folder& folder, const PhpPlan& plan, Application& application, std::string_view debian)
{
    auto& stages = application.recipe.stages;
    application.build = plan.front->build;
    const Copy manifests{plan.front->manifests, "./", "", ""};
    const Run install{plan.front->install, {"/root/.npm"}, ""};
    if (needs_php(plan)) {
        auto& build = stages.back();
        add_node(build, "the assets' build calls artisan, so both are needed");
        build.steps.emplace_back(install);
        build.steps.emplace_back(Run{{plan.front->build, "rm -rf node_modules"}, {}, ""});
        return;
    }
    Stage stage;
    stage.name = "assets";
    stage.image = node_image(folder, debian);
    stage.steps = {manifests, install, Copy{{"."}, "./", "", ""}};
    if (plan.composer) {
        stage.steps.emplace_back(Copy{{"/app/vendor"}, "./vendor", "build", "what the packages bring for browsers"});
    }
    stage.steps.emplace_back(Run{{plan.front->build, "rm -rf node_modules"}, {}, ""});
    stages.push_back(std::move(stage));
}

std::string image_of(const PhpPlan& plan, const Application& application, const std::string& debian)
{
    return fmt::format("php:{}-{}-{}", application.runtime.release, plan.script.empty() ? "apache" : "cli", debian);
}

void add_apache(const PhpPlan& plan, const Application& application, Stage& last)
{
    std::vector<std::string> modules = {"rewrite", "headers"};
    last.steps.emplace_back(
        Run{{write_lines({"Listen ${PORT}"}, "/etc/apache2/ports.conf"),
             write_lines(site_of(plan), "/etc/apache2/sites-available/000-default.conf"),
             "a2enmod " + join(modules, " "), "mv /usr/local/etc/php/php.ini-production /usr/local/etc/php/php.ini",
             write_lines({"expose_php = Off", "variables_order = EGPCS"}, "/usr/local/etc/php/conf.d/zz-app.ini")},
            {},
            "Apache listens on PORT, a variable of its own here; PHP sees the container's environment",
            "SC2016"});
    last.steps.emplace_back(
        Run{{write_lines(start_script(application), "/start-container.sh"), "chmod 755 /start-container.sh"},
            {},
            "what must be writable is prepared at the start, whose variables these are; then Apache takes the shell's "
            "place",
            "SC2016"});
}

void add_last(const PhpPlan& plan, Application& application, const std::string& debian)
{
    auto& recipe = application.recipe;
    Stage last;
    last.image = image_of(plan, application, debian);
    last.packages = application.run_packages;
    use_archive(last, debian);
    std::vector<std::pair<std::string, std::string>> variables = {{"HOME", "/tmp"}};
    if (plan.script.empty()) {
        variables.insert(variables.end(), {{"APACHE_LOCK_DIR", "/tmp/apache2"},
                                           {"APACHE_PID_FILE", "/tmp/apache2/apache2.pid"},
                                           {"APACHE_RUN_DIR", "/tmp/apache2"}});
    }
    if (application.framework == "laravel" || application.framework == "lumen") {
        variables.insert(variables.end(),
                         {{"APP_DEBUG", "false"}, {"APP_ENV", "production"}, {"LOG_CHANNEL", "stderr"}});
    } else if (application.framework == "symfony") {
        variables.insert(variables.end(), {{"APP_DEBUG", "0"}, {"APP_ENV", "prod"}});
    }
    last.steps.emplace_back(Environment{std::move(variables)});
    last.steps.emplace_back(Copy{{"/usr/local/lib/php/extensions/"}, "/usr/local/lib/php/extensions/", "build", ""});
    last.steps.emplace_back(Copy{{"/usr/local/etc/php/conf.d/"}, "/usr/local/etc/php/conf.d/", "build", ""});
    if (plan.script.empty()) {
        add_apache(plan, application, last);
    }
    last.steps.emplace_back(Copy{{"/app"}, "/app", "build", ""});
    if (plan.front && !needs_php(plan)) {
        last.steps.emplace_back(Copy{{assets_of(plan)}, assets_of(plan), "assets", ""});
    }
    recipe.stages.push_back(std::move(last));
}

Stage composer_stage(const std::string& release)
{
    Stage stage;
    stage.name = "composer";
    stage.image = compare_versions(release, "7.2.5") < 0 && release != "7.2" ? composer_for_old : composer_image;
    return stage;
}

/// What holds for the image as a whole.
void add_end(const PhpPlan& plan, Application& application)
{
    auto& recipe = application.recipe;
    recipe.user = user;
    recipe.port = application.port;
    for (const auto& directory : plan.writable) {
        recipe.writable.push_back("/app/" + directory);
    }
    if (application.port != 0) {
        recipe.health = dockerfile::php_health(application.port, plan.health);
    } else {
        recipe.health.reason = "a script that does not listen";
    }
    if (plan.composer) {
        recipe.ignored = {"/vendor"};
    }
    if (application.framework == "laravel") {
        recipe.ignored.insert(recipe.ignored.end(), {"/bootstrap/cache/*.php", "/public/build", "/public/hot",
                                                     "/public/storage", "/storage/framework/*/*", "/storage/logs/*"});
    } else if (application.framework == "symfony") {
        recipe.ignored.insert(recipe.ignored.end(), {"/public/build", "/var"});
    }
}

}  // namespace

bool PhpPlan::requires_package(std::string_view package) const
{
    return std::ranges::find(packages, package) != packages.end();
}

void plan_php_image(const Folder& folder, const Overrides& overrides, const PhpPlan& plan, Application& application)
{
    const auto debian = debian_of(application.runtime.release);
    auto& recipe = application.recipe;
    const auto extensions = plan_extensions(plan.extensions, application.runtime.release, debian);
    for (const auto& name : extensions.unknown) {
        application.warnings.push_back(
            fmt::format("the extension '{}' is asked for, and not known how to install", printable_line(name)));
    }
    application.build_packages = extensions.build_packages;
    application.run_packages = extensions.run_packages;
    if (plan.composer) {
        application.build_packages.insert(application.build_packages.end(), {"git", "unzip"});
        recipe.stages.push_back(composer_stage(application.runtime.release));
    }
    if (plan.front && needs_php(plan)) {
        recipe.stages.push_back(node_stage(folder, debian));
    }
    Stage build;
    build.name = "build";
    build.image = image_of(plan, application, debian);
    build.packages = application.build_packages;
    use_archive(build, debian);
    if (auto commands = extensions.commands(); !commands.empty()) {
        build.steps.emplace_back(Run{std::move(commands), {}, ""});
    }
    if (plan.composer) {
        add_composer(plan, application, build);
    }
    add_build(folder, overrides, plan, application, build);
    recipe.stages.push_back(std::move(build));
    if (plan.front) {
        add_assets(folder, plan, application, debian == "bookworm" ? "bookworm" : "bullseye");
    }
    add_last(plan, application, debian);
    add_end(plan, application);
    const auto* script = plan.script.empty() ? nullptr : folder.text(plan.script);
    if (script != nullptr && script->find("pcntl_signal") == std::string::npos) {
        recipe.stop_signal = "SIGKILL";  // PHP handles none, and process 1 ignores what it does not handle
    }
}

}  // namespace tinystacks::framework
