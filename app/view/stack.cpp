#include "view/stack.hpp"

#include "view/contract.hpp"
#include "view/deployment.hpp"

#include "base/text.hpp"
#include "contract/status.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::app::view {
namespace {

using nlohmann::json;

std::string version_of(const stack::Stack& stack)
{
    return stack.source ? stack.source->current_version : std::string();
}

std::string stages_of(const stack::Stack& stack)
{
    std::vector<std::string> names;
    for (const auto& stage : stack.stages) {
        names.push_back(stage.name);
    }
    return join(names, ",");
}

std::string details(const stack::Stack& stack)
{
    auto text = fact("name", stack.name) + fact("owner", stack.owner);
    if (stack.source) {
        const auto& source = *stack.source;
        text += fact("source", (source.owner.empty() ? "" : source.owner + "/") + source.name) +
                fact("version", source.current_version) + fact("target", source.target_version);
    }
    text += fact("status", stack.status) + fact("details", stack.status_description);
    for (const auto& stage : stack.stages) {
        text += fact("stage", fmt::format("{}  {}{}{}  {}", stage.name, stage.region,
                                          stage.account_id.empty() ? "" : "  ", stage.account_id, stage.status));
    }
    for (const auto& parameter : stack.parameters) {
        text += fact("parameter", fmt::format("{}={}", parameter.name, shown_value(parameter, parameter.value)));
    }
    return text + fact("created", text_of(stack.created_on)) + fact("by", stack.created_by) +
           fact("modified", text_of(stack.last_modified_on)) + fact("by", stack.last_modified_by);
}

template <typename T, typename Row>
Report list_result(const std::vector<T>& all, const char* member, std::vector<std::string> headings, Row row,
                   const char* none)
{
    Report report;
    ObjectList list;
    Table table(std::move(headings));
    for (const auto& each : all) {
        list.add(object_of(each));
        table.add(row(each));
    }
    report.objects.emplace_back(member, list.take());
    report.text = table.text();
    if (table.empty()) {
        report.notes.emplace_back(none);
    }
    return report;
}

std::string change_of(const stack::Event& event)
{
    auto text = event.change_type + (event.change_field.empty() ? "" : " " + event.change_field);
    if (!event.old_value.empty() || !event.new_value.empty()) {
        text += fmt::format(": {} -> {}", event.old_value, event.new_value);
    }
    return text;
}

}  // namespace

StackList::StackList(bool as_json)
    : as_json_(as_json), table_({"NAME", "OWNER", "SOURCE", "VERSION", "STATUS", "STAGES", "MODIFIED"})
{}

void StackList::add(const stack::Stack& stack)
{
    if (as_json_) {
        objects_.add(object_of(stack));
        return;
    }
    table_.add({stack.name, stack.owner, stack.source ? stack.source->name : std::string(), version_of(stack),
                stack.status, stages_of(stack), text_of(stack.last_modified_on)});
}

Report StackList::report()
{
    Report report;
    report.text = table_.text();
    report.objects.emplace_back("stacks", objects_.take());
    if (!as_json_ && table_.empty()) {
        report.notes = {"there are no stacks", "  try: tinystacks stack create NAME --source SOURCE"};
    }
    return report;
}

Report stack_result(const stack::Stack& stack)
{
    Report report;
    report.objects.emplace_back("stack", object_of(stack));
    report.text = details(stack);
    return report;
}

Report stack_result(const control::StackOutcome& outcome, const std::string& name, std::string_view doing)
{
    Report report;
    report.objects.emplace_back("stack", outcome.stack ? object_of(*outcome.stack) : "null");
    report.objects.emplace_back("deployment", outcome.deployment ? object_of(*outcome.deployment) : "null");
    (*report.result)["verdict"] = outcome.verdict ? to_json(*outcome.verdict) : json(nullptr);
    report.text = printable_line(name) + "\n";
    if (outcome.verdict) {
        tell_verdict(report, printable_line(name), *outcome.verdict);
    } else {
        report.notes = {fmt::format("{}; its deployment goes on at the server", doing),
                        fmt::format("next: tinystacks logs deployment --stack {} --follow", shell_quote(name))};
    }
    return report;
}

deployment::Deployment attempt_of(const control::StackOutcome& outcome, const std::string& name,
                                  const std::string& stage, Time now)
{
    deployment::Deployment attempt;
    attempt.stack = name;
    attempt.stage = stage;
    attempt.started_at = now;
    if (outcome.deployment) {
        attempt.id = printable_line(outcome.deployment->deployment_id);
        attempt.started_at = contract::find_time(outcome.deployment->start_time).value_or(now);
        attempt.ended_at = contract::find_time(outcome.deployment->finish_time);
    }
    const bool ended = outcome.deployment && outcome.deployment->finish_time;
    attempt.state = ended ? deployment::State::ended : deployment::State::running;
    attempt.verdict = outcome.verdict.value_or(deployment::Verdict{});
    if (!outcome.verdict) {
        attempt.verdict.sentence = "it goes on at the server, and nobody watched it";
    }
    return attempt;
}

Report stage_result(const control::StackOutcome& outcome, const deployment::Deployment& attempt)
{
    auto report = stack_result(outcome, attempt.stack, "deployment begun");
    std::erase_if(report.objects, [](const auto& object) { return object.first == "stack"; });
    report.result->erase("verdict");
    (*report.result)["deployments"] = json::array({to_json(attempt)});
    report.text = attempt.id.empty() ? std::string() : attempt.id + "\n";
    return report;
}

Report user_stack_result(const stack::UserStack& stack)
{
    Report report;
    report.objects.emplace_back("stack", object_of(stack));
    report.text = fact("name", stack.name) + fact("owner", stack.owner) + fact("version", stack.version) +
                  fact("created", text_of(stack.created_on)) + fact("modified", text_of(stack.last_modified_on));
    for (const auto& output : stack.outputs) {
        report.text += fact("output", fmt::format("{}={}", output.output_key, output.output_value));
    }
    return report;
}

Report outputs_result(const std::vector<stack::Output>& outputs)
{
    return list_result(
        outputs, "outputs", {"STACK", "KEY", "VALUE", "DESCRIPTION"},
        [](const stack::Output& each) {
            return std::vector{each.stack_name, each.output_key, each.output_value, each.description};
        },
        "it has no outputs");
}

Report resources_result(const std::vector<stack::Resource>& resources)
{
    return list_result(
        resources, "resources", {"RESOURCE", "TYPE", "ID", "STATUS", "REASON"},
        [](const stack::Resource& each) {
            return std::vector{each.logical_resource_id, each.resource_type, each.physical_resource_id,
                               each.resource_status, each.resource_status_reason};
        },
        "it has no resources");
}

Report events_result(const std::vector<stack::Event>& events)
{
    return list_result(
        events, "events", {"TIME", "WHO", "KIND", "CHANGE", "STATUS"},
        [](const stack::Event& each) {
            return std::vector{text_of(each.time_last_updated), each.user_name, each.event_type, change_of(each),
                               each.status};
        },
        "nothing has happened to it yet");
}

Report deployment_events_result(const std::vector<document::Node>& events)
{
    Report report;
    ObjectList list;
    for (const auto& each : events) {
        const auto object = document::to_json(each);
        report.text += printable_line(object) + "\n";
        list.add(object);
    }
    report.objects.emplace_back("events", list.take());
    if (events.empty()) {
        report.notes.emplace_back("nothing has happened in it yet");
    }
    return report;
}

Report deployments_result(const std::vector<stack::Deployment>& deployments)
{
    return list_result(
        deployments, "deployments", {"ID", "STATUS", "VERSION", "STARTED", "ENDED"},
        [](const stack::Deployment& each) {
            return std::vector{each.deployment_id, each.status, each.source_stack_version, text_of(each.start_time),
                               text_of(each.finish_time)};
        },
        "it has not been deployed yet");
}

}  // namespace tinystacks::app::view
