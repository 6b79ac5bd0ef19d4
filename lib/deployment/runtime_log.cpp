#include "deployment/runtime_log.hpp"

#include "base/error.hpp"
#include "deployment/detail/log_follower.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <string_view>

namespace tinystacks::deployment {
namespace {

using nlohmann::json;

int number(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number() ? found->get<int>() : 0;
}

/// The task definitions a service runs at the moment: during a rollout more than one.
std::set<std::string> task_definitions(const json& service)
{
    std::set<std::string> names;
    const auto add = [&](const json& object) {
        if (const auto found = object.find("taskDefinition"); found != object.end() && found->is_string()) {
            names.insert(found->get<std::string>());
        }
    };
    add(service);
    // Task sets are what CodeDeploy and others roll out by.
    for (const auto* list : {"deployments", "taskSets"}) {
        for (const auto& entry : service.value(list, json::array())) {
            add(entry);
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
        const auto services = ecs_.describe_services(cluster, service, interruption).value("services", json::array());
        if (services.empty()) {
            throw Error(ErrorKind::not_found, "cluster '{}' has no service '{}'", cluster, service)
                .with_hint(fmt::format("aws ecs list-services --cluster {}", cluster));
        }
        const auto& one = services.front();
        LogSources found;
        found.several_tasks =
            number(one, "desiredCount") > 1 || number(one, "runningCount") + number(one, "pendingCount") > 1;
        for (const auto& name : task_definitions(one)) {
            const auto answer = ecs_.describe_task_definition(name, interruption);
            add_container_sources(answer.value("taskDefinition", json::object()), found);
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
