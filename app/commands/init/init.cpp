#include "commands/init/starter.hpp"
#include "commands/project.hpp"
#include "commands/values.hpp"
#include "view/detection.hpp"
#include "view/import.hpp"

#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "base/text.hpp"
#include "dockerfile/check.hpp"
#include "dockerfile/instruction.hpp"
#include "dockerfile/write.hpp"
#include "framework/detect.hpp"
#include "git/root.hpp"
#include "project/import/import.hpp"
#include "project/init.hpp"
#include "project/project.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::app::commands {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20;
/// What a stage of this machine's Docker wants of an application that does not listen.
constexpr int any_port = 8080;

struct Options {
    framework::Overrides overrides;
    std::string dockerfile;
    std::string from;
    std::string service;
    std::string account;
    std::string region;
    std::string starter;
    bool buildkit = false;
    bool lambda = false;
    bool explain = false;
    bool force = false;
    bool dry_run = false;
};

/// Where the repository begins, and the folder in it that the command was given in.
struct Place {
    std::filesystem::path root;
    std::string below;
    bool is_repository = false;
};

Place find_place(const Services& services)
{
    const auto here = services.directory();
    const auto root = git::find_root(here);
    const auto below = root ? here.lexically_relative(*root).generic_string() : std::string(".");
    return {root.value_or(here), below == "." ? std::string() : below, root.has_value()};
}

/// What becomes of one planned file.
enum class Fate { written, unchanged, kept };

std::string_view to_string(Fate fate)
{
    return fate == Fate::written ? "written" : fate == Fate::unchanged ? "unchanged" : "kept";
}

Fate fate_of(const std::filesystem::path& path, const std::string& text, const Options& options)
{
    const auto there = find_file(path, most_bytes);
    if (!there) {
        return Fate::written;
    }
    return *there == text ? Fate::unchanged : options.force ? Fate::written : Fate::kept;
}

/// The application of the folder one is in; of the whole repository when that folder has none.
framework::Detection detect(const framework::Tree& tree, const Place& place, framework::Overrides overrides)
{
    if (overrides.root.empty() && tree.has_directory(place.below)) {
        overrides.root = place.below;
        auto detection = framework::detect(tree, overrides);
        if (place.below.empty() || detection.application.language != "none" || !detection.dockerfile.empty()) {
            return detection;
        }
        overrides.root.clear();
    }
    return framework::detect(tree, overrides);
}

/// A Dockerfile that is not ours is kept, and used.
struct Brought {
    std::filesystem::path path;
    std::string text;
};

std::optional<Brought> find_brought(const std::filesystem::path& root, const framework::Tree& tree,
                                    const Options& options, const framework::Detection& detection)
{
    const std::filesystem::path path = options.dockerfile.empty() ? detection.dockerfile : options.dockerfile;
    if (path.empty()) {
        return std::nullopt;
    }
    const auto inside = path.lexically_normal();
    if (inside.is_absolute() || *inside.begin() == "..") {
        throw Error(ErrorKind::invalid_input, "the Dockerfile '{}' lies outside '{}'", path.string(), root.string());
    }
    const auto* text = tree.text(inside.generic_string());
    if (text == nullptr && tree.has_file(inside.generic_string())) {
        throw Error(ErrorKind::invalid_input, "{}", tree.notes().back());
    }
    if (text == nullptr) {
        throw Error(ErrorKind::not_found, "there is no '{}' in '{}'", inside.string(), root.string())
            .with_hint("name the one there is with --dockerfile PATH, or leave it out to have one written");
    }
    return view::is_ours(*text) ? std::nullopt : std::optional(Brought{inside, *text});
}

/// 0 when nothing says it.
int container_port(const Options& options, const Brought& brought, const framework::Application& application)
{
    if (options.overrides.port != 0) {
        return options.overrides.port;
    }
    const auto exposed = dockerfile::exposed_ports(brought.text);
    return exposed.empty() ? application.port : exposed.front();
}

/// Why their Dockerfile cannot be used; empty when it can.
std::optional<Error> find_obstacle(const Brought& brought, const Options& options,
                                   const framework::Application& application)
{
    if (container_port(options, brought, application) != 0) {
        return std::nullopt;
    }
    return Error(ErrorKind::usage, "'{}' exposes no port: add EXPOSE to it, or say which one it is",
                 printable(brought.path.string()))
        .with_hint("tinystacks init --port 8080");
}

/// Why no Dockerfile can be written; empty when one can.
std::optional<Error> find_obstacle(const Place& place, const framework::Detection& detection)
{
    const auto& application = detection.application;
    if (application.language == "none") {
        return Error(ErrorKind::not_found,
                     "nothing in '{}' says what the application is written in, and there is no Dockerfile",
                     place.root.string())
            .with_hint("write a Dockerfile, or name the application's folder with --root DIR");
    }
    if (!application.questions.empty()) {
        const auto& question = application.questions.front();
        std::vector<std::string> answers;
        for (const auto& answer : question.answers) {
            answers.push_back("tinystacks init " + printable_line(answer));
        }
        return Error(ErrorKind::usage, "{}", printable_line(question.text)).with_hint(join(answers, "\n       "));
    }
    if (!application.refusal.empty()) {
        return Error(ErrorKind::not_found, "{}", application.refusal)
            .with_hint("write a Dockerfile, then tinystacks init");
    }
    return std::nullopt;
}

/// Whether a stage of the project as it is runs on AWS Lambda.
bool has_lambda_stage(const std::filesystem::path& root)
{
    const auto text = find_file(root / project::default_file, most_bytes);
    if (!text) {
        return false;
    }
    try {
        const auto stages = project::parse(*text, std::string(project::default_file)).project.stages;
        return std::ranges::any_of(stages, [](const stage::Stage& stage) {
            return std::holds_alternative<stage::LambdaTarget>(stage.target);
        });
    } catch (const Error&) {
        return false;  // `validate` says what is wrong with it
    }
}

/// What is planned, and what is to be said about it.
struct Plan {
    project::InitRequest request;
    std::vector<project::PlannedFile> files;
    std::vector<Problem> problems;
};

void plan_brought(const Brought& brought, const Options& options, const framework::Application& application, Plan& plan)
{
    plan.request.dockerfile = brought.path;
    plan.request.container_port = container_port(options, brought, application);
    plan.problems = dockerfile::check(brought.text, {brought.path.generic_string(),
                                                     true,  // one is written with the rest
                                                     options.overrides.port});
    plan.files = project::plan_init(plan.request);
}

void plan_written(const framework::Application& application, const Place& place, const Options& options, Plan& plan)
{
    const auto port = application.port == 0 ? any_port : application.port;
    plan.request.dockerfile = std::filesystem::path(application.root) / "Dockerfile";
    plan.request.container_port = options.overrides.port == 0 ? port : options.overrides.port;
    plan.files = project::plan_init(plan.request);
    const dockerfile::WriteOptions how{view::decided(application), options.buildkit,
                                       options.lambda || has_lambda_stage(place.root)};
    plan.files.insert(plan.files.begin(), {plan.request.dockerfile, dockerfile::write(application.recipe, how)});
    const auto ignore = std::ranges::find(plan.files, ".dockerignore", &project::PlannedFile::path);
    ignore->text = dockerfile::write_ignore(application.recipe);
}

/// Writes what is planned, unless nothing is to be written, and reports each file.
void write(const Plan& plan, const Place& place, const Options& options, view::Report& report)
{
    auto files = nlohmann::json::array();
    bool kept = false;
    bool written = false;
    for (const auto& [path, text] : plan.files) {
        const auto fate = fate_of(place.root / path, text, options);
        kept = kept || fate == Fate::kept;
        files.push_back({{"path", path.generic_string()},
                         {"status", to_string(fate)},
                         {"text", options.dry_run ? nlohmann::json(text) : nlohmann::json(nullptr)}});
        if (options.dry_run) {
            report.text += fmt::format("--- {} ({}{})\n{}", path.generic_string(),
                                       fate == Fate::written ? "would be " : "", to_string(fate), text);
            continue;
        }
        if (fate == Fate::written) {
            replace_file(place.root / path, text, 0644);
            written = true;
        }
        report.text += fmt::format("{}: {}\n", path.generic_string(), to_string(fate));
    }
    (*report.result)["files"] = std::move(files);
    if (kept) {
        report.notes.emplace_back("files that are there and differ were kept; --force writes them anew");
    }
    if (written) {
        report.notes.emplace_back(place.is_repository
                                      ? "next: git add -A && git commit -m 'Deploy with tinystacks'"
                                      : "next: git init && git add -A && git commit -m 'Deploy with tinystacks'");
        report.notes.emplace_back("      tinystacks deploy");
    } else if (!options.dry_run) {
        report.notes.emplace_back("next: tinystacks deploy");
    }
}

/// A project of AWS Copilot's or Compose's files; a Dockerfile is written only where theirs is not there.
void plan_imported(const framework::Tree& tree, const Place& place, const Options& options, view::Report& report,
                   Plan& plan)
{
    project::ImportRequest request;
    request.directory_name = plan.request.directory_name;
    request.schema = plan.request.schema;
    request.service = options.service;
    request.account = options.account;
    request.region = options.region;
    request.port = options.overrides.port;
    auto imported =
        options.from == "copilot" ? project::import_copilot(tree, request) : project::import_compose(tree, request);
    (*report.result)["import"] = view::to_json(imported);
    report.text += view::remarks_text(imported);
    plan.files = std::move(imported.files);
    plan.request.container_port = imported.port;
    if (imported.dockerfile.empty() || tree.has_file(imported.dockerfile)) {
        return;
    }
    auto overrides = options.overrides;
    overrides.root = imported.context;
    overrides.start = overrides.start.empty() ? imported.start : overrides.start;
    const auto detection = framework::detect(tree, overrides);
    if (auto obstacle = find_obstacle(place, detection)) {
        report.notes.push_back(fmt::format("warning: '{}' is not there, and none is written: {}",
                                           printable_line(imported.dockerfile), obstacle->what()));
        return;
    }
    const auto& recipe = detection.application.recipe;
    plan.files.push_back({imported.dockerfile, dockerfile::write(recipe, {view::decided(detection.application),
                                                                          options.buildkit, options.lambda})});
    plan.files.push_back({".dockerignore", dockerfile::write_ignore(recipe)});
}

void say_what_was_found(const framework::Detection& detection, const framework::Tree& tree, bool explain,
                        view::Report& report)
{
    (*report.result)["detection"] = view::to_json(detection, tree.notes());
    const auto& application = detection.application;
    if (explain) {
        report.text += view::explanation(detection);
    } else if (application.language != "none") {
        report.notes.push_back("found " + view::summary(application));
    }
    for (const auto* list : {&application.warnings, &tree.notes()}) {
        for (const auto& each : *list) {
            report.notes.push_back("warning: " + printable_line(each));
        }
    }
}

/// Plans the files, or says in the report why there are none.
std::optional<Plan> make_plan(const framework::Tree& tree, const Place& place, const Options& options,
                              const Services& services, view::Report& report)
{
    Plan plan;
    plan.request.directory_name = std::filesystem::canonical(place.root).filename().string();
    plan.request.schema = services.schema();
    if (!options.from.empty()) {
        plan_imported(tree, place, options, report, plan);
        return plan;
    }
    const auto detection = detect(tree, place, options.overrides);
    const auto brought = find_brought(place.root, tree, options, detection);
    say_what_was_found(detection, tree, options.explain, report);
    (*report.result)["framework"] = brought ? "docker" : detection.application.framework;
    report.error = brought ? find_obstacle(*brought, options, detection.application) : find_obstacle(place, detection);
    if (report.error) {
        report.exit_code = exit_code(report.error->kind());
    }
    if (report.error || options.explain) {
        return std::nullopt;
    }
    if (brought) {
        plan_brought(*brought, options, detection.application, plan);
    } else {
        plan_written(detection.application, place, options, plan);
    }
    return plan;
}

/// The starter's files, then what `init` makes of them. With --dry-run both are made elsewhere.
Place write_starter(const Options& options, const Place& place, const TempDir& elsewhere, view::Report& report)
{
    const auto target = options.dry_run ? elsewhere.path() / "hello" : place.root / place.below;
    std::filesystem::create_directories(target);
    auto files = nlohmann::json::array();
    for (const auto& path : commands::write_starter(options.starter, target)) {
        files.push_back(path.generic_string());
        report.text += fmt::format("{}: {}\n", path.generic_string(), options.dry_run ? "would be written" : "written");
    }
    (*report.result)["starter"] = std::move(files);
    return options.dry_run ? Place{target, "", true} : place;
}

view::Report run(const Options& options, Context& context)
{
    const auto& services = context.services;
    view::Report report;
    (*report.result)["container_port"] = nullptr;
    (*report.result)["detection"] = nullptr;
    (*report.result)["dry_run"] = options.dry_run;
    (*report.result)["files"] = nlohmann::json::array();
    (*report.result)["framework"] = nullptr;
    auto place = find_place(services);
    std::optional<TempDir> elsewhere;
    if (!options.starter.empty()) {
        place = write_starter(options, place, elsewhere.emplace(), report);
    }
    const framework::Tree tree(place.root);
    const auto plan = make_plan(tree, place, options, services, report);
    if (!plan) {
        return report;
    }
    (*report.result)["container_port"] = plan->request.container_port;
    report.problems = plan->problems;
    write(*plan, place, options, report);
    if (!report.problems.empty()) {
        report.notes.insert(report.notes.begin(), std::string(trim(view::text(report.problems))));
    }
    return report;
}

void declare_overrides(CLI::App& command, Options& options)
{
    auto& overrides = options.overrides;
    command.add_option("--framework", overrides.framework, "The framework or language, when it is not the one found.")
        ->type_name("NAME")
        ->check(offer(framework::known_frameworks()))
        ->check(a_value());
    command
        .add_option("--package-manager", overrides.package_manager,
                    "Whose lock file counts, where several lie side by side.")
        ->type_name("NAME")
        ->check(a_value());
    command
        .add_option("--version", overrides.version, "The version of the language; what the repository pins otherwise.")
        ->type_name("VERSION")
        ->check(a_value());
    command.add_option("--build", overrides.build, "The command that builds it.")
        ->type_name("COMMAND")
        ->check(a_value());
    command.add_option("--start", overrides.start, "The command that starts it.")
        ->type_name("COMMAND")
        ->check(a_value());
    command.add_option("--port", overrides.port, "The port it listens on; the code or EXPOSE say it otherwise.")
        ->type_name("PORT")
        ->check(port());
    command.add_option("--root", overrides.root, "The application's folder, relative to the repository's root.")
        ->type_name("DIR")
        ->check(a_value());
}

/// Where the project comes from, when it is neither the application nor a Dockerfile.
void declare_origins(CLI::App& command, Options& options)
{
    auto* from = command.add_option("--from", options.from, "Move in: read the files of AWS Copilot or Compose.")
                     ->type_name("TOOL")
                     ->check(one_of({"copilot", "compose"}));
    command.add_option("--service", options.service, "Which of their services, with --from.")
        ->type_name("NAME")
        ->check(a_value())
        ->needs(from);
    command.add_option("--account", options.account, "The AWS account of the images, with --from.")
        ->type_name("ID")
        ->check(a_value())
        ->needs(from);
    command.add_option("--region", options.region, "The AWS region of the images, with --from.")
        ->type_name("REGION")
        ->check(a_value())
        ->needs(from);
    command.add_option("--starter", options.starter, "Write a small application into an empty directory first.")
        ->type_name("NAME")
        ->check(one_of(starters()))
        ->excludes(from);
}

}  // namespace

void declare_init(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent
            .add_subcommand("init", "Recognise the application; write Dockerfile, build.yml, release.yml and "
                                    "tinystacks.yml.")
            ->group("Everyday");
    declare_overrides(*command, *options);
    declare_origins(*command, *options);
    command
        ->add_option("--dockerfile", options->dockerfile,
                     "The Dockerfile there is, relative to the repository's root, when it has another name.")
        ->type_name("PATH")
        ->check(a_value());
    command->add_flag("--buildkit", options->buildkit, "Write a Dockerfile with cache mounts, which needs BuildKit.");
    command->add_flag("--lambda", options->lambda, "Write a Dockerfile whose image runs on AWS Lambda too.");
    command->add_flag("--explain", options->explain, "Show what was found, where and by which rule; write nothing.");
    command->add_flag("--force", options->force, "Write files anew that are there and differ.");
    command->add_flag("--dry-run", options->dry_run, "Show the files, write nothing.");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
