#include "deployment/runtime_log.hpp"

#include "base/error.hpp"
#include "deployment/detail/log_follower.hpp"
#include "deployment/detail/reply.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <string_view>

namespace tinystacks::deployment {
namespace {

using nlohmann::json;

/// The task definitions a service runs at the moment: during a rollout more than one.
std::set<std::string> task_definitions(const json& service)
{
    std::set<std::string> names;
    names.insert(reply::text(service, "taskDefinition"));
    // Task sets are what CodeDeploy and others roll out by.
    for (const auto* list : {"deployments", "taskSets"}) {
        for (const auto& entry : reply::list(service, list)) {
            names.insert(reply::text(entry, "taskDefinition"));
        }
    }
    names.erase("");
    return names;
}

}  // namespace

void RuntimeLog::show_service(const std::string& cluster, const std::string& service, const RuntimeLogOptions& options,
                              const Interruption& interruption)
{
    const auto find = [&] {
        const auto answer = ecs_.describe_services(cluster, service, interruption);
        const auto& services = reply::list(answer, "services");
        if (services.empty()) {
            throw Error(ErrorKind::not_found, "cluster '{}' has no service '{}'", cluster, service)
                .with_hint(fmt::format("aws ecs list-services --cluster {}", cluster));
        }
        const auto& one = services.front();
        LogSources found;
        const auto count = [&](const char* key) { return reply::number(one, key).value_or(0); };
        found.several_tasks = count("desiredCount") > 1 || count("runningCount") + count("pendingCount") > 1;
        for (const auto& name : task_definitions(one)) {
            const auto described = ecs_.describe_task_definition(name, interruption);
            add_container_sources(reply::member(described, "taskDefinition"), found);
        }
        return found;
    };
    LogFollower(logs_, world_, sink_, options, find, interruption).run();
}

void RuntimeLog::show_function(const std::string& function, const RuntimeLogOptions& options,
                               const Interruption& interruption)
{
    const auto find = [&] {
        return LogSources{{function_source(lambda_.get_function_configuration(function, interruption))}, {}, false};
    };
    LogFollower(logs_, world_, sink_, options, find, interruption).run();
}

}  // namespace tinystacks::deployment
