#include "base/error.hpp"
#include "base/text.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/php_recipe.hpp"
#include "framework/pin.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

/// Source: PHP's supported and unsupported branches.
constexpr std::array<Release, 12> php_lines = {{{"8.5", "8.5", "2029-12-31", ""},
                                                {"8.4", "8.4", "2028-12-31", ""},
                                                {"8.3", "8.3", "2027-12-31", ""},
                                                {"8.2", "8.2", "2026-12-31", ""},
                                                {"8.1", "8.1", "2025-12-31", ""},
                                                {"8.0", "8.0", "2023-11-26", ""},
                                                {"7.4", "7.4", "2022-11-28", ""},
                                                {"7.3", "7.3", "2021-12-06", ""},
                                                {"7.2", "7.2", "2020-11-30", ""},
                                                {"7.1", "7.1", "2019-12-01", ""},
                                                {"7.0", "7.0", "2019-01-10", ""},
                                                {"5.6", "5.6", "2018-12-31", ""}}};
constexpr Releases php_releases = {"php", "2026-11-30", "8.4", php_lines};

constexpr int web_port = 8080;
constexpr std::string_view start = "/start-container.sh";
constexpr std::size_t longest_lock = 2000;  ///< packages that are asked which PHP they take

/// Where a web server begins to look, likeliest first.
constexpr std::array<std::string_view, 9> document_roots = {"public", "web",     "webroot", "htdocs", "public_html",
                                                            "www",    "docroot", "html",    "src"};

struct Search {
    const Folder& folder;
    const Overrides& overrides;
    const document::Node* composer = nullptr;
    const document::Node* lock = nullptr;
    PhpPlan plan;
    Application application;

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

bool is_plain_path(std::string_view path)
{
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
    return !path.empty() && path.find_first_not_of(allowed) == std::string_view::npos && !path.starts_with('/') &&
           path.find("..") == std::string_view::npos;
}

/// The extensions a mapping of requirements names.
void add_extensions(const document::Node* required, std::set<std::string>& extensions)
{
    if (required == nullptr) {
        return;
    }
    for (const auto& entry : required->entries) {
        if (entry.key.starts_with("ext-")) {
            extensions.insert(to_lower(entry.key.substr(4)));
        }
    }
}

void read_composer(Search& search)
{
    auto& plan = search.plan;
    const auto* required = find_path(search.composer, {"require"});
    if (required != nullptr) {
        for (const auto& entry : required->entries) {
            plan.packages.push_back(to_lower(entry.key));
        }
    }
    add_extensions(required, plan.extensions);
    if (const auto* packages = find_path(search.lock, {"packages"})) {
        for (const auto& package : packages->items) {
            add_extensions(package.find("require"), plan.extensions);
        }
    }
    const auto add_path = [&](const document::Node& repository) {
        auto url = text_at(&repository, {"url"});
        url = url.starts_with("./") ? url.substr(2) : url;
        url = url.substr(0, url.find_first_of("*?["));
        while (url.ends_with('/')) {
            url.pop_back();
        }
        if (text_at(&repository, {"type"}) == "path" && is_plain_path(url) && search.folder.has_directory(url)) {
            plan.path_inputs.push_back(url);
        }
    };
    if (const auto* repositories = find_path(search.composer, {"repositories"})) {
        std::ranges::for_each(repositories->items, add_path);
        for (const auto& entry : repositories->entries) {
            add_path(entry.value);
        }
    }
}

/// Whether all locked packages take this PHP: Composer refuses to install otherwise.
bool packages_take(const document::Node* lock, const std::string& release)
{
    const auto* packages = find_path(lock, {"packages"});
    if (packages == nullptr || packages->items.size() > longest_lock) {
        return true;
    }
    return std::ranges::all_of(packages->items, [&](const auto& package) {
        const auto asked = text_at(&package, {"require", "php"});
        return asked.empty() || !find_release(asked, php_releases) || allows(asked, release, php_releases);
    });
}

void find_runtime(Search& search)
{
    std::vector<Pin> pins;
    if (!search.overrides.version.empty()) {
        pins.push_back({search.overrides.version, {}, "--version"});
    }
    for (auto& pin : tool_pins(search.folder, {"php"})) {
        pins.push_back(std::move(pin));
    }
    const auto add = [&](std::optional<Pin> pin) {
        if (pin) {
            pins.push_back(std::move(*pin));
        }
    };
    add(file_pin(search.folder, ".php-version"));
    add(node_pin(find_path(search.composer, {"config", "platform", "php"}), "composer.json, config.platform.php"));
    add(node_pin(find_path(search.composer, {"require", "php"}), "composer.json, require.php"));
    add(node_pin(find_path(search.lock, {"platform", "php"}), "platform of the lock file"));
    auto& application = search.application;
    std::vector<std::string> warnings;
    application.runtime = choose_runtime(pins, php_releases, warnings);
    const auto chosen = application.runtime.release;
    if (!packages_take(search.lock, chosen)) {
        const auto fits = std::ranges::find_if(php_lines, [&](const Release& line) {
            const std::string release(line.newest);
            return packages_take(search.lock, release) &&
                   std::ranges::all_of(pins, [&](const Pin& pin) { return allows(pin.text, release, php_releases); });
        });
        if (fits == php_lines.end()) {
            warnings.push_back(fmt::format("packages in composer.lock do not take PHP {}", chosen));
        } else {
            // Once more, so that what is said fits the release.
            warnings.clear();
            auto narrowed = pins;
            narrowed.insert(narrowed.begin(), {std::string(fits->newest), {}, "composer.lock"});
            auto runtime = choose_runtime(narrowed, php_releases, warnings);
            application.runtime.release = runtime.release;
            application.runtime.end_of_life = runtime.end_of_life;
            search.note("composer.lock", fmt::format("its packages take PHP {}, not {}", runtime.release, chosen));
        }
    }
    application.warnings.insert(application.warnings.end(), warnings.begin(), warnings.end());
}

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
bool is_used(const Search& search, const Marker& marker)
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

const Marker* find_framework(Search& search)
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
std::string stated_root(const Search& search)
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
std::optional<std::string> find_document_root(const Search& search, const Marker* marker)
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
void add_database(Search& search)
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

void set_web(Search& search, std::string root)
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

void find_start(Search& search, const Marker* marker)
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

void add_framework_needs(Search& search)
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

int score_of(const Search& search)
{
    const auto& application = search.application;
    if (application.framework != "none") {
        return by_framework;
    }
    if (application.start_command.empty()) {
        return by_library;
    }
    if (search.composer != nullptr) {
        return by_start;
    }
    return search.plan.script.empty() ? by_manifest : by_stray_file;
}

void find_variables(Search& search)
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
    Search search{folder, overrides, folder.json("composer.json"), nullptr, {}, {}};
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
    find_runtime(search);
    const auto* marker = find_framework(search);
    find_start(search, marker);
    if (search.composer == nullptr && application.evidence.empty()) {
        search.note(folder.files().empty() ? std::string_view() : folder.files().front(), "files of PHP");
    }
    add_framework_needs(search);
    add_database(search);
    auto front = find_front_end(folder, application.warnings);
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
