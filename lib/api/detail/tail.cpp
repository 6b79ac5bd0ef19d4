#include "api/detail/tail.hpp"

#include "base/text.hpp"
#include "contract/status.hpp"
#include "document/json.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace tinystacks::api {
namespace {

/// A line as it is told from another.
std::string key_of(const stack::LogLine& line)
{
    return (line.timestamp ? line.timestamp->text : std::string()) + '\n' + line.message;
}

std::vector<std::string> keys_of(const std::vector<stack::LogLine>& lines)
{
    std::vector<std::string> keys;
    keys.reserve(lines.size());
    std::ranges::transform(lines, std::back_inserter(keys), key_of);
    return keys;
}

/// The text of `key`, which servers write with a small letter first or, as AWS does, a capital one.
std::string text_of(const document::Node& event, std::string key)
{
    const auto* found = event.find(key);
    if (found == nullptr) {
        key.front() = static_cast<char>(key.front() - 'a' + 'A');
        found = event.find(key);
    }
    return found != nullptr && found->is_scalar() ? found->text : std::string();
}

Time time_of(const document::Node& event, Time otherwise)
{
    const auto* found = event.find("timestamp");
    found = found == nullptr ? event.find("Timestamp") : found;
    return found == nullptr ? otherwise : contract::find_time(*found).value_or(otherwise);
}

}  // namespace

void Tail::pass_over(const std::vector<stack::LogLine>& lines)
{
    (void)cursor_.advance(keys_of(lines));
    fresh_ = true;
}

bool Tail::show(const std::vector<stack::LogLine>& lines)
{
    const auto keys = keys_of(lines);
    auto step = cursor_.advance(keys);
    if (step.changed && fresh_) {
        cursor_ = {};
        step = cursor_.advance(keys);
    }
    if (step.first < lines.size()) {
        fresh_ = false;  // the new log has begun
    }
    if (step.changed) {
        sink_.write({clock_(), {}, log::Gap{channel_, 0, 0}});
    }
    for (auto i = step.first; i < lines.size(); ++i) {
        write(lines[i], contract::find_time(lines[i].timestamp).value_or(clock_()));
    }
    return step.first < lines.size();
}

void Tail::write(const stack::LogLine& line, Time time)
{
    auto text = printable(secrets_.hide(line.message));
    if (!text.ends_with('\n')) {
        text += '\n';
    }
    const auto lines = static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
    sink_.write({time, {}, log::Lines{channel_, log::Source::output, number_, std::move(text)}});
    number_ += lines;
}

bool Happenings::show(const std::vector<document::Node>& events)
{
    std::vector<const document::Node*> fresh;
    for (const auto& event : events) {
        const auto hash = std::hash<std::string>{}(document::to_json(event));
        const auto place = std::ranges::lower_bound(seen_, hash);
        if (place == seen_.end() || *place != hash) {
            seen_.insert(place, hash);
            fresh.push_back(&event);
        }
    }
    const auto now = clock_();
    // CloudFormation tells the newest first.
    std::ranges::stable_sort(fresh, {}, [&](const auto* event) { return time_of(*event, now); });
    for (const auto* event : fresh) {
        const auto text = [&](const char* key) { return printable_line(secrets_.hide(text_of(*event, key))); };
        sink_.write({time_of(*event, now),
                     {},
                     log::ResourceChanged{text("resourceType"), text("logicalResourceId"), text("resourceStatus"),
                                          text("resourceStatusReason")}});
    }
    return !fresh.empty();
}

}  // namespace tinystacks::api
