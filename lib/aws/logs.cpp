#include "aws/logs.hpp"

#include "aws/detail/json.hpp"
#include "aws/detail/json_call.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::aws {
namespace {

using nlohmann::json;

constexpr detail::JsonService logs{"logs", "logs", "Logs_20140328"};

/// Pages of a stream that are read to find its last events: one may be empty although the next is not.
constexpr int most_pages = 5;

std::vector<LogEvent> read_events(const json& answer)
{
    std::vector<LogEvent> events;
    const auto found = answer.find("events");
    if (found == answer.end() || !found->is_array()) {
        return events;
    }
    for (const auto& event : *found) {
        if (!event.is_object()) {
            continue;
        }
        const auto at = event.find("timestamp");
        const auto ms = at != event.end() && at->is_number() ? at->get<std::int64_t>() : 0;
        events.push_back({Time(std::chrono::milliseconds(ms)), detail::text_of(event, {"logStreamName"}),
                          detail::text_of(event, {"message"}), detail::text_of(event, {"eventId"})});
    }
    return events;
}

}  // namespace

LogPage Logs::get_last_events(const std::string& group, const std::string& stream, int limit,
                              const Interruption& interruption)
{
    LogPage page;
    json input = {{"logGroupName", group}, {"logStreamName", stream}, {"startFromHead", false}, {"limit", limit}};
    for (int tries = 0; page.events.empty() && tries < most_pages; ++tries) {
        const auto answer = detail::call_json(client_, logs, "GetLogEvents", input, interruption);
        page.events = read_events(answer);
        const auto before = detail::text_of(answer, {"nextBackwardToken"});
        // The same token again is the beginning of the stream. Source: CloudWatch Logs API, GetLogEvents.
        if (before.empty() || before == detail::text_of(input, {"nextToken"})) {
            break;
        }
        input["nextToken"] = before;
    }
    for (auto& event : page.events) {
        event.stream = stream;
    }
    return page;
}

LogPage Logs::filter_events(const std::string& group, const std::string& stream_prefix, Time since,
                            const std::string& next, const Interruption& interruption)
{
    // AWS refuses times before 1970.
    const auto start = std::max<std::int64_t>(0, since.time_since_epoch().count());
    json input = {{"logGroupName", group}, {"startTime", start}};
    if (!stream_prefix.empty()) {
        input["logStreamNamePrefix"] = stream_prefix;
    }
    if (!next.empty()) {
        input["nextToken"] = next;
    }
    const auto answer = detail::call_json(client_, logs, "FilterLogEvents", input, interruption);
    LogPage page{read_events(answer), detail::text_of(answer, {"nextToken"})};
    std::ranges::stable_sort(page.events, {}, &LogEvent::at);
    return page;
}

}  // namespace tinystacks::aws
