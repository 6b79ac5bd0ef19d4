#include "commands/project.hpp"
#include "commands/values.hpp"

#include "base/text.hpp"
#include "git/repository.hpp"

#include <CLI/CLI.hpp>
#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace tinystacks::app::commands {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20;

std::string place_of(const stage::Stage& stage)
{
    struct Place {
        const stage::Stage& stage;
        std::string operator()(const stage::EcsTarget& ecs) const
        {
            return fmt::format("ecs {}/{} in {}{}{}", ecs.cluster, ecs.service, stage.region,
                               stage.account.empty() ? "" : ", account ", stage.account);
        }
        std::string operator()(const stage::LambdaTarget& lambda) const
        {
            return fmt::format("lambda {} in {}{}{}", lambda.function, stage.region,
                               stage.account.empty() ? "" : ", account ", stage.account);
        }
        std::string operator()(const stage::DockerTarget& docker) const
        {
            return fmt::format("docker, 127.0.0.1:{}", docker.port);
        }
    };
    return std::visit(Place{stage}, stage.target);
}

bool only_docker(const project::Project& project)
{
    return std::ranges::all_of(project.stages, [](const stage::Stage& stage) {
        return std::holds_alternative<stage::DockerTarget>(stage.target);
    });
}

git::CommitId snapshot(const git::Repository& repository, const Services& services)
{
    const auto launcher = services.make_launcher()();
    return git::snapshot_working_tree(*launcher, services.environment(), repository);
}

/// Whether to go on with the working tree although its project file is in no commit.
void agree_to_working_tree(const project::Project& project, const std::string& file, Context& context)
{
    if (only_docker(project)) {
        context.err.write(fmt::format("{} is not committed yet: going on with the working tree as it is\n", file));
        return;
    }
    if (context.err.is_terminal() && ::isatty(STDIN_FILENO) == 1) {
        context.err.write(fmt::format("{} is not committed yet. Go on with the working tree as it is? [y/N] ", file));
        std::string answer;
        std::getline(std::cin, answer);
        if (to_lower(trim(answer)) == "y" || to_lower(trim(answer)) == "yes") {
            return;
        }
    }
    throw Error(ErrorKind::usage, "'{}' is not committed yet", file)
        .with_hint(fmt::format("git add -A && git commit -m 'Add {}'  # or give --working-tree", file));
}

}  // namespace

void declare_project_option(CLI::App& command, ProjectOptions& options)
{
    command.add_option("--project", options.project, "The project file, when it is not tinystacks.yml in the root.")
        ->type_name("PATH")
        ->check(a_value());
}

void declare_source_options(CLI::App& command, SourceOptions& options)
{
    declare_project_option(command, options);
    auto* commit = command.add_option("--commit", options.commit, "The commit instead of HEAD: a branch, tag or id.")
                       ->type_name("REV")
                       ->check(a_value());
    command.add_flag("--working-tree", options.working_tree, "The working tree with its uncommitted changes.")
        ->excludes(commit);
}

std::filesystem::path project_file(const ProjectOptions& options, const Services& services)
{
    if (options.project.empty()) {
        return project::default_file;
    }
    const auto root = std::filesystem::weakly_canonical(git::Repository::discover(services.directory()).root());
    auto given = std::filesystem::weakly_canonical(services.directory() / options.project);
    if (!std::filesystem::exists(given) && std::filesystem::exists(root / options.project)) {
        given = std::filesystem::weakly_canonical(root / options.project);
    }
    const auto relative = given.lexically_relative(root);
    if (relative.empty() || *relative.begin() == "..") {
        throw Error(ErrorKind::usage, "--project '{}' lies outside the repository {}", options.project, root.string());
    }
    return relative;
}

project::Project working_tree_project(const ProjectOptions& options, const Services& services)
{
    return pipeline::read_project(services.directory(), project_file(options, services)).project;
}

void check_stage(const project::Project& project, const std::string& name, const Services& services)
{
    std::vector<std::string> known;
    for (const auto& stage : project.stages) {
        known.push_back(stage.name.str());
    }
    if (name.empty() || std::ranges::find(known, name) != known.end()) {
        return;
    }
    const std::string status = "tinystacks status";
    const auto nearest = find_nearest(name, known);
    throw Error(ErrorKind::not_found, "stack '{}' has no stage '{}': it has {}", project.stack, printable(name),
                enumerate(known))
        .with_hint(nearest ? corrected(services.options().line, name, *nearest, status) : status);
}

pipeline::Source source(const SourceOptions& options, Context& context)
{
    const auto& services = context.services;
    pipeline::Source source;
    source.directory = services.directory();
    source.project_file = project_file(options, services);
    const auto repository = git::Repository::discover(source.directory);
    if (!options.commit.empty()) {
        try {
            source.commit = repository.parse_commit(options.commit);
            source.chosen = true;
        } catch (const Error& error) {
            throw error.hint().empty() ? error.with_hint("git log --oneline --all") : error;
        }
        return source;
    }
    const auto head = repository.find_head();
    const bool committed = head && repository.find_file(*head, source.project_file, most_bytes);
    if (!options.working_tree && !committed) {
        const auto file = source.project_file.generic_string();
        agree_to_working_tree(working_tree_project(options, services), file, context);
    } else if (!options.working_tree) {
        if (!services.options().quiet && repository.has_changes()) {
            context.err.write("uncommitted changes are left out; --working-tree takes them along\n");
        }
        source.commit = *head;
        return source;
    }
    source.commit = snapshot(repository, services);
    return source;
}

void refuse_for_later_stage(const project::Project& project, const std::string& stage, std::string_view flag)
{
    if (flag.empty() || stage.empty() || project.previous(stage) == "latest") {
        return;
    }
    const auto previous = project.previous(stage);
    throw Error(ErrorKind::usage, "'{}' cannot apply to stage '{}': it gets what '{}' runs", flag, stage, previous)
        .with_hint(fmt::format("tinystacks deploy --stage {} {}", previous, flag));
}

void announce(Context& context, const control::ControlPlane& plane, const project::Project& project,
              std::string_view doing, const std::string& stage)
{
    if (context.services.options().quiet) {
        return;
    }
    auto line = fmt::format("{}: stack {}: {}", plane.name(), project.stack, doing);
    const char* separator = " -> ";
    for (const auto& each : project.stages) {
        if (stage.empty() || each.name.str() == stage) {
            line += fmt::format("{}{} ({})", separator, each.name.str(), place_of(each));
            separator = ", ";
        }
    }
    context.err.write(line + "\n");
}

void announce(Context& context, const control::ControlPlane& plane, const pipeline::Source& source,
              std::string_view doing, const std::string& stage)
{
    if (context.services.options().quiet) {
        return;
    }
    const auto project = pipeline::read_project(source).project;
    const auto subject = git::Repository::discover(source.directory).subject(source.commit);
    const auto previous = stage.empty() ? std::string("latest") : project.previous(stage);
    // A later stage gets what the one before it runs, whichever commit that is.
    const auto what = previous == "latest"
                          ? fmt::format("commit {} ({})", source.commit.substr(0, 12), printable(subject))
                          : fmt::format("with what {} runs", previous);
    auto line = fmt::format("{}: {} stack {}, {}", plane.name(), doing, project.stack, what);
    const char* separator = " -> ";
    for (const auto& each : project.stages) {
        if (doing != "build" && (stage.empty() || each.name.str() == stage)) {
            line += fmt::format("{}{} ({})", separator, each.name.str(), place_of(each));
            separator = ", ";
        }
    }
    context.err.write(line + "\n");
}

}  // namespace tinystacks::app::commands
