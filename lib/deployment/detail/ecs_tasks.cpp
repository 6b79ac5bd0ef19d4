#include "deployment/detail/ecs_tasks.hpp"

#include "deployment/detail/reply.hpp"

#include <fmt/core.h>

#include <string_view>
#include <vector>

namespace tinystacks::deployment {
namespace {

using reply::list;
using reply::member;
using reply::text;

/// So many containers' last lines are read.
constexpr int most_logs = 4;
constexpr int log_lines = 30;

bool ended_by_itself(const nlohmann::json& task, const std::string& name)
{
    for (const auto& container : list(task, "containers")) {
        if (text(container, "name") == name) {
            const auto code = reply::number(container, "exitCode");
            return code && *code != 143;
        }
    }
    return false;
}

}  // namespace

void EcsTasks::look(const std::string& primary, Running running, const Interruption& interruption)
{
    std::set<std::string> open;
    for (const auto* status : {"STOPPED", "RUNNING"}) {
        if (status == std::string_view("RUNNING") && running == Running::leave) {
            continue;
        }
        const auto listed = observer_.ask(
            "ListTasks",
            [&](const Interruption& stop) {
                return observer_.lookout().ecs.list_tasks(cluster_, service_, status, stop);
            },
            interruption);
        for (const auto& arn : list(listed, "taskArns")) {
            if (arn.is_string() && !final_tasks_.contains(arn.get<std::string>())) {
                open.insert(arn.get<std::string>());
            }
        }
    }
    if (open.empty()) {
        return;
    }
    constexpr std::size_t most = 100;  // a call's limit
    std::vector<std::string> arns(open.begin(), open.end());
    if (arns.size() > most) {
        arns.erase(arns.begin(), arns.end() - most);
    }
    const auto described = observer_.ask(
        "DescribeTasks",
        [&](const Interruption& stop) { return observer_.lookout().ecs.describe_tasks(cluster_, arns, stop); },
        interruption);
    for (const auto& task : list(described, "tasks")) {
        read(task, primary, interruption);
    }
}

void EcsTasks::read(const nlohmann::json& task, const std::string& primary, const Interruption& interruption)
{
    const auto arn = text(task, "taskArn");
    const auto status = text(task, "lastStatus");
    if (status == "STOPPED") {
        final_tasks_.insert(arn);
    }
    // Tasks of before the release end because of it; that is no news.
    if (text(task, "startedBy") != primary) {
        return;
    }
    const auto id = reply::last_part(arn);
    const bool stopped = text(task, "desiredStatus") == "STOPPED" || status == "STOPPED";
    const auto reason = text(task, "stoppedReason");
    auto detail = reason;
    for (const auto& container : list(task, "containers")) {
        if (!stopped) {
            break;
        }
        if (const auto words = text(container, "reason"); !words.empty() && words != reason) {
            detail += "; " + words;
        }
        if (const auto code = reply::number(container, "exitCode")) {
            detail += fmt::format("; {}: exit code {}", text(container, "name"), *code);
        }
    }
    if (stopped && failed_.empty()) {
        failed_ = id;
    }
    observer_.changed("task", id.substr(0, 8), stopped ? "STOPPED" : status, detail);
    if (stopped && text(task, "stopCode") == "EssentialContainerExited") {
        read_log(task, id, interruption);
    }
}

void EcsTasks::know_definition(const std::string& name, const Interruption& interruption)
{
    if (name.empty() || definitions_.contains(name)) {
        return;
    }
    const auto answer = observer_.ask(
        "DescribeTaskDefinition",
        [&](const Interruption& stop) { return observer_.lookout().ecs.describe_task_definition(name, stop); },
        interruption);
    if (answer.is_object()) {
        definitions_[name] = member(answer, "taskDefinition");
    }
}

void EcsTasks::read_log(const nlohmann::json& task, const std::string& id, const Interruption& interruption)
{
    if (logs_read_ >= most_logs || !logged_tasks_.insert(id).second) {
        return;
    }
    const auto name = text(task, "taskDefinitionArn");
    know_definition(name, interruption);
    const auto found = definitions_.find(name);
    if (found == definitions_.end()) {
        return;
    }
    for (const auto& container : list(found->second, "containerDefinitions")) {
        const auto& configuration = member(container, "logConfiguration");
        const auto& options = member(configuration, "options");
        if (text(configuration, "logDriver") != "awslogs" || text(options, "awslogs-stream-prefix").empty() ||
            !ended_by_itself(task, text(container, "name"))) {
            continue;
        }
        ++logs_read_;
        const auto stream =
            fmt::format("{}/{}/{}", text(options, "awslogs-stream-prefix"), text(container, "name"), id);
        (void)observer_.ask(
            "GetLogEvents",
            [&](const Interruption& stop) {
                const auto page =
                    observer_.lookout().logs.get_last_events(text(options, "awslogs-group"), stream, log_lines, stop);
                nlohmann::json reply = {{"task", id}, {"events", nlohmann::json::array()}};
                for (const auto& event : page.events) {
                    reply["events"].push_back({{"message", event.message}});
                }
                return reply;
            },
            interruption);
        return;
    }
}

std::string EcsTasks::find_log_group(const std::string& definition) const
{
    const auto found = definitions_.find(definition);
    if (found == definitions_.end() || list(found->second, "containerDefinitions").empty()) {
        return {};
    }
    const auto& container = list(found->second, "containerDefinitions").front();
    return text(member(member(container, "logConfiguration"), "options"), "awslogs-group");
}

std::string EcsTasks::find_image(const std::string& definition) const
{
    const auto found = definitions_.find(definition);
    if (found == definitions_.end() || list(found->second, "containerDefinitions").empty()) {
        return {};
    }
    return text(list(found->second, "containerDefinitions").front(), "image");
}

}  // namespace tinystacks::deployment
