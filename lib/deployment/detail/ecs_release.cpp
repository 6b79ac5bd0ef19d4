#include "deployment/detail/ecs_release.hpp"

#include "base/error.hpp"
#include "deployment/detail/reply.hpp"

#include <algorithm>

namespace tinystacks::deployment {
namespace {

using namespace std::chrono_literals;
using reply::list;
using reply::text;

constexpr auto look_interval = 1s;
/// So often is looked for what a release may have started: ECS is eventually consistent.
constexpr int looks_for_anything = 5;
/// So often for the rest of what it has started.
constexpr int looks_for_all = 30;

nlohmann::json describe(Observer& observer, const EcsBaseline& before, const Interruption& interruption)
{
    observer.keep_pace(interruption);
    const auto described = observer.lookout().ecs.describe_services(before.cluster, before.service, interruption);
    if (list(described, "services").empty()) {
        throw Error(ErrorKind::not_found, "the cluster '{}' has no service '{}' any more", before.cluster,
                    before.service);
    }
    return list(described, "services").front();
}

nlohmann::json list_attempts(Observer& observer, const EcsBaseline& before, const Interruption& interruption)
{
    observer.keep_pace(interruption);
    try {
        return observer.lookout().ecs.list_service_deployments(before.cluster, before.service, interruption);
    } catch (const aws::Refusal& refusal) {
        if (refusal.kind() != ErrorKind::not_allowed) {
            throw;
        }
        return nullptr;
    }
}

/// What of a release can be seen.
struct Sight {
    bool deployment = false;  ///< the service shows a new deployment
    bool attempt = false;     ///< a new service deployment is listed
    bool failed = false;      ///< the newest of them goes back, was stopped, or has failed
};

Sight look_at(const EcsRelease& release, const EcsBaseline& before)
{
    Sight sight;
    for (const auto& deployment : list(release.service, "deployments")) {
        if (!before.deployments.contains(text(deployment, "id"))) {
            sight.deployment = true;
            sight.failed = sight.failed || text(deployment, "rolloutState") == "FAILED";
        }
    }
    const auto& attempts = list(release.attempts, "serviceDeployments");
    const auto newest = std::ranges::find_if(
        attempts, [&](const auto& each) { return !before.attempts.contains(text(each, "serviceDeploymentArn")); });
    if (newest != attempts.end()) {
        const auto status = text(*newest, "status");
        sight.attempt = true;
        sight.failed = sight.failed || status.starts_with("ROLLBACK_") || status.starts_with("STOP");
    }
    return sight;
}

}  // namespace

std::optional<EcsRelease> find_release(Observer& observer, const EcsBaseline& before, const Interruption& interruption)
{
    for (int look = 1;; ++look) {
        EcsRelease release{describe(observer, before, interruption), list_attempts(observer, before, interruption)};
        const auto sight = look_at(release, before);
        if (sight.failed) {
            return std::nullopt;
        }
        const bool complete = sight.deployment && (sight.attempt || release.attempts.is_null());
        const bool nothing = !sight.deployment && !sight.attempt;
        if (complete || (nothing && look >= looks_for_anything)) {
            return release;
        }
        if (look >= looks_for_all) {
            throw Error(ErrorKind::failed, "ECS does not show all of what the release of '{}' started", before.service);
        }
        observer.lookout().wait(look_interval, interruption);
    }
}

}  // namespace tinystacks::deployment
