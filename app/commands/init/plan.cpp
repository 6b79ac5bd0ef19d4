#include "commands/init/brought.hpp"

#include "view/detection.hpp"
#include "view/import.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "dockerfile/write.hpp"
#include "project/import/import.hpp"
#include "project/project.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::app::commands {
namespace {

/// What a stage of this machine's Docker wants of an application that does not listen.
constexpr int any_port = 8080;
constexpr std::size_t largest_project_file = std::size_t{1} << 20;

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

/// Why no Dockerfile can be written; empty when one can.
std::optional<Error> find_obstacle(const framework::Tree& tree, const Place& place,
                                   const framework::Detection& detection)
{
    const auto& application = detection.application;
    constexpr std::size_t most_dockerfiles = 20;
    std::vector<std::string> dockerfiles;
    if (application.language == "none") {
        for (const auto& file : framework::Folder(tree, "").find_files("Dockerfile", most_dockerfiles)) {
            dockerfiles.push_back("tinystacks init --dockerfile " + shell_quote(file));
        }
    }
    if (!dockerfiles.empty()) {
        return Error(ErrorKind::usage, "no application is known here, but there are Dockerfiles: which one?")
            .with_hint(join(dockerfiles, "\n       "));
    }
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

/// The project at `path`; empty when there is none, and when it is wrong, which is `validate`'s to say.
std::optional<project::Project> find_project(const std::filesystem::path& path)
{
    try {
        const auto text = find_file(path, largest_project_file);
        return text ? std::optional(project::parse(*text, path.filename().string()).project) : std::nullopt;
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// Whether a stage of the project runs on AWS Lambda.
bool has_lambda_stage(const std::filesystem::path& path)
{
    const auto project = find_project(path);
    return project && std::ranges::any_of(project->stages, [](const stage::Stage& stage) {
               return std::holds_alternative<stage::LambdaTarget>(stage.target);
           });
}

/// The first port of this machine that is behind those of all projects of the repository but the one at `own`.
int free_port(const framework::Tree& tree, const Place& place, const std::filesystem::path& own, int port)
{
    constexpr std::size_t most_projects = 100;
    for (const auto& file : framework::Folder(tree, "").find_files(project::default_file, most_projects)) {
        const auto project = file == own ? std::nullopt : find_project(place.root / file);
        for (const auto& stage : project ? project->stages : std::vector<stage::Stage>()) {
            if (const auto* docker = std::get_if<stage::DockerTarget>(&stage.target)) {
                port = std::max(port, docker->port + 1);
            }
        }
    }
    return port;
}

/// A repository whose project file is for another Dockerfile gets a second one, beside this Dockerfile.
void choose_project_file(const framework::Tree& tree, const Place& place, InitPlan& plan)
{
    plan.project_file = project::default_file;
    const auto first = find_project(place.root / project::default_file);
    const auto is_usual = !first || !first->build.contains("DOCKERFILE_PATH");
    const std::filesystem::path dockerfile = is_usual ? "Dockerfile" : first->build.at("DOCKERFILE_PATH");
    if (!first || dockerfile == plan.request.dockerfile) {
        return;
    }
    const auto folder = plan.request.dockerfile.parent_path();
    if (folder.empty()) {
        throw Error(ErrorKind::conflict, "'{}' is for '{}', and the new one would lie in the same place",
                    project::default_file, printable_line(dockerfile.string()))
            .with_hint(fmt::format("git mv {} {}", project::default_file,
                                   shell_quote((dockerfile.parent_path() / project::default_file).string())));
    }
    plan.project_file = folder / project::default_file;
    plan.request.directory_name = folder.filename().string();
    plan.request.first_port = free_port(tree, place, plan.project_file, plan.request.first_port);
}

void plan_project(const framework::Tree& tree, const Place& place, InitPlan& plan)
{
    choose_project_file(tree, place, plan);
    plan.files = project::plan_init(plan.request);
    plan.files.front().path = plan.project_file;
}

dockerfile::WriteOptions how_to_write(const framework::Application& application,
                                      const std::filesystem::path& project_file, const InitOptions& options)
{
    return {view::decided(application), options.buildkit, options.lambda || has_lambda_stage(project_file)};
}

void plan_brought(const framework::Tree& tree, const Place& place, const Brought& brought, const InitOptions& options,
                  const framework::Application& application, InitPlan& plan)
{
    refuse_unused(brought, options);
    plan.request.dockerfile = brought.path;
    plan.request.container_port = container_port(options, brought, application);
    plan_project(tree, place, plan);
}

void plan_written(const framework::Tree& tree, const Place& place, const framework::Application& application,
                  const InitOptions& options, view::Report& report, InitPlan& plan)
{
    const auto listens = application.port != 0 || options.overrides.port != 0;
    const auto port = options.overrides.port != 0 ? options.overrides.port : application.port;
    plan.request.dockerfile = std::filesystem::path(application.root) / "Dockerfile";
    plan.request.container_port = listens ? port : any_port;
    plan_project(tree, place, plan);
    const auto how = how_to_write(application, place.root / plan.project_file, options);
    if (!listens) {
        report.notes.push_back(
            fmt::format("warning: it listens on no port that was found{}; say it with --port, or give "
                        "the stages another target than this machine's Docker, which asks one",
                        how.lambda ? ", so that it cannot answer on AWS Lambda" : ""));
    }
    plan.files.insert(plan.files.begin(), {plan.request.dockerfile, dockerfile::write(application.recipe, how)});
    const auto ignore = std::ranges::find(plan.files, ".dockerignore", &project::PlannedFile::path);
    ignore->text = dockerfile::write_ignore(application.recipe);
    const auto* there = plan.project_file == project::default_file ? nullptr : tree.text(".dockerignore");
    ignore->text = there == nullptr ? ignore->text : dockerfile::add_ignored(*there, ignore->text);
}

/// The values of --ecs-service. Throws Error{usage}.
std::map<std::string, std::string> by_stage(const std::vector<std::string>& values)
{
    std::map<std::string, std::string> services;
    for (const auto& value : values) {
        const auto equals = value.find('=');
        if (equals == std::string::npos || equals == 0 ||
            !services.emplace(value.substr(0, equals), value.substr(equals + 1)).second) {
            throw Error(ErrorKind::usage, "--ecs-service takes STAGE=ARN, each stage once, not '{}'",
                        printable_line(value))
                .with_hint("tinystacks init --from copilot --ecs-service "
                           "test=arn:aws:ecs:REGION:ACCOUNT:service/CLUSTER/SERVICE");
        }
    }
    return services;
}

/// A project of AWS Copilot's or Compose's files; a Dockerfile is written only where theirs is not there.
void plan_imported(const framework::Tree& tree, const Place& place, const InitOptions& options, view::Report& report,
                   InitPlan& plan)
{
    const auto copilot = options.from == "copilot";
    if (!copilot && (!options.account.empty() || !options.region.empty() || !options.ecs_services.empty())) {
        throw Error(ErrorKind::usage, "--account, --region and --ecs-service are for --from copilot");
    }
    project::ImportRequest request;
    request.directory_name = plan.request.directory_name;
    request.schema = plan.request.schema;
    request.service = options.service;
    request.account = options.account;
    request.region = options.region;
    request.port = options.overrides.port;
    request.ecs_services = by_stage(options.ecs_services);
    auto imported = copilot ? project::import_copilot(tree, request) : project::import_compose(tree, request);
    (*report.result)["import"] = view::to_json(imported);
    report.text += view::remarks_text(imported);
    plan.files = std::move(imported.files);
    plan.project_file = project::default_file;
    plan.unfinished =
        std::ranges::any_of(imported.remarks, [](const auto& remark) { return remark.fate == project::Fate::fill_in; });
    plan.request.container_port = imported.port;
    if (imported.dockerfile.empty()) {
        return;
    }
    if (const auto* text = tree.text(imported.dockerfile)) {
        const Brought brought{imported.dockerfile, *text, imported.context};
        refuse_unused(brought, options);
        report.problems = check(brought, tree, options);
        return;
    }
    auto overrides = options.overrides;
    overrides.root = imported.context;
    overrides.port = imported.port;
    overrides.start = overrides.start.empty() ? imported.start : overrides.start;
    const auto detection = framework::detect(tree, overrides);
    if (auto obstacle = find_obstacle(tree, place, detection)) {
        report.notes.push_back(fmt::format("warning: '{}' is not there, and none is written: {}",
                                           printable_line(imported.dockerfile), obstacle->what()));
        return;
    }
    const auto& recipe = detection.application.recipe;
    plan.files.push_back(
        {imported.dockerfile,
         dockerfile::write(recipe, how_to_write(detection.application, place.root / plan.project_file, options))});
    plan.files.push_back({".dockerignore", dockerfile::write_ignore(recipe)});
}

void say_what_was_found(const framework::Detection& detection, const framework::Tree& tree, bool explain,
                        view::Report& report)
{
    (*report.result)["detection"] = view::to_json(detection, tree.notes());
    const auto& application = detection.application;
    if (explain) {
        report.text += view::explanation(detection);
    } else if (application.language != "none" && application.questions.empty()) {
        report.notes.push_back("found " + view::summary(application));
    }
    for (const auto* list : {&application.warnings, &tree.notes()}) {
        for (const auto& each : *list) {
            report.notes.push_back("warning: " + printable_line(each));
        }
    }
}

}  // namespace

std::optional<InitPlan> plan_init(const framework::Tree& tree, const Place& place, const InitOptions& options,
                                  const Services& services, view::Report& report)
{
    InitPlan plan;
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
    report.error =
        brought ? find_obstacle(*brought, options, detection.application) : find_obstacle(tree, place, detection);
    if (report.error) {
        report.exit_code = exit_code(report.error->kind());
    }
    if (brought) {
        report.problems = check(*brought, tree, options);
    }
    if (report.error || options.explain) {
        return std::nullopt;
    }
    if (brought) {
        plan_brought(tree, place, *brought, options, detection.application, plan);
    } else {
        plan_written(tree, place, detection.application, options, report, plan);
    }
    return plan;
}

}  // namespace tinystacks::app::commands
