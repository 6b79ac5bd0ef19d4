#include "framework/detect.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"
#include "framework/pin.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

namespace tinystacks::framework {
namespace {

struct Language {
    std::string_view name;
    std::optional<Application> (*detect)(const Folder&, const Overrides&);
};

/// Of two that are equally likely the earlier is taken: what usually carries a package.json of its own comes before
/// Node, what any repository may hold comes last.
constexpr std::array<Language, 14> languages = {{{"php", detect_php},
                                                 {"go", detect_go},
                                                 {"java", detect_java},
                                                 {"rust", detect_rust},
                                                 {"ruby", detect_ruby},
                                                 {"elixir", detect_elixir},
                                                 {"python", detect_python},
                                                 {"deno", detect_deno},
                                                 {"dotnet", detect_dotnet},
                                                 {"node", detect_node},
                                                 {"other", detect_by_name},
                                                 {"cpp", detect_cpp},
                                                 {"static", detect_static},
                                                 {"shell", detect_shell}}};

/// Below these lies what belongs to an application, but is none.
constexpr std::array<std::string_view, 13> beside = {"test", "tests",   "spec",      "examples", "example",
                                                     "docs", "doc",     "fixtures",  ".github",  "scripts",
                                                     "e2e",  "samples", "benchmarks"};

bool is_called(const Application& application, std::string_view name)
{
    return application.language == name || application.framework == name;
}

std::string subject(const Application& application)
{
    return application.framework == "none" ? application.language
                                           : fmt::format("{} ({})", application.framework, application.language);
}

std::string first_file(const Application& application)
{
    return application.evidence.empty() ? std::string() : application.evidence.front().where.file;
}

/// What each language makes of the folder, the likeliest first. A manifest that cannot be read is only said when
/// another language is there; throws what it throws when none is.
std::vector<Application> candidates(const Folder& folder, const Overrides& overrides)
{
    std::vector<Application> found;
    std::optional<Error> broken;
    for (const auto& language : languages) {
        try {
            if (auto application = language.detect(folder, overrides)) {
                application->root = folder.path();
                found.push_back(std::move(*application));
            }
        } catch (const Error& error) {
            broken = broken ? broken : error;
        }
    }
    if (found.empty() && broken) {
        throw Error(*broken);
    }
    for (auto& each : found) {
        if (broken) {
            each.warnings.push_back(fmt::format("not read: {}", broken->what()));
        }
    }
    std::ranges::stable_sort(found, std::ranges::greater(), &Application::score);
    if (!overrides.framework.empty()) {
        std::ranges::stable_partition(found, [&](const auto& each) { return is_called(each, overrides.framework); });
    }
    return found;
}

void take(Detection& detection, std::vector<Application> found, const Overrides& overrides)
{
    detection.application = std::move(found.front());
    const auto& chosen = detection.application;
    for (std::size_t i = 1; i < found.size(); ++i) {
        const auto& other = found[i];
        const auto reason =
            !overrides.framework.empty() ? "--framework chose otherwise"
            : other.score == chosen.score
                ? fmt::format("as likely; {} usually brings a {} of its own", subject(chosen), first_file(other))
                : fmt::format("{} says less than {}", first_file(other), first_file(chosen));
        detection.alternatives.push_back({other.language, other.framework, other.root, reason});
    }
}

/// The applications in the folders of a root that has none; a stray file in a folder when it is the only one.
std::vector<Application> below(const Folder& folder, const Overrides& overrides)
{
    std::vector<Application> found;
    std::vector<Application> stray;
    constexpr std::size_t most_folders = 200;
    std::size_t looked_at = 0;
    for (const auto name : folder.directories()) {
        if (std::ranges::find(beside, name) != beside.end() || ++looked_at > most_folders) {
            continue;
        }
        auto here = candidates(folder.child(name), overrides);
        if (!here.empty()) {
            (here.front().score > by_stray_file ? found : stray).push_back(std::move(here.front()));
        }
    }
    return found.empty() && stray.size() == 1 ? stray : found;
}

void ask_which(Detection& detection, const std::vector<Application>& found)
{
    Question question{"several applications: which one?", {}};
    for (const auto& each : found) {
        question.answers.push_back("--root " + shell_quote(each.root));
        detection.alternatives.push_back({each.language, each.framework, each.root, first_file(each)});
    }
    detection.application = found.front();
    detection.application.questions = {std::move(question)};
}

/// A start that somebody wrote down beats what was found.
void start_with(Application& application, const std::string& command, Evidence evidence)
{
    application.start_command = command;
    application.recipe.command = to_argv(command);
    application.evidence.push_back(std::move(evidence));
}

/// What a Procfile starts behind its migration, "rake db:migrate && puma" or with a semicolon: several tasks that start
/// at once must not migrate at once.
std::string without_migration(std::string_view command, std::vector<std::string>& warnings)
{
    constexpr const char* migration =
        R"(^[^&|;]*(?:db:(?:migrate|prepare|setup|seed)|artisan migrate|manage\.py migrate|doctrine:migrations:migrate|ecto\.migrate|alembic upgrade|db upgrade|prisma migrate deploy)\b[^&|;]*$)";
    auto rest = trim(command);
    for (auto at = rest.find_first_of("&;"); at != std::string_view::npos; at = rest.find_first_of("&;")) {
        const auto first = trim(rest.substr(0, at));
        const auto next = rest.find_first_not_of("&;", at);
        if (!matches(first, migration) || next == std::string_view::npos) {
            break;
        }
        warnings.push_back(
            fmt::format("it would migrate at each start: make '{}' a release step", printable_line(first)));
        rest = trim(rest.substr(next));
    }
    return std::string(rest);
}

/// A program that only a buildpack brings, such as vendor/bin/heroku-php-apache2.
bool is_of_buildpack(std::string_view command)
{
    return matches(command, R"(\b(?:heroku-php-(?:apache2|nginx)|heroku-hhvm-)|^\s*bin/start-nginx\b)");
}

/// A script of package.json: `npm start`, `yarn web --port 80`.
bool is_script(std::string_view command)
{
    return matches(command, R"(^(?:npm|yarn|pnpm|bun)\s+[\w.:-]+[^;&|<>$`]*$)");
}

/// The image starts the program behind a script: a package manager between would hold back the signal to stop, and may
/// not be there.
void resolve_script(const Folder& folder, const std::string& command, Application& application)
{
    auto argv = application.language == "node" && is_script(command) ? resolve_node_script(folder, command)
                                                                     : std::vector<std::string>();
    if (!argv.empty()) {
        application.recipe.command = std::move(argv);
    }
}

void apply_process(const Folder& folder, const Process& process, Application& application)
{
    const auto command = without_migration(process.command, application.warnings);
    auto argv = std::move(application.recipe.command);
    constexpr const char* start = "^(?:npm|yarn|pnpm|bun)(?: run)? start$";
    const auto same = matches(command, start) && matches(application.start_command, start);
    start_with(application, command, {process.where, "says how it is started"});
    resolve_script(folder, command, application);
    if (same && !argv.empty()) {
        application.recipe.command = std::move(argv);
    } else if (is_of_buildpack(command) && !argv.empty()) {
        application.recipe.command = std::move(argv);
        application.warnings.emplace_back("it would start what only a buildpack has: the image starts its own server");
    }
}

void apply_starts(const Folder& folder, const Overrides& overrides, Application& application)
{
    if (!overrides.start.empty()) {
        start_with(application, overrides.start, {{"--start", 0, 0}, "you said how it is started"});
        resolve_script(folder, overrides.start, application);
        std::erase_if(application.questions, [](const Question& question) {
            return std::ranges::any_of(question.answers,
                                       [](const auto& answer) { return answer.starts_with("--start"); });
        });
    } else if (const auto process = find_process(folder); process && application.delivery == Delivery::process) {
        apply_process(folder, *process, application);
    }
}

std::string find_dockerfile(const Folder& folder)
{
    const auto name = folder.first_file({"Dockerfile", "Containerfile", "dockerfile", "docker/Dockerfile"});
    return name.empty() ? std::string() : folder.in_tree(name);
}

/// A folder as the tree names it: shells complete "web/", and our own JSON says "." for the root.
std::string normal_root(const std::string& root)
{
    auto normal = std::filesystem::path(root).lexically_normal().generic_string();
    while (normal.ends_with('/') && normal.size() > 1) {
        normal.pop_back();
    }
    return normal == "." ? std::string() : normal;
}

void check_overrides(const Tree& tree, const Overrides& overrides)
{
    if (!overrides.root.empty() && !tree.has_directory(overrides.root)) {
        throw Error(ErrorKind::usage,
                    "there is no directory '{}' to take as --root: it is relative to the repository's root, and lies "
                    "in it",
                    printable_line(overrides.root))
            .with_hint("tinystacks init --explain");
    }
    const auto known = known_frameworks();
    if (!overrides.framework.empty() && std::ranges::find(known, overrides.framework) == known.end()) {
        throw Error(ErrorKind::usage, "'{}' is no framework that is known here", printable_line(overrides.framework))
            .with_hint("--framework " + suggest(overrides.framework, known));
    }
}

/// What serves files takes any port from PORT.
void listen_on(int port, Application& application)
{
    application.port = port;
    application.recipe.port = port;
    application.recipe.health = dockerfile::wget_health(port, "/health");
}

bool runs(const dockerfile::Recipe& recipe, const std::string& command)
{
    return std::ranges::any_of(recipe.stages, [&](const dockerfile::Stage& stage) {
        return std::ranges::any_of(stage.steps, [&](const auto& step) {
            const auto* run = std::get_if<dockerfile::Run>(&step);
            return run != nullptr && std::ranges::any_of(run->commands, [&](const auto& each) {
                       return each.find(command) != std::string::npos;
                   });
        });
    });
}

/// Throws Error{usage} for what was said and changes nothing, so that nobody believes it did.
void check_taken(const Application& application, const Overrides& overrides)
{
    const auto refuse = [&](std::string_view flag, const std::string& value, const std::string& why) {
        throw Error(ErrorKind::usage, "{} '{}': {}", flag, printable_line(value), why)
            .with_hint("tinystacks init --explain");
    };
    const auto what = subject(application);
    if (!overrides.framework.empty() && !is_called(application, overrides.framework)) {
        throw Error(ErrorKind::usage, "nothing here looks like {}", overrides.framework)
            .with_hint("tinystacks init --explain");
    }
    if (!overrides.package_manager.empty() && application.package_manager != overrides.package_manager) {
        refuse("--package-manager", overrides.package_manager,
               application.package_manager == "none"
                   ? fmt::format("{} is installed by none", what)
                   : fmt::format("this is installed by {}", application.package_manager));
    }
    const auto& pin = application.runtime.pin;
    if (!overrides.version.empty() && application.refusal.empty() && (!pin || pin->rule != said_version)) {
        refuse("--version", overrides.version, fmt::format("{} has none that can be chosen", what));
    }
    if (!overrides.start.empty() && application.delivery == Delivery::files) {
        refuse("--start", overrides.start,
               fmt::format("nothing is started, the files of '{}' are served",
                           printable_line(application.output.empty() ? "." : application.output)));
    }
    const auto open = !application.refusal.empty() || !application.questions.empty();
    if (!overrides.build.empty() && !open && !runs(application.recipe, overrides.build)) {
        refuse("--build", overrides.build,
               application.build.empty() ? "nothing is built here"
                                         : fmt::format("the image needs what '{}' makes; for another build write the "
                                                       "Dockerfile yourself",
                                                       printable_line(application.build)));
    }
}

}  // namespace

Detection detect(const Tree& tree, const Overrides& said)
{
    auto overrides = said;
    overrides.root = normal_root(said.root);
    check_overrides(tree, overrides);
    const Folder folder(tree, overrides.root);
    Detection detection;
    detection.application.language = "none";
    detection.application.root = overrides.root;
    auto found = candidates(folder, overrides);
    // Pages in a folder, such as docs/, hide no application in another.
    const auto weak =
        found.empty() || (found.front().score <= by_stray_file && overrides.framework.empty() &&
                          first_file(found.front()).find('/', folder.path().size() + 1) != std::string::npos);
    auto inside = weak ? below(folder, overrides) : std::vector<Application>();
    if (!inside.empty() && inside.front().score > by_stray_file) {
        found.clear();
    } else if (!found.empty()) {
        inside.clear();
    }
    if (inside.size() > 1) {
        ask_which(detection, inside);
    } else if (!found.empty() || !inside.empty()) {
        take(detection, found.empty() ? std::move(inside) : std::move(found), overrides);
    }
    auto& application = detection.application;
    dockerfile::move_context(application.recipe, application.context.value_or(application.root));
    constexpr int highest_port = 65535;
    if (application.port < 0 || application.port > highest_port) {
        throw Error(ErrorKind::invalid_input, "'{}', which stands in '{}', is no port: ports are 1 to 65535",
                    application.port, first_file(application))
            .with_hint("tinystacks init --port 8080");
    }
    if (application.language != "none") {
        check_taken(application, overrides);
    }
    if (overrides.port != 0 && application.delivery == Delivery::files) {
        listen_on(overrides.port, application);
    }
    const Folder home(tree, application.root);
    apply_starts(home, overrides, application);
    detection.dockerfile = find_dockerfile(home);
    if (application.language != "none" && application.recipe.command.empty() && application.refusal.empty() &&
        application.questions.empty()) {
        application.questions.push_back({"how is it started?", {"--start COMMAND"}});
    }
    return detection;
}

std::vector<std::string> known_frameworks()
{
    std::vector<std::string> known = {
        "actix",  "aspnet",  "axum",    "blazor",     "cakephp", "chi",       "codeigniter", "cpp",       "craft",
        "csharp", "cuba",    "deno",    "dropwizard", "drupal",  "echo",      "elixir",      "fiber",     "flight",
        "fsharp", "gin",     "go",      "gorilla",    "grape",   "hanami",    "helidon",     "hugo",      "java",
        "jekyll", "kotlin",  "ktor",    "laminas",    "laravel", "lumen",     "mdbook",      "micronaut", "mkdocs",
        "node",   "padrino", "phoenix", "php",        "play",    "python",    "quarkus",     "rack",      "rails",
        "rocket", "roda",    "ruby",    "rust",       "scala",   "shell",     "sinatra",     "slim",      "spring-boot",
        "static", "symfony", "vb",      "vertx",      "warp",    "wordpress", "yii",         "zola"};
    for (auto* more : {&node_frameworks, &python_frameworks}) {
        for (auto& name : (*more)()) {
            known.push_back(std::move(name));
        }
    }
    std::ranges::sort(known);
    const auto repeated = std::ranges::unique(known);
    known.erase(repeated.begin(), repeated.end());
    return known;
}

std::string Runtime::version() const
{
    return fmt::format("{} {}", name, pin ? pin->text : release);
}

}  // namespace tinystacks::framework
