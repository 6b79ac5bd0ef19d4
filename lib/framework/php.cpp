#include "base/error.hpp"
#include "base/text.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/php_composer.hpp"
#include "framework/pin.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

constexpr int web_port = 8080;
constexpr std::string_view start = "/start-container.sh";
/// Where a web server begins to look, likeliest first.
constexpr std::array<std::string_view, 9> document_roots = {"public", "web",     "webroot", "htdocs", "public_html",
                                                            "www",    "docroot", "html",    "src"};

struct Marker {
    std::string_view framework;
    std::string_view package;
    std::string_view file;  ///< what an application of it has; empty when the package is enough
    std::string_view document_root;
};

constexpr std::array<Marker, 16> markers = {{{"laravel", "laravel/framework", "artisan", "public"},
                                             {"lumen", "laravel/lumen-framework", "artisan", "public"},
                                             {"symfony", "symfony/framework-bundle", "bin/console", "public"},
                                             {"symfony", "symfony/framework-bundle", "src/Kernel.php", "public"},
                                             {"symfony", "symfony/symfony", "bin/console", "public"},
                                             {"drupal", "drupal/core-recommended", "", "web"},
                                             {"drupal", "drupal/core", "", "web"},
                                             {"craft", "craftcms/cms", "craft", "web"},
                                             {"cakephp", "cakephp/cakephp", "bin/cake", "webroot"},
                                             {"codeigniter", "codeigniter4/framework", "spark", "public"},
                                             {"yii", "yiisoft/yii2", "yii", "web"},
                                             {"laminas", "laminas/laminas-mvc", "", "public"},
                                             {"wordpress", "roots/wordpress", "", "web"},
                                             {"wordpress", "johnpbloch/wordpress-core", "", ""},
                                             {"slim", "slim/slim", "", ""},
                                             {"flight", "flightphp/core", "", ""}}};

/// Whether the code behind the web server uses it, not only composer.json.
bool is_used(const PhpSearch& search, const Marker& marker)
{
    if (marker.framework != "slim" && marker.framework != "flight") {
        return marker.file.empty() || search.folder.has_file(marker.file);
    }
    for (const auto* file : {"public/index.php", "index.php", "src/App.php", "src/app.php", "app/app.php", "app.php",
                             "web/index.php", "src/index.php", "src/public/index.php", "config/bootstrap.php"}) {
        if (matches(search.text(file),
                    marker.framework == "slim" ? R"(\bSlim\\|SlimFramework|Slim\(\))" : R"(\bFlight::|flight\\)")) {
            return true;
        }
    }
    return false;
}

const Marker* find_framework(PhpSearch& search)
{
    auto& application = search.application;
    const auto& forced = search.overrides.framework;
    for (const auto& marker : markers) {
        if (forced == marker.framework || (search.plan.requires_package(marker.package) && is_used(search, marker))) {
            application.framework = marker.framework;
            search.note(search.composer == nullptr ? marker.file : "composer.json",
                        fmt::format("requires {}", marker.package),
                        line_of(search.text("composer.json"), marker.package));
            return &marker;
        }
    }
    if (search.folder.has_file("artisan") && search.folder.has_file("bootstrap/app.php")) {
        application.framework = "laravel";
        search.note("artisan", "Laravel's command line");
        return &markers.front();
    }
    if (search.folder.has_file("wp-config.php") || search.folder.has_file("wp-load.php") ||
        search.folder.has_file("wp-config-sample.php")) {
        application.framework = "wordpress";
        search.note(search.folder.first_file({"wp-config.php", "wp-load.php", "wp-config-sample.php"}), "WordPress");
    }
    return nullptr;
}

/// The document root a Procfile gives to a buildpack's web server, "web: heroku-php-apache2 public/".
std::string stated_root(const PhpSearch& search)
{
    const auto process = find_process(search.folder);
    auto root =
        find_match(process ? process->command : "", R"(heroku-php-(?:apache2|nginx)\b[^|;&]*?\s([\w./-]+)/?\s*$)")
            .value_or("");
    while (root.ends_with('/')) {
        root.pop_back();
    }
    return is_plain_path(root) && search.folder.has_directory(root) ? root : std::string();
}

bool has_php(const Folder& folder, std::string_view directory)
{
    const auto inside = directory.empty() ? folder : folder.child(directory);
    return inside.has_file("index.php") ||
           (!directory.empty() && directory != "src" && std::ranges::any_of(inside.files(), [](auto name) {
               return name.ends_with(".php") || name.ends_with(".phtml");
           }));
}

/// Empty when no web server's files were found.
std::optional<std::string> find_document_root(const PhpSearch& search, const Marker* marker)
{
    if (auto root = stated_root(search); !root.empty()) {
        return root;
    }
    auto scaffold = text_at(search.composer, {"extra", "drupal-scaffold", "locations", "web-root"});
    scaffold = scaffold.starts_with("./") ? scaffold.substr(2) : scaffold;
    while (scaffold.ends_with('/')) {
        scaffold.pop_back();
    }
    if (is_plain_path(scaffold)) {
        return scaffold;
    }
    if (marker != nullptr && !marker->document_root.empty() &&
        (search.folder.has_directory(marker->document_root) || marker->framework == "laravel")) {
        return std::string(marker->document_root);
    }
    for (const std::string_view root : {"public", "web", "webroot"}) {
        if (search.folder.has_file(fmt::format("{}/index.php", root))) {
            return std::string(root);
        }
    }
    if (has_php(search.folder, "")) {
        return std::string();
    }
    const auto found = std::ranges::find_if(document_roots, [&](auto root) { return has_php(search.folder, root); });
    return found == document_roots.end() ? std::nullopt : std::optional<std::string>(*found);
}

/// A script in the root: for the command line, or pages for a web server (then empty).
std::optional<std::string> find_script(const Folder& folder)
{
    std::vector<std::string> scripts;
    for (const auto name : folder.files()) {
        const auto tool = name.starts_with(".") || name.ends_with("_ide_helper.php") || name == "rector.php" ||
                          name == "ecs.php" || name == "scoper.inc.php" || name == "server.php";
        if (name.ends_with(".php") && !tool) {
            scripts.emplace_back(name);
        }
    }
    constexpr const char* page =
        R"((?i)<html|<body|<!doctype|\$_(?:GET|POST|SERVER|REQUEST|COOKIE|SESSION)\b|\bheader\()";
    const auto is_page = [&](const std::string& name) {
        const auto* text = folder.text(name);
        return text != nullptr && matches(*text, page);
    };
    if (scripts.empty()) {
        return std::nullopt;
    }
    if (scripts.size() > 8 || std::ranges::any_of(scripts, is_page)) {
        return std::string();
    }
    for (const auto* name : {"main.php", "app.php", "cli.php", "run.php", "worker.php", "bot.php"}) {
        if (std::ranges::find(scripts, name) != scripts.end()) {
            return name;
        }
    }
    return scripts.size() == 1 ? scripts.front() : std::string();
}

/// The database Laravel or Symfony is set up for brings its driver.
void add_database(PhpSearch& search)
{
    auto& plan = search.plan;
    const auto& framework = search.application.framework;
    auto kind = find_match(search.text(".env.example"), R"(^\s*DB_CONNECTION=['"]?(\w+))").value_or("");
    if (framework == "laravel" && kind.empty()) {
        kind = find_match(search.text("config/database.php"), R"('default'\s*=>\s*env\('DB_CONNECTION',\s*'(\w+)')")
                   .value_or("");
    }
    if (framework == "symfony") {
        const auto scheme = find_match(search.text(".env"), R"(^\s*DATABASE_URL=['"]?(\w+):)").value_or("");
        kind = scheme.starts_with("postgres")                       ? "pgsql"
               : scheme.starts_with("mysql") || scheme == "mariadb" ? "mysql"
                                                                    : scheme;
    }
    if (kind == "pgsql") {
        plan.extensions.insert("pdo_pgsql");
    } else if (kind == "mysql" || kind == "mariadb") {
        plan.extensions.insert("pdo_mysql");
    } else if (kind == "sqlite" && framework == "laravel" && search.folder.has_directory("database")) {
        plan.writable.emplace_back("database");
    }
    if (framework == "wordpress") {
        plan.extensions.insert({"exif", "gd", "mysqli", "zip"});
    } else if (framework == "drupal") {
        plan.extensions.insert({"gd", "pdo_mysql"});
    } else if (framework == "laravel") {
        plan.extensions.insert({"bcmath", "pcntl"});
    } else if (framework == "symfony") {
        plan.extensions.insert("intl");
    } else if (framework == "none" &&
               matches(search.text(search.plan.document_root.empty() ? "index.php"
                                                                     : search.plan.document_root + "/index.php"),
                       R"(\bmysqli\b|mysqli_connect)")) {
        plan.extensions.insert("mysqli");
    }
    plan.extensions.insert("opcache");
}

void set_web(PhpSearch& search, std::string root)
{
    auto& plan = search.plan;
    auto& application = search.application;
    const auto inside = [&](const char* name) { return root.empty() ? std::string(name) : root + "/" + name; };
    application.entry = inside("index.php");
    if (search.folder.has_file(application.entry)) {
        search.note(application.entry, fmt::format("the document root is {}", root.empty() ? "the folder" : root));
    }
    const auto routed = application.framework != "none" || !plan.packages.empty();
    plan.rewrites = search.folder.has_file(inside(".htaccess"));
    plan.falls_back = !plan.rewrites && search.folder.has_file(application.entry) && (routed || !root.empty());
    plan.document_root = std::move(root);
    application.port = search.overrides.port == 0 ? web_port : search.overrides.port;
    application.start_command = start;
    application.recipe.command = {std::string(start)};
}

void find_start(PhpSearch& search, const Marker* marker)
{
    auto& application = search.application;
    auto root = find_document_root(search, marker);
    const auto script = root ? std::nullopt : find_script(search.folder);
    if (root || (script && script->empty())) {
        set_web(search, root.value_or(""));
    } else if (script) {
        search.plan.script = *script;
        search.note(*script, "the script that is started");
        application.entry = *script;
        application.start_command = "php " + shell_quote(*script);
        application.recipe.command = {"php", *script};
        application.port = search.overrides.port;
    } else {
        application.questions.push_back(
            {"no index.php was found, nor a script that is started", {"--start 'php FILE.php'"}});
    }
}

void add_framework_needs(PhpSearch& search)
{
    auto& application = search.application;
    auto& plan = search.plan;
    if (application.framework == "laravel") {
        plan.writable = {"bootstrap/cache", "storage"};
        application.warnings.emplace_back("it needs APP_KEY when it runs; config:cache is made at each start");
        application.warnings.emplace_back("migrations belong into a release step, not the start: php artisan migrate "
                                          "--force");
        plan.health = find_match(search.text("bootstrap/app.php"), R"(health:\s*['"](/[\w/-]+)['"])").value_or("/");
        if (plan.requires_package("laravel/octane")) {
            application.warnings.emplace_back("Octane is required; the image serves by Apache all the same");
        }
        if (plan.requires_package("laravel/horizon")) {
            application.warnings.emplace_back(
                "Horizon runs as a second process of the same image: php artisan horizon");
        }
    } else if (application.framework == "symfony") {
        plan.writable = {"var"};
        application.warnings.emplace_back("it needs APP_SECRET and its other variables when it runs: files .env stay "
                                          "out of the image");
        if (search.folder.has_directory("migrations")) {
            application.warnings.emplace_back("migrations belong into a release step, not the start: php bin/console "
                                              "doctrine:migrations:migrate --no-interaction");
        }
    } else if (application.framework == "lumen") {
        plan.writable = {"storage"};
    } else if (application.framework == "wordpress") {
        plan.writable = {plan.document_root.empty() ? "wp-content/uploads" : plan.document_root + "/app/uploads"};
    } else if (application.framework == "cakephp") {
        plan.writable = {"logs", "tmp"};
    } else if (application.framework == "yii") {
        plan.writable = {"runtime", "web/assets"};
    } else if (application.framework == "codeigniter") {
        plan.writable = {"writable"};
    }
}

int score_of(const PhpSearch& search)
{
    const auto& application = search.application;
    if (application.framework != "none") {
        return by_framework;
    }
    if (application.start_command.empty()) {
        return by_library;
    }
    if (search.composer != nullptr || search.folder.has_file("index.php")) {
        return by_start;
    }
    return search.plan.script.empty() ? by_manifest : by_stray_file;
}

void find_variables(PhpSearch& search)
{
    std::vector<std::string> files = {search.application.entry};
    for (const auto* directory : {"config", "config/packages"}) {
        for (const auto name : search.folder.child(directory).files()) {
            if (files.size() < 40 && (name.ends_with(".php") || name.ends_with(".yaml"))) {
                files.push_back(fmt::format("{}/{}", directory, name));
            }
        }
    }
    search.application.variables = variables_in(
        search.folder, files, R"((?:\b(?:get)?env\(\s*['"]|%env\((?:\w+:)*|\$_ENV\[\s*['"])([A-Z][A-Z0-9_]*)\b)");
}

}  // namespace

std::optional<Application> detect_php(const Folder& folder, const Overrides& overrides)
{
    PhpSearch search{folder, overrides, folder.json("composer.json"), nullptr, {}, {}};
    auto& application = search.application;
    search.plan.lock = search.composer != nullptr && folder.has_file("composer.lock");
    try {
        search.lock = search.plan.lock ? folder.json("composer.lock") : nullptr;
    } catch (const Error& error) {
        // Composer will say it better; nothing that decides is only there.
        application.warnings.push_back(fmt::format("composer.lock is not understood: {}", error.what()));
    }
    const auto any = [&](std::string_view directory) { return has_php(folder, directory); };
    const auto marked =
        search.composer != nullptr || folder.has_file("artisan") || any("") || std::ranges::any_of(document_roots, any);
    if (!marked && !find_script(folder)) {
        return std::nullopt;
    }
    application.language = "php";
    if (search.composer != nullptr) {
        search.plan.composer = true;
        application.package_manager = "composer";
        search.note("composer.json", "Composer's manifest");
        if (!search.plan.lock) {
            application.warnings.emplace_back(
                "there is no composer.lock: each build takes the newest packages that fit");
        }
        read_composer(search);
    }
    choose_php(search);
    const auto* marker = find_framework(search);
    find_start(search, marker);
    if (search.composer == nullptr && application.evidence.empty()) {
        search.note(folder.files().empty() ? std::string_view() : folder.files().front(), "files of PHP");
    }
    add_framework_needs(search);
    add_database(search);
    auto front = find_front_end(folder, overrides.package_manager, application.warnings);
    if (front && !front->build.empty() && search.plan.script.empty()) {
        search.note("package.json", fmt::format("the assets are built by {}", front->build));
        application.package_manager =
            search.plan.composer ? "composer+" + front->package_manager : front->package_manager;
        search.plan.front = std::move(front);
    }
    application.score = score_of(search);
    find_variables(search);
    plan_php_image(folder, overrides, search.plan, application);
    return std::move(application);
}

}  // namespace tinystacks::framework
