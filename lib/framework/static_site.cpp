#include "base/error.hpp"
#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/native.hpp"
#include "framework/detail/node_manifest.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

/// As a shell starts it in the image's root, where the Caddyfile lies.
constexpr std::string_view caddy_start = "caddy run --config Caddyfile --adapter caddyfile 2>&1";

void serve_files(Application& application, const std::string& from, const std::string& output, bool single_page)
{
    application.delivery = Delivery::files;
    application.start_command = caddy_start;
    add_static_stage(application.recipe, from, output, single_page);
    auto& last = application.recipe.stages.back();
    last.directory = "/";
    application.recipe.command = {"caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"};
    application.port = application.recipe.port;
}

/// A generator's build: a stage that makes /site.
void build_site(Application& application, dockerfile::Stage stage)
{
    stage.name = "build";
    stage.directory = "/src";
    application.output = "/site";
    application.build_packages = stage.packages;
    application.recipe.stages.push_back(std::move(stage));
    serve_files(application, "build", "/site", false);
}

Application start_application(const Folder& folder, const std::string& generator, const std::string& file,
                              const std::string& rule, int score)
{
    Application application;
    application.language = "static";
    application.framework = generator;
    application.score = score;
    see(application, folder, file, 1, rule);
    return application;
}

/// Version and place of a generator's pin: --version, a tool manager, a file's line; else `usual`.
void pin_generator(const Folder& folder, const Overrides& overrides, const std::string& name, const std::string& usual,
                   std::vector<Pin> more, Application& application)
{
    const auto pins = ordered_pins(folder, overrides, {name}, std::move(more));
    application.runtime.name = name;
    application.runtime.release = usual;
    if (pins.empty()) {
        return;
    }
    application.runtime.pin = pins.front();
    const auto exact =
        find_match(pins.front().text, R"(^(?:v|ruby-|python-|extended_)?(\d+\.\d+(?:\.\d+)?)(?:\+?_?extended)?$)");
    application.runtime.release = exact.value_or(usual);
    if (!exact) {
        application.warnings.push_back(fmt::format("'{}' ({}) is not understood as a {} version: {} is taken instead",
                                                   printable_line(pins.front().text), pins.front().rule, name, usual));
    }
}

/// The pin a line of a text is: HUGO_VERSION = "0.147.9" of netlify.toml.
void add_line_pin(const Folder& folder, const std::string& file, const char* pattern, std::vector<Pin>& pins)
{
    const auto* text = folder.text(file);
    if (const auto version = text == nullptr ? std::nullopt : find_match(*text, pattern)) {
        pins.push_back({*version, {folder.in_tree(file), line_of(*text, *version), 1}, file});
    }
}

/// Source: Hugo's documentation, "Configuration" and "Directory structure".
std::optional<Application> detect_hugo(const Folder& folder, const Overrides& overrides)
{
    auto file = folder.first_file({"hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config/_default/hugo.toml"});
    if (file.empty()) {
        const auto layout =
            folder.has_directory("content") &&
            (folder.has_directory("layouts") || folder.has_directory("themes") || folder.has_directory("archetypes"));
        file = layout ? folder.first_file(
                            {"config.toml", "config.yaml", "config.yml", "config.json", "config/_default/config.toml"})
                      : std::string();
    }
    if (file.empty()) {
        return std::nullopt;
    }
    auto application = start_application(folder, "hugo", file, "a Hugo site", by_framework);
    std::vector<Pin> pins;
    add_line_pin(folder, "netlify.toml", R"(HUGO_VERSION\s*=\s*"([^"]+)\")", pins);
    pin_generator(folder, overrides, "hugo", "0.147.9", std::move(pins), application);
    dockerfile::Stage stage;
    stage.image = debian_slim;
    stage.packages = {"ca-certificates", "curl", "git"};
    if (folder.has_file("go.mod")) {
        stage.packages.emplace_back("golang-go");
    }
    const auto& release = application.runtime.release;
    application.build = "hugo --gc --minify --destination /site";
    stage.steps = {
        dockerfile::Run{{fmt::format("curl -fsSL -o /tmp/hugo.deb \"https://github.com/gohugoio/hugo/releases/download/"
                                     "v{0}/hugo_extended_{0}_linux-$(dpkg --print-architecture).deb\"",
                                     release),
                         "dpkg -i /tmp/hugo.deb"},
                        {},
                        "Hugo has no image in this registry"},
        dockerfile::Copy{{"."}, ".", "", ""}, dockerfile::Run{{application.build}, {"/root/.cache/hugo_cache"}, ""}};
    build_site(application, std::move(stage));
    application.recipe.ignored = {"public", "resources/_gen"};
    if (folder.has_file(".gitmodules")) {
        application.warnings.emplace_back(
            "the theme is a Git submodule: it must be checked out before the image is built");
    }
    return application;
}

std::optional<Application> detect_jekyll(const Folder& folder, const Overrides& overrides)
{
    const auto file = folder.first_file({"_config.yml", "_config.yaml", "_config.toml"});
    const auto* gemfile = folder.text("Gemfile");
    const auto gems = gemfile != nullptr && matches(*gemfile, R"(["'](?:jekyll|github-pages)["'])");
    const auto layout = folder.has_directory("_posts") || folder.has_directory("_layouts") ||
                        folder.has_file("index.md") || folder.has_file("index.markdown");
    if (!gems && (file.empty() || !layout || gemfile != nullptr || folder.has_file("package.json"))) {
        return std::nullopt;
    }
    auto application =
        start_application(folder, "jekyll", file.empty() ? "Gemfile" : file, "a Jekyll site", by_framework);
    std::vector<Pin> own;
    if (auto pin = file_pin(folder, ".ruby-version")) {
        own.push_back(std::move(*pin));
    }
    add_line_pin(folder, "Gemfile", R"(^\s*ruby\s+["'](\d[\d.]*)["'])", own);
    pin_generator(folder, overrides, "ruby", "3.4", std::move(own), application);
    dockerfile::Stage stage;
    stage.image = fmt::format("ruby:{}-slim-bookworm", application.runtime.release);
    stage.packages = {"build-essential", "git"};
    if (gemfile != nullptr) {
        const auto locked = folder.has_file("Gemfile.lock");
        application.package_manager = "bundler";
        application.install = "bundle install";
        stage.steps.emplace_back(dockerfile::Environment{
            {{"BUNDLE_DEPLOYMENT", locked ? "1" : "0"}, {"BUNDLE_WITHOUT", "development:test"}}});
        std::vector<std::string> files = {"Gemfile"};
        if (locked) {
            files.emplace_back("Gemfile.lock");
        }
        stage.steps.emplace_back(dockerfile::Copy{files, "./", "", ""});
        stage.steps.emplace_back(dockerfile::Run{{application.install}, {}, locked ? "" : "there is no Gemfile.lock"});
    } else {
        application.install = "gem install --no-document jekyll:4.3.4 webrick:1.9.1";
        stage.steps.emplace_back(dockerfile::Run{{application.install}, {}, ""});
    }
    application.build = std::string(gemfile != nullptr ? "bundle exec " : "") + "jekyll build --destination /site";
    stage.steps.emplace_back(dockerfile::Copy{{"."}, ".", "", ""});
    stage.steps.emplace_back(dockerfile::Run{{"export JEKYLL_ENV=production", application.build}, {}, ""});
    build_site(application, std::move(stage));
    application.recipe.ignored = {"_site", ".jekyll-cache"};
    return application;
}

/// Beside a program of Python mkdocs.yml is its manual, alone it is a site.
std::optional<Application> detect_mkdocs(const Folder& folder, const Overrides& overrides)
{
    const auto file = folder.first_file({"mkdocs.yml", "mkdocs.yaml"});
    if (file.empty()) {
        return std::nullopt;
    }
    const auto program = !folder
                              .first_file({"pyproject.toml", "setup.py", "package.json", "go.mod", "Cargo.toml",
                                           "manage.py", "main.py", "app.py", "Gemfile", "pom.xml"})
                              .empty();
    auto application =
        start_application(folder, "mkdocs", file, "a MkDocs site", program ? by_stray_file : by_framework);
    std::vector<Pin> own;
    if (auto pin = file_pin(folder, ".python-version")) {
        own.push_back(std::move(*pin));
    }
    pin_generator(folder, overrides, "python", "3.13", std::move(own), application);
    dockerfile::Stage stage;
    stage.image = fmt::format("python:{}-slim-bookworm", application.runtime.release);
    stage.packages = {"git"};
    std::string list;
    for (const auto* name : {"requirements.txt", "docs/requirements.txt", "requirements-docs.txt"}) {
        const auto* text = folder.text(name);
        if (list.empty() && text != nullptr && matches(*text, R"((?i)^mkdocs)")) {
            list = name;
        }
    }
    if (!list.empty()) {
        application.package_manager = "pip";
        application.install = "pip install --no-cache-dir -r " + list;
        stage.steps.emplace_back(dockerfile::Copy{{list}, list.starts_with("docs/") ? "./docs/" : "./", "", ""});
    } else {
        const auto* text = folder.text(file);
        const auto material = text != nullptr && matches(*text, R"(name:\s*["']?material)");
        application.install =
            std::string("pip install --no-cache-dir mkdocs==1.6.1") + (material ? " mkdocs-material==9.6.14" : "");
        application.warnings.emplace_back("no requirements.txt names mkdocs: plugins beyond its own are not installed");
    }
    application.build = "mkdocs build --site-dir /site";
    stage.steps.emplace_back(dockerfile::Run{{application.install}, {"/root/.cache/pip"}, ""});
    stage.steps.emplace_back(dockerfile::Copy{{"."}, ".", "", ""});
    stage.steps.emplace_back(dockerfile::Run{{application.build}, {}, ""});
    build_site(application, std::move(stage));
    return application;
}

std::optional<Application> detect_zola(const Folder& folder, const Overrides& overrides)
{
    const auto* text =
        folder.has_directory("content") || folder.has_directory("templates") ? folder.text("config.toml") : nullptr;
    if (text == nullptr || !matches(*text, R"(^\s*base_url\s*=)")) {
        return std::nullopt;
    }
    auto application = start_application(folder, "zola", "config.toml", "a Zola site", by_framework);
    std::vector<Pin> own;
    add_line_pin(folder, "netlify.toml", R"(ZOLA_VERSION\s*=\s*"([^"]+)\")", own);
    pin_generator(folder, overrides, "zola", "0.20.0", std::move(own), application);
    dockerfile::Stage stage;
    stage.image = debian_slim;
    application.build = "zola build --output-dir /site";
    stage.steps = {dockerfile::Copy{{"/bin/zola"},
                                    "/usr/local/bin/zola",
                                    fmt::format("ghcr.io/getzola/zola:v{}", application.runtime.release),
                                    ""},
                   dockerfile::Copy{{"."}, ".", "", ""}, dockerfile::Run{{application.build}, {}, ""}};
    build_site(application, std::move(stage));
    application.recipe.ignored = {"public"};
    return application;
}

std::optional<Application> detect_book(const Folder& folder, const Overrides& overrides)
{
    if (!folder.has_file("book.toml") || folder.has_file("Cargo.toml")) {
        return std::nullopt;
    }
    auto application = start_application(folder, "mdbook", "book.toml", "an mdBook", by_framework);
    pin_generator(folder, overrides, "mdbook", "0.4.51", {}, application);
    dockerfile::Stage stage;
    stage.image = "rust:1.95-bookworm";
    application.install = fmt::format("cargo install mdbook --version {} --locked", application.runtime.release);
    application.build = "mdbook build --dest-dir /site";
    stage.steps = {dockerfile::Run{{application.install}, {"/usr/local/cargo/registry"}, ""},
                   dockerfile::Copy{{"."}, ".", "", ""}, dockerfile::Run{{application.build}, {}, ""}};
    build_site(application, std::move(stage));
    application.recipe.ignored = {"book"};
    return application;
}

/// What Staticfile says: `root: dist`, `index_fallback: true`, Cloud Foundry's `pushstate: enabled`.
Application from_staticfile(const Folder& folder)
{
    auto application =
        start_application(folder, "none", "Staticfile", "the Staticfile says that files are served", by_manifest);
    const auto& text = *folder.text("Staticfile");
    auto root = find_match(text, R"(^\s*root:\s*["']?([^\s"'#]+))").value_or("");
    while (root.starts_with("./") || root.ends_with('/')) {
        root = root.starts_with("./") ? root.substr(2) : root.substr(0, root.size() - 1);
    }
    if (!root.empty() && root != "." && (!is_inner_path(root) || !folder.has_directory(root))) {
        application.questions.push_back(
            {fmt::format("the Staticfile's root '{}' is no directory here: what is served?", printable_line(root)),
             {"--root DIRECTORY"}});
    } else if (!root.empty() && root != ".") {
        application.output = root;
    } else if (!folder.has_file("index.html") && folder.has_file("public/index.html")) {
        application.output = "public";
    }
    const auto single_page = matches(text, R"(^\s*(?:index_fallback|pushstate):\s*["']?(?:true|enabled|yes))");
    serve_files(application, "", application.output, single_page);
    return application;
}

/// The folder that others built, else the pages themselves.
std::optional<Application> detect_files(const Folder& folder)
{
    std::string served;
    try {
        served = node::served_folder(node::Manifest(folder));
    } catch (const Error&) {
        // a package.json that cannot be read says nothing of pages
    }
    const auto file = folder.first_file({served.empty() ? "index.html" : served + "/index.html", "index.html",
                                         "public/index.html", "dist/index.html", "build/index.html", "_site/index.html",
                                         "site/index.html", "www/index.html", "htdocs/index.html", "docs/index.html",
                                         "out/index.html", "index/index.html", "index.htm"});
    if (file.empty()) {
        return std::nullopt;
    }
    auto application =
        start_application(folder, "none", file, "pages, and nothing that builds or runs them", by_stray_file);
    application.output = directory_of(file);
    serve_files(application, "", application.output, false);
    return application;
}

/// Names and the version of what serves; a server configuration of their own is told, not used.
void finish(const Folder& folder, Application& application)
{
    if (application.runtime.name.empty()) {
        application.runtime.name = "caddy";
        application.runtime.release = "2.10";
    }
    for (const auto* name : {"Caddyfile", "nginx.conf", "netlify.toml", "_redirects", "_headers", ".htaccess"}) {
        if (folder.has_file(name)) {
            application.warnings.push_back(
                fmt::format("{} is not used: headers and redirects in it are not served", name));
        }
    }
}

}  // namespace

std::optional<Application> detect_static(const Folder& folder, const Overrides& overrides)
{
    std::optional<Application> application;
    if (folder.text("Staticfile") != nullptr) {
        application = from_staticfile(folder);
    }
    for (auto* detect : {detect_hugo, detect_zola, detect_jekyll, detect_mkdocs, detect_book}) {
        if (!application) {
            application = detect(folder, overrides);
        }
    }
    if (!application) {
        application = detect_files(folder);
    }
    if (application) {
        finish(folder, *application);
    }
    return application;
}

}  // namespace tinystacks::framework
