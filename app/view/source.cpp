#include "view/source.hpp"

#include "view/contract.hpp"
#include "view/deployment.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::app::view {
namespace {

using nlohmann::json;

std::string check_status(const source::Source& source)
{
    const bool checked = source.build_details && source.build_details->git_ingestion;
    return checked && !source.build_details->git_ingestion->status.empty() ? source.build_details->git_ingestion->status
                                                                           : source.status;
}

std::string code_type(const source::Source& source)
{
    return source.infrastructure_code_type ? source.infrastructure_code_type->format : std::string();
}

std::string details(const source::Source& source)
{
    auto text = fact("name", source.name) + fact("owner", source.owner) + fact("description", source.description);
    if (source.repository) {
        text += fact("repository", source.repository->clone_url) + fact("branch", source.repository->default_branch);
    }
    if (source.infrastructure_code_type) {
        const auto& type = *source.infrastructure_code_type;
        text += fact("code", type.format + (type.language.empty() ? "" : ", " + type.language));
    }
    text += fact("account", source.account_id) + fact("region", source.region) + fact("status", source.status);
    if (source.build_details && source.build_details->git_ingestion) {
        const auto& check = *source.build_details->git_ingestion;
        text += fact("check", check.status) + fact("started", text_of(check.start_time)) +
                fact("ended", text_of(check.end_time)) + fact("commit", check.commit_id) +
                fact("details", check.status_details) + fact("error", check.error);
    }
    text += fact("version", source.latest_version) + fact("stacks", text_of(source.stack_count)) +
            fact("parameters", source.parameters.empty() ? "" : std::to_string(source.parameters.size())) +
            fact("created", text_of(source.created_on)) + fact("by", source.created_by) +
            fact("modified", text_of(source.last_modified_on)) + fact("by", source.last_modified_by);
    return text;
}

}  // namespace

SourceList::SourceList(bool as_json)
    : as_json_(as_json), table_({"NAME", "OWNER", "CODE", "STATUS", "VERSION", "STACKS", "MODIFIED"})
{}

void SourceList::add(const source::Source& source)
{
    if (as_json_) {
        objects_.add(object_of(source));
        return;
    }
    table_.add({source.name, source.owner, code_type(source), check_status(source), source.latest_version,
                text_of(source.stack_count), text_of(source.last_modified_on)});
}

Report SourceList::report()
{
    Report report;
    report.text = table_.text();
    report.objects.emplace_back("sources", objects_.take());
    if (!as_json_ && table_.empty()) {
        report.notes = {"there are no code sources", "  try: tinystacks source create --file source.json"};
    }
    return report;
}

Report source_result(const source::Source& source)
{
    Report report;
    report.objects.emplace_back("source", object_of(source));
    report.text = details(source);
    return report;
}

Report source_result(const control::SourceOutcome& outcome, std::string_view doing)
{
    auto report = source_result(outcome.source);
    (*report.result)["verdict"] = outcome.verdict ? to_json(*outcome.verdict) : json(nullptr);
    const auto name = shell_quote(printable_line(outcome.source.name));
    report.text = fmt::format("{}\n", printable_line(outcome.source.name));
    if (!outcome.verdict) {
        report.notes = {fmt::format("{}; its source check goes on at the server", doing),
                        fmt::format("next: tinystacks source logs {} --follow", name)};
        return report;
    }
    tell_verdict(report, printable_line(outcome.source.name), *outcome.verdict);
    if (report.exit_code == 0) {
        report.notes.push_back(fmt::format("next: tinystacks source publish {} --version 1.0.0", name));
    }
    return report;
}

Report versions_result(const std::vector<source::Version>& versions)
{
    Report report;
    ObjectList list;
    Table table({"VERSION", "COMMIT", "PUBLISHED", "PUBLIC", "USERS", "DESCRIPTION"});
    for (const auto& each : versions) {
        list.add(object_of(each));
        table.add({each.version, each.commit_sha.substr(0, 12), text_of(each.published_on),
                   !each.is_public   ? ""
                   : *each.is_public ? "yes"
                                     : "no",
                   text_of(each.user_count), each.description});
    }
    report.objects.emplace_back("versions", list.take());
    report.text = table.text();
    if (table.empty()) {
        report.notes.emplace_back("no version is published yet");
    }
    return report;
}

Report uses_result(const std::vector<source::Use>& uses)
{
    Report report;
    ObjectList list;
    Table table({"STACK", "OWNER", "USER", "VERSION", "STATUS", "MODIFIED"});
    for (const auto& each : uses) {
        list.add(object_of(each));
        table.add(
            {each.stack_name, each.owner, each.user_name, each.version, each.status, text_of(each.last_modified_on)});
    }
    report.objects.emplace_back("stacks", list.take());
    report.text = table.text();
    if (table.empty()) {
        report.notes.emplace_back("nobody has made a stack of it yet");
    }
    return report;
}

Report parameters_result(const std::vector<parameter::Definition>& parameters, const document::Node& whole)
{
    Report report;
    const auto* object = whole.find("parameters");
    report.objects.emplace_back("parameters", object != nullptr ? document::to_json(*object) : "{}");
    Table table({"NAME", "TYPE", "REQUIRED", "VALUE", "DEFAULT", "DESCRIPTION"});
    for (const auto& each : parameters) {
        table.add({each.name, each.type, each.required.value_or(false) ? "yes" : "no", shown_value(each, each.value),
                   shown_value(each, each.default_value), each.description});
    }
    report.text = table.text();
    if (table.empty()) {
        report.notes.emplace_back("it has no parameters");
    }
    return report;
}

}  // namespace tinystacks::app::view
