#include "commands/deployment.hpp"

#include "view/deployment.hpp"
#include "view/github.hpp"
#include "watch.hpp"

#include <unistd.h>

namespace tinystacks::app::commands {

view::Report carry_out_deployment(const control::Request& request, control::ControlPlane& plane,
                                  const project::Project& project, Context& context)
{
    auto progress = context.services.make_progress(view::Progress::Style::steps, context.out, context.err);
    const auto done = carry_out(request, plane, progress, context.err);
    return report_of<pipeline::DeployOutcome>(done, [&](const pipeline::DeployOutcome& outcome) {
        if (context.services.in_github()) {
            view::write_github_files(outcome, context.services.environment());
        }
        return std::holds_alternative<pipeline::ReleaseRequest>(request) ? view::release_result(outcome, project)
                                                                         : view::deploy_result(outcome, project);
    });
}

bool has_company(const Context& context)
{
    return context.err.is_terminal() && ::isatty(STDIN_FILENO) == 1 && !context.services.in_ci();
}

pipeline::Source source_at(const ProjectOptions& options, const std::string& commit, const Services& services)
{
    pipeline::Source source;
    source.directory = services.directory();
    source.project_file = project_file(options, services);
    source.commit = git::Repository::discover(source.directory).parse_commit(commit.empty() ? "HEAD" : commit);
    return source;
}

}  // namespace tinystacks::app::commands
