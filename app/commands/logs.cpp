#include "commands/catalogue.hpp"
#include "commands/print_log.hpp"
#include "commands/project.hpp"
#include "commands/values.hpp"
#include "view/log.hpp"

#include "base/text.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : ProjectOptions {
    OwnerOptions owner;
    std::string stack;
    std::string deployment;
    std::string kind;
    std::string stage;
    std::string since;
    std::string pattern;
    bool follow = false;
};

std::optional<Time> parse_since(const std::string& text, const Services& services)
{
    if (text.empty()) {
        return std::nullopt;
    }
    if (const auto time = find_rfc3339(text)) {
        return time;
    }
    return services.clock()() - duration_of("--since", text, services.options().line);
}

[[noreturn]] void refuse_missing(const Options& options, log::Channel channel, const project::Project& project)
{
    throw Error(ErrorKind::not_found, "stack '{}' has no {} log{} on this machine yet", project.stack,
                to_string(channel), options.stage.empty() ? "" : fmt::format(" of stage '{}'", options.stage))
        .with_hint(channel == log::Channel::build ? "tinystacks build" : "tinystacks deploy");
}

/// A log kept in a run's journal, to its present end or, with --follow, to the run's.
view::Report show_journal(const Options& options, control::ControlPlane& plane, const control::LogPlace& place,
                          view::LogPrinter& printer)
{
    log::Cursor cursor;
    while (!printer.closed()) {
        const auto page = plane.follow(place.run, cursor, std::chrono::milliseconds(options.follow ? 1000 : 0));
        for (const auto& event : page.events) {
            printer.show(event, place);
        }
        if (page.ended || (page.events.empty() && !options.follow)) {
            break;
        }
        cursor = page.next;
    }
    printer.finish();
    return report_of_log(place);
}

/// What a stage's container prints, which the control plane asks the target for.
view::Report show_runtime(const Options& options, const project::Project& project, Context& context,
                          view::LogPrinter& printer)
{
    auto stage = options.stage;
    if (stage.empty()) {
        const auto last = context.services.control(project.control).find_log(project, log::Channel::runtime, {});
        stage = last ? last->stage : project.stages.front().name.str();
        if (project.stages.size() > 1 && !context.services.options().quiet) {
            context.err.write(fmt::format("stage {}; --stage names another\n", stage));
        }
    }
    const auto& wanted = project.stage(stage);
    pipeline::RuntimeLogRequest request{project.stack, wanted, parse_since(options.since, context.services),
                                        options.follow, project.runtime_of(wanted)};
    return print_log(request, context.services.control(project.control), log::Channel::runtime, stage, printer,
                     context);
}

/// The log of a deployment that a server keeps. The contract tells no stage of a deployment.
view::Report show_remote(const Options& options, Context& context)
{
    if (options.kind != "deployment") {
        throw Error(ErrorKind::usage, "a stack that is named by --stack has a deployment log only")
            .with_hint(fmt::format("tinystacks logs deployment --stack {}", shell_quote(options.stack)));
    }
    auto& keeper = plane(options.owner, context);
    const auto stack = ask_about(keeper, context, Thing::stack, options.stack,
                                 [&](control::Catalogue& catalogue) { return catalogue.stack(options.stack, {}); });
    check_remote_stage(stack, options.stage, context.services);
    if (!options.stage.empty() && options.deployment.empty() && !context.services.options().quiet) {
        context.err.write("the API does not tell which stage a deployment was of: this is the stack's newest\n");
    }
    view::LogPrinter printer({parse_since(options.since, context.services), options.pattern}, context.services,
                             context.out, context.err);
    const control::LogRequest request{{}, options.stack, options.deployment, options.follow};
    return print_log(request, keeper, log::Channel::deployment, {}, printer, context);
}

view::Report run(const Options& options, Context& context)
{
    refuse_document_that_follows(context.services, options.follow, "tinystacks logs --follow --events");
    if (!options.stack.empty()) {
        return show_remote(options, context);
    }
    const auto project = working_tree_project(options, context.services);
    check_stage(project, options.stage, context.services);
    auto& plane = context.services.control(project.control);
    view::LogPrinter printer({parse_since(options.since, context.services), options.pattern}, context.services,
                             context.out, context.err);
    if (options.kind.empty()) {
        const auto failure = plane.find_failure(project.stack);
        return failure ? show_journal(options, plane, *failure, printer)
                       : show_runtime(options, project, context, printer);
    }
    const auto channel = log::find_channel(options.kind).value();
    if (channel == log::Channel::runtime) {
        return show_runtime(options, project, context, printer);
    }
    if (channel == log::Channel::build && !options.stage.empty()) {
        throw Error(ErrorKind::usage, "the build belongs to no stage").with_hint("tinystacks logs build");
    }
    const auto place = plane.find_log(project, channel, options.stage);
    if (!place) {
        refuse_missing(options, channel, project);
    }
    return show_journal(options, plane, *place, printer);
}

}  // namespace

void declare_logs(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("logs", "Print a log; alone: what failed last, else the runtime log.")->group("Everyday");
    declare_project_option(*command, *options);
    command->add_option("kind", options->kind, "Which log: build, release, deployment or runtime.")
        ->check(one_of({"build", "release", "deployment", "runtime"}))
        ->type_name("KIND");
    command->add_option("--stage", options->stage, "The stage; else the one deployed last.")
        ->type_name("NAME")
        ->check(a_value());
    command->add_flag("-f,--follow", options->follow, "Go on as it grows.");
    command->add_option("--since", options->since, "Only what is newer: a time (RFC 3339) or a duration such as 10m.")
        ->type_name("TIME")
        ->check(a_value());
    auto* stack = command->add_option("--stack", options->stack, "Of this stack, which a TinyStacks API keeps.")
                      ->type_name("NAME")
                      ->check(name_of("stacks"));
    command->get_option("--project")->excludes(stack);
    command->add_option("--deployment", options->deployment, "Which deployment of that stack; else the newest.")
        ->type_name("ID")
        ->check(a_value())
        ->needs(stack);
    declare_group_option(*command, options->owner);
    command->get_option("--group")->needs(stack);
    command->add_option("--grep", options->pattern, "Only lines that hold this text.")->type_name("TEXT");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
