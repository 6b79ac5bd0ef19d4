#include "commands/init/plan.hpp"

#include "view/detection.hpp"
#include "view/import.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "dockerfile/check.hpp"
#include "dockerfile/instruction.hpp"
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

/// A Dockerfile that is not ours is kept, and used.
struct Brought {
    std::filesystem::path path;
    std::string text;
};

std::optional<Brought> find_brought(const std::filesystem::path& root, const framework::Tree& tree,
                                    const InitOptions& options, const framework::Detection& detection)
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
int container_port(const InitOptions& options, const Brought& brought, const framework::Application& application)
{
    if (options.overrides.port != 0) {
        return options.overrides.port;
    }
    const auto exposed = dockerfile::exposed_ports(brought.text);
    return exposed.empty() ? application.port : exposed.front();
}

/// Why their Dockerfile cannot be used; empty when it can.
std::optional<Error> find_obstacle(const Brought& brought, const InitOptions& options,
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
    const auto text = find_file(root / project::default_file, largest_project_file);
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

dockerfile::WriteOptions how_to_write(const framework::Application& application, const Place& place,
                                      const InitOptions& options)
{
    return {view::decided(application), options.buildkit, options.lambda || has_lambda_stage(place.root)};
}

/// Throws Error{usage} for a flag that says how a Dockerfile is to be written, where none is.
void refuse_unused(const Brought& brought, const InitOptions& options)
{
    const auto& overrides = options.overrides;
    for (const auto& [flag, given] : {std::pair("--framework", !overrides.framework.empty()),
                                      {"--package-manager", !overrides.package_manager.empty()},
                                      {"--version", !overrides.version.empty()},
                                      {"--build", !overrides.build.empty()},
                                      {"--start", !overrides.start.empty()},
                                      {"--buildkit", options.buildkit},
                                      {"--lambda", options.lambda}}) {
        if (given) {
            throw Error(ErrorKind::usage,
                        "{} is for a Dockerfile that init writes; '{}' is there, and is kept as it is", flag,
                        printable_line(brought.path.string()))
                .with_hint(fmt::format("git mv {0} {0}.old, or change it there", shell_quote(brought.path.string())));
        }
    }
}

void plan_brought(const Brought& brought, const InitOptions& options, const framework::Application& application,
                  InitPlan& plan)
{
    refuse_unused(brought, options);
    plan.request.dockerfile = brought.path;
    plan.request.container_port = container_port(options, brought, application);
    plan.files = project::plan_init(plan.request);
}

/// What in their Dockerfile will hurt. A .dockerignore is written with the other files.
std::vector<Problem> check(const Brought& brought, const framework::Tree& tree, const InitOptions& options)
{
    const auto writes = !options.dry_run && !options.explain;
    return dockerfile::check(brought.text, {brought.path.generic_string(), writes || tree.has_file(".dockerignore"),
                                            options.overrides.port});
}

void plan_written(const framework::Application& application, const Place& place, const InitOptions& options,
                  InitPlan& plan)
{
    const auto port = application.port == 0 ? any_port : application.port;
    plan.request.dockerfile = std::filesystem::path(application.root) / "Dockerfile";
    plan.request.container_port = options.overrides.port == 0 ? port : options.overrides.port;
    plan.files = project::plan_init(plan.request);
    plan.files.insert(
        plan.files.begin(),
        {plan.request.dockerfile, dockerfile::write(application.recipe, how_to_write(application, place, options))});
    const auto ignore = std::ranges::find(plan.files, ".dockerignore", &project::PlannedFile::path);
    ignore->text = dockerfile::write_ignore(application.recipe);
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
    project::ImportRequest request;
    request.directory_name = plan.request.directory_name;
    request.schema = plan.request.schema;
    request.service = options.service;
    request.account = options.account;
    request.region = options.region;
    request.port = options.overrides.port;
    request.ecs_services = by_stage(options.ecs_services);
    auto imported =
        options.from == "copilot" ? project::import_copilot(tree, request) : project::import_compose(tree, request);
    (*report.result)["import"] = view::to_json(imported);
    report.text += view::remarks_text(imported);
    plan.files = std::move(imported.files);
    plan.request.container_port = imported.port;
    if (imported.dockerfile.empty()) {
        return;
    }
    if (const auto* text = tree.text(imported.dockerfile)) {
        report.problems = check({imported.dockerfile, *text}, tree, options);
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
    plan.files.push_back(
        {imported.dockerfile, dockerfile::write(recipe, how_to_write(detection.application, place, options))});
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
    report.error = brought ? find_obstacle(*brought, options, detection.application) : find_obstacle(place, detection);
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
        plan_brought(*brought, options, detection.application, plan);
    } else {
        plan_written(detection.application, place, options, plan);
    }
    return plan;
}

}  // namespace tinystacks::app::commands
