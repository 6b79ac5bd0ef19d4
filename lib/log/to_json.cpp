#include "log/to_json.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::log {
namespace {

using nlohmann::json;

json clean(const std::string& text)
{
    // Most output is ASCII, and looking for the one byte that is not costs a tenth of decoding it all.
    const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) >= 0; });
    return ascii ? json(text) : json(to_utf8(text));
}

json text_or_null(const std::string& text)
{
    return text.empty() ? json(nullptr) : clean(text);
}

json number_or_null(std::size_t number)
{
    return number == 0 ? json(nullptr) : json(number);
}

struct ToJson {
    json& object;

    void operator()(const Lines& lines) const
    {
        object.update({{"type", "lines"},
                       {"channel", to_string(lines.channel)},
                       {"source", to_string(lines.source)},
                       {"first_line", lines.first_line},
                       {"text", clean(lines.text)}});
    }
    void operator()(const StepBegan& step) const
    {
        object.update({{"type", "step_began"}, {"name", clean(step.name)}});
    }
    void operator()(const StepEnded& step) const
    {
        object.update({{"type", "step_ended"},
                       {"name", clean(step.name)},
                       {"status", clean(step.status)},
                       {"seconds", step.seconds},
                       {"message", text_or_null(step.message)}});
    }
    void operator()(const ResourceChanged& change) const
    {
        object.update({{"type", "resource_changed"},
                       {"kind", clean(change.kind)},
                       {"name", clean(change.name)},
                       {"status", clean(change.status)},
                       {"detail", text_or_null(change.detail)}});
    }
    void operator()(const WaitingFor& waiting) const
    {
        object.update({{"type", "waiting_for"}, {"what", clean(waiting.what)}, {"hint", text_or_null(waiting.hint)}});
    }
    void operator()(const Note& note) const
    {
        object.update({{"type", "note"},
                       {"severity", to_string(note.severity)},
                       {"message", clean(note.message)},
                       {"file", text_or_null(note.where.file)},
                       {"line", number_or_null(note.where.line)},
                       {"column", number_or_null(note.where.column)},
                       {"hint", text_or_null(note.hint)}});
    }
    void operator()(const Gap& gap) const
    {
        object.update(
            {{"type", "gap"}, {"channel", to_string(gap.channel)}, {"bytes", gap.bytes}, {"lines", gap.lines}});
    }
};

std::string text(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? std::string() : found->get<std::string>();
}

template <typename Number>
Number number(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? Number{} : found->get<Number>();
}

Channel channel(const json& object)
{
    return find_channel(text(object, "channel")).value_or(Channel::build);
}

bool read_body(const json& object, Event& event)
{
    const auto type = text(object, "type");
    if (type == "lines") {
        const auto source = text(object, "source") == "output" ? Source::output : Source::tinystacks;
        event.body = Lines{channel(object), source, number<std::uint64_t>(object, "first_line"), text(object, "text")};
    } else if (type == "step_began") {
        event.body = StepBegan{text(object, "name")};
    } else if (type == "step_ended") {
        event.body = StepEnded{text(object, "name"), text(object, "status"), number<double>(object, "seconds"),
                               text(object, "message")};
    } else if (type == "resource_changed") {
        event.body =
            ResourceChanged{text(object, "kind"), text(object, "name"), text(object, "status"), text(object, "detail")};
    } else if (type == "waiting_for") {
        event.body = WaitingFor{text(object, "what"), text(object, "hint")};
    } else if (type == "note") {
        const auto severity = text(object, "severity") == "error" ? Severity::error : Severity::warning;
        const Position where{text(object, "file"), number<std::size_t>(object, "line"),
                             number<std::size_t>(object, "column")};
        event.body = Note{severity, where, text(object, "message"), text(object, "hint")};
    } else if (type == "gap") {
        event.body =
            Gap{channel(object), number<std::uint64_t>(object, "bytes"), number<std::uint64_t>(object, "lines")};
    } else {
        return false;
    }
    return true;
}

}  // namespace

json to_json(const Event& event)
{
    json object = {{"time", to_rfc3339(event.time)}, {"stage", text_or_null(event.stage)}};
    std::visit(ToJson{object}, event.body);
    return object;
}

std::optional<Event> find_event(const json& object)
{
    if (!object.is_object()) {
        return std::nullopt;
    }
    try {
        const auto time = find_rfc3339(text(object, "time"));
        Event event;
        if (!time || !read_body(object, event)) {
            return std::nullopt;
        }
        event.time = *time;
        event.stage = text(object, "stage");
        return event;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

}  // namespace tinystacks::log
