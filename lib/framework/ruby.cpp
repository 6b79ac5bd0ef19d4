#include "base/text.hpp"
#include "framework/detail/front_end.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/ruby_recipe.hpp"
#include "framework/pin.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tinystacks::framework {
namespace {

constexpr int rails_port = 3000;
constexpr int sinatra_port = 4567;
constexpr int highest_port = 65535;
constexpr std::size_t most_texts = 25;

/// Everything that is known while the application is being told.
struct Search {
    const Folder& folder;
    const Overrides& overrides;
    RubyPlan plan;
    Application application;
    std::vector<std::string> sources;  ///< files of code that were looked at, the entry first

    [[nodiscard]] const Gems& gems() const { return plan.gems; }
    [[nodiscard]] const std::string& text(const std::string& file) const
    {
        static const std::string none;
        const auto* found = folder.text(file);
        return found == nullptr ? none : *found;
    }
    /// The first of the sources that matches; empty when none does.
    [[nodiscard]] std::string find_source(const char* pattern) const
    {
        const auto found =
            std::ranges::find_if(sources, [&](const auto& file) { return matches(text(file), pattern); });
        return found == sources.end() ? std::string() : *found;
    }
    void note(const std::string& file, std::string rule, std::size_t line = 1)
    {
        application.evidence.push_back({{folder.in_tree(file), line, 1}, std::move(rule)});
    }
};

bool is_script(std::string_view name)
{
    return name.ends_with(".rb") && name != "gems.rb" && !name.ends_with("_test.rb") && !name.ends_with("_spec.rb") &&
           !name.starts_with("test_");
}

/// The file that starts it when nothing else does; empty when several could be it.
std::string find_entry(const Folder& folder)
{
    auto entry = folder.first_file({"app.rb", "main.rb", "server.rb", "web.rb", "application.rb", "index.rb", "run.rb",
                                    "start.rb", "bot.rb", "worker.rb", "hello.rb", "src/main.rb", "src/app.rb",
                                    "src/server.rb", "lib/main.rb", "lib/app.rb", "app/main.rb", "app/app.rb"});
    if (!entry.empty()) {
        return entry;
    }
    std::vector<std::string_view> scripts;
    for (const auto name : folder.files()) {
        if (is_script(name)) {
            scripts.push_back(name);
        }
    }
    return scripts.size() == 1 ? std::string(scripts.front()) : std::string();
}

std::vector<std::string> find_sources(const Folder& folder, const std::string& entry)
{
    std::vector<std::string> sources;
    const auto add = [&](std::string name) {
        if (!name.empty() && sources.size() < most_texts && std::ranges::find(sources, name) == sources.end()) {
            sources.push_back(std::move(name));
        }
    };
    add(entry);
    add(folder.first_file({"config.ru"}));
    for (const auto* directory : {"", "app", "lib", "src"}) {
        const auto inside = *directory == '\0' ? folder : folder.child(directory);
        for (const auto name : inside.files()) {
            if (is_script(name)) {
                add(*directory == '\0' ? std::string(name) : fmt::format("{}/{}", directory, name));
            }
        }
    }
    return sources;
}

struct Marker {
    std::string_view framework;
    const char* use;
};

/// What code says that uses a framework; its gem alone is no use.
constexpr std::array<Marker, 6> markers = {
    {{"sinatra", R"(^\s*require\s*\(?\s*['"]sinatra(?:/base|/main|/reloader)?['"]|Sinatra::(?:Base|Application))"},
     {"hanami", R"(Hanami(?:\.app|\.boot|::App|::Application)|^\s*require\s*['"]hanami)"},
     {"roda", R"(<\s*Roda\b|^\s*require\s*['"]roda['"])"},
     {"grape", R"(<\s*Grape::API)"},
     {"padrino", R"(Padrino\.(?:application|load))"},
     {"cuba", R"(Cuba\.define|^\s*run\s+Cuba)"}}};

void find_framework(Search& search)
{
    auto& application = search.application;
    if (matches(search.text("config/application.rb"), R"(^[^#\n]*Rails::Application)")) {
        application.framework = "rails";
        search.note("config/application.rb", "a class of Rails::Application",
                    line_of(search.text("config/application.rb"), "Rails::Application"));
        return;
    }
    for (const auto& marker : markers) {
        const auto file = search.find_source(marker.use);
        if (!file.empty() && application.framework == "none") {
            application.framework = marker.framework;
            search.note(file, fmt::format("{} is used here", marker.framework));
        }
    }
    if (application.framework == "none" && search.folder.has_file("config.ru")) {
        const auto named = std::ranges::find_if(
            markers, [&](const Marker& marker) { return search.gems().asked.contains(marker.framework); });
        application.framework = named == markers.end() ? "rack" : std::string(named->framework);
        search.note("config.ru", "a Rack application");
    }
    const auto& forced = search.overrides.framework;
    if (forced == "rails" || forced == "sinatra") {
        application.framework = forced;
    }
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

constexpr const char* puma_port = R"(^\s*(?:port|bind)\b[^#\n]*?(\d{2,5})\b)";

/// The port a script listens on; 0 when it does not.
int script_port(const Search& search)
{
    constexpr const char* server = R"(WEBrick|TCPServer|Rack(?:up)?::Handler|Puma|Thin::|Falcon|Async::HTTP|Sinatra)";
    for (const auto& file : search.sources) {
        const auto& text = search.text(file);
        for (const auto* pattern :
             {R"(set\s*\(?\s*:port\s*,[^#\n]*?(\d{2,5}))", R"(ENV[.\[](?:fetch\()?['"]PORT['"][^#\n]*?(\d{2,5}))",
              R"((?:TCPServer|HTTPServer)\.(?:new|open)[^#\n]*?\b(\d{2,5})\b)",
              R"((?i)\bport:?\s*(?:=>|:|=)?\s*(\d{4,5})\b)"}) {
            const auto bare = std::string_view(pattern).starts_with("(?i)");
            if (bare && !matches(text, server)) {
                continue;  // of a database, say
            }
            if (const auto port = port_in(text, pattern)) {
                return *port;
            }
        }
    }
    if (search.application.framework == "sinatra") {
        return sinatra_port;
    }
    return search.find_source(R"(ENV[.\[](?:fetch\()?['"]PORT['"]|WEBrick|TCPServer)").empty() ? 0 : rails_port;
}

void set_start(Search& search, std::string start, std::vector<std::string> argv = {})
{
    search.application.recipe.command = argv.empty() ? to_argv(start) : std::move(argv);
    search.application.start_command = std::move(start);
}

void start_rails(Search& search)
{
    search.application.port = port_in(search.text("config/puma.rb"), puma_port).value_or(rails_port);
    set_start(search, fmt::format("bundle exec bin/rails server -b 0.0.0.0 -p ${{PORT:-{}}}", search.application.port),
              {"bundle", "exec", "bin/rails", "server", "-b", "0.0.0.0"});
}

/// A server for config.ru. Rack 3 left rackup to a gem of its own. Source: Rack's changelog, 3.0.
void start_rack(Search& search)
{
    const auto& gems = search.gems();
    auto& application = search.application;
    const auto bundle = gems.empty() ? "" : "bundle exec ";
    search.note("config.ru", "started by config.ru");
    application.entry = "config.ru";
    const auto config = search.folder.first_file({"config/puma.rb", "puma.rb"});
    if (!config.empty() && (gems.has("puma") || gems.empty())) {
        search.note(config, "how Puma is set up");
        const auto port = port_in(search.text(config), puma_port);
        application.port = port.value_or(rails_port);
        const auto start = fmt::format("{}puma -C {}", bundle, config);
        const auto says_port = port || search.text(config).find("PORT") != std::string::npos;
        set_start(search, start,
                  says_port ? std::vector<std::string>()
                            : to_argv(fmt::format("{} -p ${{PORT:-{}}}", start, rails_port)));
        return;
    }
    application.port = rails_port;
    const auto rack = gems.version("rack");
    const auto has_rackup = gems.has("rackup") || rack.empty() || rack.starts_with("1.") || rack.starts_with("2.");
    if (has_rackup || !gems.has("puma")) {
        set_start(search, fmt::format("{}rackup config.ru -o 0.0.0.0 -p ${{PORT:-{}}}", bundle, application.port));
        if (!gems.lock.empty() && !gems.has_any({"puma", "thin", "falcon", "unicorn", "webrick", "iodine"})) {
            application.warnings.emplace_back("no server is among the gems: add puma, which rackup starts");
        }
    } else {
        set_start(search, fmt::format("{}puma -b tcp://0.0.0.0:${{PORT:-{}}}", bundle, application.port));
    }
}

void start_script(Search& search, const std::string& entry)
{
    auto& application = search.application;
    application.entry = entry;
    application.port = script_port(search);
    search.note(entry, "the file that is started");
    set_start(search, fmt::format("{}ruby {}", search.gems().empty() ? "" : "bundle exec ", shell_quote(entry)));
}

void find_start(Search& search, const std::string& entry)
{
    auto& application = search.application;
    if (application.framework == "rails") {
        start_rails(search);
    } else if (search.folder.has_file("config.ru")) {
        start_rack(search);
    } else if (!entry.empty()) {
        start_script(search, entry);
    } else if (matches(search.text("Rakefile"), R"(^\s*task\s*\(?\s*:?['"]?default\b)")) {
        search.note("Rakefile", "its default task");
        set_start(search, search.gems().empty() ? "rake" : "bundle exec rake");
    } else if (search.folder.find_files(".rb", 2).size() > 1) {
        application.questions.push_back({"no file says how it is started", {"--start 'ruby FILE.rb'"}});
    }
    if (search.overrides.port != 0) {
        application.port = search.overrides.port;
    }
}

/// What the image cannot decide: keys, migrations, further processes.
void warn_of_the_rest(Search& search)
{
    auto& application = search.application;
    if (application.framework == "rails") {
        application.warnings.emplace_back("it needs RAILS_MASTER_KEY or SECRET_KEY_BASE when it runs");
        if (search.folder.has_directory("db/migrate")) {
            application.warnings.emplace_back(
                "migrations belong into a release step, not the start: bundle exec bin/rails db:migrate");
        }
    }
    if (search.gems().gemfile.empty() && application.framework != "none") {
        application.warnings.push_back(
            fmt::format("{} is used, but no Gemfile names the gems: the image has none", application.framework));
    }
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> workers = {
        {{"sidekiq", "bundle exec sidekiq"},
         {"good_job", "bundle exec good_job start"},
         {"solid_queue", "bundle exec rake solid_queue:start"},
         {"clockwork", "bundle exec clockwork clock.rb"},
         {"resque", "bundle exec rake resque:work"}}};
    for (const auto& [gem, command] : workers) {
        if (search.gems().asked.contains(gem)) {
            application.warnings.push_back(
                fmt::format("{} runs as a second process of the same image: {}", gem, command));
        }
    }
}

void find_health(Search& search)
{
    if (search.application.framework == "rails") {
        const auto route =
            find_match(search.text("config/routes.rb"),
                       R"(^\s*get\s*\(?\s*['"]/?([\w/-]+)['"]\s*(?:=>|,\s*to:)\s*['"]rails/health#show)");
        search.plan.health = route ? "/" + *route : "/";
        return;
    }
    for (const auto& file : search.sources) {
        if (const auto route = find_match(search.text(file), R"(^\s*get\s*\(?\s*['"](/(?:up|healthz?|ping))['"])")) {
            search.plan.health = *route;
            return;
        }
    }
}

struct Generator {
    std::string_view gem;
    std::string_view marker;  ///< a file, or a directory
    std::string_view build;
    std::string_view output;
};

constexpr std::array<Generator, 4> generators = {
    {{"jekyll", "_config.yml", "JEKYLL_ENV=production bundle exec jekyll build", "_site"},
     {"github-pages", "_config.yml", "JEKYLL_ENV=production bundle exec jekyll build", "_site"},
     {"middleman", "config.rb", "bundle exec middleman build", "build"},
     {"bridgetown", "bridgetown.config.yml", "BRIDGETOWN_ENV=production bundle exec bridgetown deploy", "output"}}};

const Generator* find_generator(const Search& search)
{
    for (const auto& each : generators) {
        const auto ruby_config = each.gem == "bridgetown" && search.folder.has_file("config/initializers.rb");
        if (search.gems().asked.contains(each.gem) && (search.folder.has_file(each.marker) || ruby_config)) {
            return &each;
        }
    }
    return nullptr;
}

Application make_site(Search& search, const Generator& generator)
{
    auto& application = search.application;
    application.framework = generator.gem == "github-pages" ? "jekyll" : std::string(generator.gem);
    search.note(search.gems().gemfile, fmt::format("{} writes a site of files", application.framework));
    application.build = search.overrides.build.empty() ? std::string(generator.build) : search.overrides.build;
    application.output = find_match(search.text("_config.yml"), R"(^destination:\s*['"]?(?:\./)?(\w[\w-]*)/?['"]?\s*$)")
                             .value_or(std::string(generator.output));
    application.delivery = Delivery::files;
    application.start_command = static_start;
    application.port = static_port;
    application.score = by_framework;
    if (generator.gem != "bridgetown") {
        search.plan.front.reset();
    }
    plan_ruby_site(search.folder, search.plan, application);
    return std::move(application);
}

int score_of(const Search& search)
{
    const auto& application = search.application;
    if (application.framework == "rails") {
        return by_framework;
    }
    if (search.gems().gemfile.empty()) {
        return search.folder.has_file("config.ru") ? by_start : by_stray_file;
    }
    if (application.start_command.empty()) {
        // Tools of another project: fastlane, CocoaPods, Danger, a linter.
        return search.gems().has_any({"fastlane", "cocoapods", "danger", "rubocop"}) ? by_tools : by_library;
    }
    return search.folder.has_file("config.ru") || !application.entry.empty() ? by_start : by_manifest;
}

void find_variables(Search& search)
{
    std::vector<std::string> files = {"config/database.yml", "config/environments/production.rb", "config/puma.rb"};
    files.insert(files.end(), search.sources.begin(), search.sources.end());
    search.application.variables =
        variables_in(search.folder, files, R"(ENV(?:\.fetch\(|\[)\s*['"]([A-Z][A-Z0-9_]*)['"])");
}

}  // namespace

std::optional<Application> detect_ruby(const Folder& folder, const Overrides& overrides)
{
    const auto entry = find_entry(folder);
    auto gems = read_gems(folder);
    const auto rails = folder.has_file("config/application.rb");
    if (gems.gemfile.empty() && entry.empty() && !folder.has_file("config.ru") && !rails) {
        return std::nullopt;
    }
    Search search{folder, overrides, {}, {}, find_sources(folder, entry)};
    auto& application = search.application;
    search.plan.gems = std::move(gems);
    application.language = "ruby";
    application.package_manager = search.gems().gemfile.empty() ? "none" : "bundler";
    application.package_manager_version =
        find_match(search.text(search.gems().lock), R"(^BUNDLED WITH\r?\n\s+([\d.]+))").value_or("");
    if (!search.gems().gemfile.empty()) {
        search.note(search.gems().gemfile, "Bundler's manifest");
    }
    application.runtime = choose_ruby(folder, overrides, search.gems(), application.warnings);
    search.plan.front = find_front_end(folder, overrides.package_manager, application.warnings);
    if (const auto* generator = find_generator(search)) {
        return make_site(search, *generator);
    }
    find_framework(search);
    find_start(search, entry);
    find_health(search);
    search.plan.sqlite = search.gems().has("sqlite3") && folder.has_file("config/database.yml");
    application.score = score_of(search);
    if (application.start_command.empty() && application.score <= by_library && application.questions.empty()) {
        application.questions.push_back({"it has a Gemfile but no file that starts it", {"--start COMMAND"}});
    }
    warn_of_the_rest(search);
    find_variables(search);
    plan_ruby_image(folder, overrides, search.plan, application);
    return std::move(application);
}

}  // namespace tinystacks::framework
