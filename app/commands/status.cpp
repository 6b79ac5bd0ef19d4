#include "commands/project.hpp"
#include "correction.hpp"
#include "view/deployment.hpp"
#include "watch.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : ProjectOptions {
    bool watch = false;
};

view::Report watch(const project::Project& project, control::ControlPlane& plane, Context& context)
{
    const bool in_place = context.err.is_terminal() && context.services.wants_colour();
    const auto style =
        in_place && !context.services.options().quiet ? view::Progress::Style::board : view::Progress::Style::steps;
    const auto done = [&] {
        auto progress = context.services.make_progress(style, context.out, context.err);
        return carry_out(pipeline::WatchRequest{project}, plane, progress, context.err);
    }();
    return report_of<pipeline::WatchOutcome>(done, [&](const pipeline::WatchOutcome& outcome) {
        const bool ages = context.out.is_terminal() && context.services.wants_colour();
        return view::watch_result(project.stack, outcome,
                                  ages ? std::optional(context.services.clock()()) : std::nullopt);
    });
}

view::Report run(const Options& options, Context& context)
{
    const auto& global = context.services.options();
    if (global.json && options.watch) {
        throw Error(ErrorKind::usage, "--json and --watch exclude each other: --events prints changes as they come")
            .with_hint(corrected(global.line, "--json", "--events", "tinystacks status --watch --events"));
    }
    const auto project = working_tree_project(options, context.services);
    auto& plane = context.services.control(project.control);
    if (options.watch) {
        return watch(project, plane, context);
    }
    const bool ages = context.out.is_terminal() && context.services.wants_colour();
    return view::status_result(project.stack, plane.status(project),
                               ages ? std::optional(context.services.clock()()) : std::nullopt);
}

}  // namespace

void declare_status(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("status", "Every stage at a glance.")->group("Everyday");
    declare_project_option(*command, *options);
    command->add_flag("-w,--watch", options->watch, "Go on until nothing changes any more; then as the last attempt.");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
