#include "commands/project.hpp"
#include "view/deployment.hpp"
#include "view/github.hpp"
#include "watch.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : SourceOptions {
    bool rebuild = false;
};

view::Report run(const Options& options, Context& context)
{
    pipeline::BuildRequest request{source(options, context), options.rebuild};
    auto& plane = context.services.control(pipeline::read_project(request.source).project.control);
    announce(context, plane, request.source, "build", {});
    auto progress = context.services.make_progress(view::Progress::Style::steps, context.out, context.err);
    const auto done = carry_out(request, plane, progress, context.err);
    return report_of<pipeline::BuildOutcome>(done, [&](const pipeline::BuildOutcome& outcome) {
        if (context.services.in_github()) {
            view::write_github_files(outcome, context.services.environment());
        }
        return view::build_result(outcome);
    });
}

}  // namespace

void declare_build(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("build", "Run build.yml for a commit; print the image's digest.")->group("Steps");
    declare_source_options(*command, *options);
    command->add_flag("--rebuild", options->rebuild, "Build even when the registry has the commit's image.");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
