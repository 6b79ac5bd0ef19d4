#include "commands/init/plan.hpp"
#include "commands/init/starter.hpp"
#include "commands/values.hpp"

#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "base/text.hpp"
#include "git/root.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace tinystacks::app::commands {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20;

Place find_place(const Services& services)
{
    const auto here = services.directory();
    const auto root = git::find_root(here);
    const auto below = root ? here.lexically_relative(*root).generic_string() : std::string(".");
    return {root.value_or(here), below == "." ? std::string() : below, root.has_value()};
}

/// What becomes of one planned file.
enum class Status { written, unchanged, kept };

std::string_view to_string(Status fate)
{
    return fate == Status::written ? "written" : fate == Status::unchanged ? "unchanged" : "kept";
}

Status status_of(const std::filesystem::path& path, const std::string& text, const InitOptions& options)
{
    const auto there = find_file(path, most_bytes);
    if (!there) {
        return Status::written;
    }
    return *there == text ? Status::unchanged : options.force ? Status::written : Status::kept;
}

/// Writes what is planned, unless nothing is to be written, and reports each file.
void write(const InitPlan& plan, const Place& place, const InitOptions& options, view::Report& report)
{
    auto files = nlohmann::json::array();
    bool kept = false;
    bool written = false;
    for (const auto& [path, text] : plan.files) {
        const auto status = status_of(place.root / path, text, options);
        kept = kept || status == Status::kept;
        files.push_back({{"path", path.generic_string()},
                         {"status", to_string(status)},
                         {"text", options.dry_run ? nlohmann::json(text) : nlohmann::json(nullptr)}});
        if (options.dry_run) {
            report.text += fmt::format("--- {} ({}{})\n{}", path.generic_string(),
                                       status == Status::written ? "would be " : "", to_string(status), text);
            continue;
        }
        if (status == Status::written) {
            replace_file(place.root / path, text, 0644);
            written = true;
        }
        report.text += fmt::format("{}: {}\n", path.generic_string(), to_string(status));
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

/// The starter's files, then what `init` makes of them. With --dry-run both are made elsewhere.
Place write_starter(const InitOptions& options, const Place& place, const TempDir& elsewhere, view::Report& report)
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

view::Report run(const InitOptions& options, Context& context)
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
    const auto plan = plan_init(tree, place, options, services, report);
    if (!plan) {
        return report;
    }
    (*report.result)["container_port"] = plan->request.container_port;
    write(*plan, place, options, report);
    if (!report.problems.empty()) {
        report.notes.insert(report.notes.begin(), std::string(trim(view::text(report.problems))));
    }
    return report;
}

void declare_overrides(CLI::App& command, InitOptions& options)
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
}

/// Where the project comes from, when it is neither the application nor a Dockerfile.
void declare_origins(CLI::App& command, InitOptions& options)
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
    command
        .add_option("--ecs-service", options.ecs_services,
                    "The ECS service that is a stage's target, with --from copilot; more than once for more stages.")
        ->type_name("STAGE=ARN")
        ->check(a_value())
        ->needs(from);
    auto* starter =
        command.add_option("--starter", options.starter, "Write a small application into an empty directory first.")
            ->type_name("NAME")
            ->check(one_of(starters()))
            ->excludes(from);
    // They look for an application in the repository.
    command
        .add_option("--root", options.overrides.root, "The application's folder, relative to the repository's root.")
        ->type_name("DIR")
        ->check(a_value())
        ->excludes(from, starter);
    command
        .add_option("--dockerfile", options.dockerfile,
                    "The Dockerfile there is, relative to the repository's root, when it has another name.")
        ->type_name("PATH")
        ->check(a_value())
        ->excludes(from, starter);
    command.add_flag("--explain", options.explain, "Show what was found, where and by which rule; write nothing.")
        ->excludes(from, starter);
}

}  // namespace

void declare_init(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<InitOptions>();
    auto* command =
        parent
            .add_subcommand("init", "Recognise the application; write Dockerfile, build.yml, release.yml and "
                                    "tinystacks.yml.")
            ->group("Everyday");
    declare_overrides(*command, *options);
    declare_origins(*command, *options);
    command->add_flag("--buildkit", options->buildkit, "Write a Dockerfile with cache mounts, which needs BuildKit.");
    command->add_flag("--lambda", options->lambda, "Write a Dockerfile whose image runs on AWS Lambda too.");
    command->add_flag("--force", options->force, "Write files anew that are there and differ.");
    command->add_flag("--dry-run", options->dry_run, "Show the files, write nothing.");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
