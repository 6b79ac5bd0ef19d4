#include "commands/init/plan.hpp"
#include "commands/init/starter.hpp"
#include "commands/values.hpp"
#include "watch.hpp"

#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "base/text.hpp"
#include "git/root.hpp"
#include "project/project.hpp"

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

std::string_view to_string(Status status)
{
    return status == Status::written ? "written" : status == Status::unchanged ? "unchanged" : "kept";
}

/// Throws Error{invalid_input} for a path that a link leads out of the repository.
void check_inside(const std::filesystem::path& root, const std::filesystem::path& path)
{
    const auto folder = std::filesystem::weakly_canonical((root / path).parent_path());
    const auto inside = folder.lexically_relative(std::filesystem::canonical(root));
    if (inside.empty() || *inside.begin() == "..") {
        throw Error(ErrorKind::invalid_input, "'{}' lies behind a link that leads out of the repository: not written",
                    printable_line(path.string()));
    }
}

/// What stands in a project file is a person's, --force or not.
Status status_of(const project::PlannedFile& file, const InitPlan& plan, const Place& place, const InitOptions& options)
{
    check_inside(place.root, file.path);
    const auto there = find_file(place.root / file.path, most_bytes);
    if (!there) {
        return Status::written;
    }
    const auto adds = !there->empty() && file.text.starts_with(*there);
    const auto replaces = adds || (options.force && file.path != plan.project_file);
    return *there == file.text ? Status::unchanged : replaces ? Status::written : Status::kept;
}

struct Decided {
    const project::PlannedFile* file = nullptr;
    Status status = Status::written;
};

/// Writes the files to be written: all of them before a Ctrl-C ends it. Throws Error that names those that are there
/// when one cannot be written.
void write(const std::vector<Decided>& decided, const Place& place, view::Console& err)
{
    interruptible(err, [&](const Interruption& interruption) {
        std::vector<std::string> written;
        for (const auto& [file, status] : decided) {
            const auto path = place.root / file->path;
            try {
                if (status == Status::written) {
                    std::filesystem::create_directories(path.parent_path());
                    replace_file(path, file->text, 0644);
                    written.push_back(file->path.generic_string());
                }
            } catch (const Error& error) {
                throw Error(error.kind(), "{}{}", error.message(),
                            written.empty() ? "" : fmt::format("; written before it: {}", join(written, ", ")))
                    .with_hint(error.hint());
            }
        }
        if (interruption.gently.stop_requested()) {
            throw Interrupted();
        }
    });
}

void say_what_is_next(const std::vector<Decided>& decided, const InitPlan& plan, const Place& place,
                      const InitOptions& options, const Services& services, view::Report& report)
{
    const auto has = [&](Status status, bool is_project) {
        return std::ranges::any_of(decided, [&](const Decided& each) {
            return each.status == status && (each.file->path == plan.project_file) == is_project;
        });
    };
    if (has(Status::kept, false)) {
        report.notes.emplace_back("files that are there and differ were kept; --force writes them anew");
    }
    if (has(Status::kept, true)) {
        report.notes.push_back(fmt::format("'{0}' is there and differs: it is yours and was kept; to have it written "
                                           "anew: rm {0}",
                                           plan.project_file.generic_string()));
    }
    if (options.dry_run) {
        return;
    }
    const auto in_place = plan.project_file == project::default_file;
    const auto deploy = "tinystacks deploy" + (in_place ? "" : " --project " + shell_quote(plan.project_file.string()));
    std::vector<std::string> steps;
    const auto here = std::filesystem::current_path();
    if (services.directory() != here) {  // -C
        steps.push_back("cd " + shell_quote(services.directory().lexically_proximate(here).string()));
    }
    if (plan.unfinished) {
        steps.emplace_back("fill in what is listed above");
    }
    if (has(Status::written, false) || has(Status::written, true)) {
        steps.push_back(fmt::format("{}git add -A && git commit -m 'Deploy with tinystacks'",
                                    place.is_repository ? "" : "git init && "));
    }
    steps.push_back(deploy);
    report.notes.push_back("next: " + join(steps, "\n      "));
}

/// Writes what is planned, unless nothing is to be written, and reports each file.
void carry_out(const InitPlan& plan, const Place& place, const InitOptions& options, Context& context,
               view::Report& report)
{
    std::vector<Decided> decided;
    for (const auto& file : plan.files) {
        decided.push_back({&file, status_of(file, plan, place, options)});
    }
    if (!options.dry_run) {
        write(decided, place, context.err);
    }
    auto files = nlohmann::json::array();
    for (const auto& [file, status] : decided) {
        const auto path = file->path.generic_string();
        files.push_back({{"path", path},
                         {"status", to_string(status)},
                         {"text", options.dry_run ? nlohmann::json(file->text) : nlohmann::json(nullptr)}});
        report.text += options.dry_run
                           ? fmt::format("--- {} ({}{})\n{}", path, status == Status::written ? "would be " : "",
                                         to_string(status), file->text)
                           : fmt::format("{}: {}\n", path, to_string(status));
    }
    (*report.result)["files"] = std::move(files);
    say_what_is_next(decided, plan, place, options, context.services, report);
}

/// Writes the starter's files, which are gone again when what follows fails. With --dry-run they are made elsewhere.
class Starter {
public:
    Starter(const InitOptions& options, const Place& place, view::Report& report)
    {
        const auto real = place.root / place.below;
        target_ = options.dry_run ? elsewhere_.path() / std::filesystem::weakly_canonical(real).filename() : real;
        std::filesystem::create_directories(target_);
        place_ = options.dry_run ? Place{target_, "", true} : place;
        auto files = nlohmann::json::array();
        try {
            write_starter(options.starter, target_, written_);
        } catch (...) {
            remove();
            throw;
        }
        for (const auto& path : written_) {
            files.push_back(path.generic_string());
            report.text +=
                fmt::format("{}: {}\n", path.generic_string(), options.dry_run ? "would be written" : "written");
        }
        (*report.result)["starter"] = std::move(files);
    }

    [[nodiscard]] const Place& place() const { return place_; }
    void remove() const
    {
        for (const auto& path : written_) {
            std::error_code ignored;
            std::filesystem::remove(target_ / path, ignored);
            for (auto folder = path.parent_path(); !folder.empty(); folder = folder.parent_path()) {
                std::filesystem::remove(target_ / folder, ignored);  // when it is empty
            }
        }
    }

private:
    TempDir elsewhere_;
    std::filesystem::path target_;
    Place place_;
    std::vector<std::filesystem::path> written_;
};

void plan_and_write(const Place& place, const InitOptions& options, Context& context, view::Report& report)
{
    const framework::Tree tree(place.root);
    const auto plan = plan_init(tree, place, options, context.services, report);
    if (plan) {
        (*report.result)["container_port"] = plan->request.container_port;
        carry_out(*plan, place, options, context, report);
    }
    if (!report.problems.empty()) {
        report.notes.insert(report.notes.begin(), std::string(trim(view::text(report.problems))));
    }
}

view::Report run(const InitOptions& options, Context& context)
{
    view::Report report;
    (*report.result)["container_port"] = nullptr;
    (*report.result)["detection"] = nullptr;
    (*report.result)["dry_run"] = options.dry_run;
    (*report.result)["files"] = nlohmann::json::array();
    (*report.result)["framework"] = nullptr;
    const auto place = find_place(context.services);
    if (options.starter.empty()) {
        plan_and_write(place, options, context, report);
        return report;
    }
    const Starter starter(options, place, report);
    try {
        plan_and_write(starter.place(), options, context, report);
    } catch (const Error&) {
        starter.remove();
        throw;
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
    for (const auto* flag : {"--framework", "--package-manager", "--version", "--build", "--start"}) {
        starter->excludes(command.get_option(flag));  // it says all of that itself
    }
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
