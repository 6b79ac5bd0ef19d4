#include "api/detail/around.hpp"
#include "api/detail/tail.hpp"

#include "base/text.hpp"
#include "contract/status.hpp"

#include <algorithm>

/// Shows a log that the contract only gives whole.
namespace tinystacks::api {
namespace {

/// The newest deployment of a stack, or the one that is meant.
stack::Deployment find_deployment(const control::LogRequest& request, Catalogue& catalogue)
{
    auto all = catalogue.deployments(request.stack, {});
    const auto found =
        request.deployment.empty()
            ? std::ranges::max_element(
                  all, {}, [](const auto& each) { return contract::find_time(each.start_time).value_or(Time()); })
            : std::ranges::find(all, request.deployment, &stack::Deployment::deployment_id);
    if (found != all.end()) {
        return std::move(*found);
    }
    const auto hint = "tinystacks stack deployments " + shell_quote(printable_line(request.stack));
    if (request.deployment.empty()) {
        throw Error(ErrorKind::not_found, "stack '{}' has no deployments yet", printable_line(request.stack))
            .with_hint(hint);
    }
    throw Error(ErrorKind::not_found, "stack '{}' has no deployment '{}'", printable_line(request.stack),
                printable_line(request.deployment))
        .with_hint(hint);
}

/// Shows what is there, and with `follow` what comes until `ended` says so.
template <typename Lines, typename Ended>
void show(Tail& tail, const control::LogRequest& request, const Around& around, Lines lines, Ended ended)
{
    Pace pace(around.patience, std::chrono::hours(24));
    while (true) {
        const bool over = !request.follow || ended();
        const bool changed = tail.show(lines());
        if (over || pace.is_over()) {
            return;
        }
        pace.wait(changed, around.run.interruption);
    }
}

}  // namespace

void show_log(const control::LogRequest& request, const Around& around)
{
    auto& catalogue = around.catalogue;
    if (!request.source.empty()) {
        Tail tail(around.run.sink, log::Channel::build, around.secrets, around.clock);
        show(
            tail, request, around, [&] { return catalogue.source_log(request.source); },
            [&] {
                const auto source = catalogue.source(request.source, {});
                return source.build_details && source.build_details->git_ingestion &&
                       source.build_details->git_ingestion->end_time;
            });
        return;
    }
    const auto deployment = find_deployment(request, catalogue);
    Tail tail(around.run.sink, log::Channel::deployment, around.secrets, around.clock);
    show(
        tail, request, around, [&] { return catalogue.deployment_log(request.stack, deployment.deployment_id); },
        [&] {
            const control::LogRequest same{{}, request.stack, deployment.deployment_id};
            return find_deployment(same, catalogue).finish_time.has_value();
        });
}

}  // namespace tinystacks::api
