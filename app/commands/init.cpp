#include "commands/project.hpp"
#include "commands/values.hpp"
#include "view/detection.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "dockerfile/check.hpp"
#include "dockerfile/instruction.hpp"
#include "dockerfile/write.hpp"
#include "framework/detect.hpp"
#include "git/root.hpp"
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

std::optional<Brought> find_brought(const std::filesystem::path& root, const Options& options,
                                    const framework::Detection& detection)
{
    const std::filesystem::path path = options.dockerfile.empty() ? detection.dockerfile : options.dockerfile;
    if (path.empty()) {
        return std::nullopt;
    }
    const auto inside = path.lexically_normal();
    if (inside.is_absolute() || *inside.begin() == "..") {
        throw Error(ErrorKind::invalid_input, "the Dockerfile '{}' lies outside '{}'", path.string(), root.string());
    }
    auto text = find_file(root / inside, most_bytes);
    if (!text) {
        throw Error(ErrorKind::not_found, "there is no '{}' in '{}'", inside.string(), root.string())
            .with_hint("name the one there is with --dockerfile PATH, or leave it out to have one written");
    }
    return view::is_ours(*text) ? std::nullopt : std::optional(Brought{inside, std::move(*text)});
}

int container_port(const Options& options, const Brought& brought, const framework::Application& application)
{
    if (options.overrides.port != 0) {
        return options.overrides.port;
    }
    const auto exposed = dockerfile::exposed_ports(brought.text);
    if (!exposed.empty() || application.port != 0) {
        return exposed.empty() ? application.port : exposed.front();
    }
    throw Error(ErrorKind::usage, "'{}' exposes no port: add EXPOSE to it, or say which one it is",
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

void plan_brought(const Brought& brought, const Place& place, const Options& options,
                  const framework::Application& application, Plan& plan)
{
    plan.request.dockerfile = brought.path;
    plan.request.container_port = container_port(options, brought, application);
    plan.problems = dockerfile::check(brought.text, {brought.path.generic_string(),
                                                     true,  // one is written with the rest
                                                     options.overrides.port});
    plan.files = project::plan_init(plan.request);
    (void)place;
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

view::Report run(const Options& options, Context& context)
{
    const auto& services = context.services;
    const auto place = find_place(services);
    const framework::Tree tree(place.root);
    const auto detection = detect(tree, place, options.overrides);
    const auto brought = find_brought(place.root, options, detection);
    view::Report report;
    say_what_was_found(detection, tree, options.explain, report);
    (*report.result)["framework"] = brought ? "docker" : detection.application.framework;
    (*report.result)["container_port"] = nullptr;
    (*report.result)["dry_run"] = options.dry_run;
    (*report.result)["files"] = nlohmann::json::array();
    report.error = brought ? std::nullopt : find_obstacle(place, detection);
    if (report.error) {
        report.exit_code = exit_code(report.error->kind());
        return report;
    }
    if (options.explain) {
        return report;
    }
    Plan plan;
    plan.request.directory_name = std::filesystem::canonical(place.root).filename().string();
    plan.request.schema = services.schema();
    if (brought) {
        plan_brought(*brought, place, options, detection.application, plan);
    } else {
        plan_written(detection.application, place, options, plan);
    }
    (*report.result)["container_port"] = plan.request.container_port;
    report.problems = plan.problems;
    write(plan, place, options, report);
    if (!report.problems.empty()) {
        report.notes.insert(report.notes.begin(), view::text(report.problems));
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
