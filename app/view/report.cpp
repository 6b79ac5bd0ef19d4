#include "view/report.hpp"

#include "base/printable_json.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::app::view {
namespace {

using nlohmann::json;

json text_or_null(const std::string& text)
{
    return text.empty() ? json(nullptr) : json(to_utf8(text));
}

json number_or_null(std::size_t number)
{
    return number == 0 ? json(nullptr) : json(number);
}

json to_json(const Problem& problem)
{
    return {{"severity", to_string(problem.severity)},    {"rule", problem.rule},
            {"message", to_utf8(problem.message)},        {"file", text_or_null(problem.where.file)},
            {"line", number_or_null(problem.where.line)}, {"column", number_or_null(problem.where.column)},
            {"hint", text_or_null(problem.hint)}};
}

json to_json(const Error& error)
{
    return {{"kind", to_string(error.kind())},
            {"message", to_utf8(error.message())},
            {"file", text_or_null(error.where().file)},
            {"line", number_or_null(error.where().line)},
            {"column", number_or_null(error.where().column)},
            {"hint", text_or_null(error.hint())}};
}

/// A check that found errors tells them as its result; to programs the first of them is the error too.
json error_of_check(const Report& report)
{
    if (report.exit_code != exit_code(ErrorKind::invalid_input) || report.problems.empty()) {
        return nullptr;
    }
    const auto worst = std::ranges::find(report.problems, Severity::error, &Problem::severity);
    const auto& first = worst != report.problems.end() ? *worst : report.problems.front();
    return to_json(Error(ErrorKind::invalid_input, "{}", first.message).with_hint(first.hint).at(first.where));
}

std::string with_hint(std::string line, const std::string& hint)
{
    line += '\n';
    if (!hint.empty()) {
        line += "  try: " + printable(hint) + '\n';
    }
    return line;
}

}  // namespace

Report::Report() : result(std::make_unique<json>(json::object())) {}
Report::Report(const Report& other)
    : exit_code(other.exit_code), text(other.text), result(std::make_unique<json>(*other.result)),
      objects(other.objects), problems(other.problems), notes(other.notes), failure(other.failure), error(other.error)
{}
Report::Report(Report&&) noexcept = default;
Report& Report::operator=(Report other)
{
    exit_code = other.exit_code;
    text.swap(other.text);
    result.swap(other.result);
    objects.swap(other.objects);
    problems.swap(other.problems);
    notes.swap(other.notes);
    failure.swap(other.failure);
    error.swap(other.error);
    return *this;
}
Report::~Report() = default;

std::string document(const Report& report, const Error* error, bool as_event)
{
    json whole = {{"schema_version", 1}, {"exit_code", report.exit_code}};
    if (as_event) {
        whole["type"] = "result";
    }
    whole.update(*report.result);
    auto problems = json::array();
    for (const auto& problem : report.problems) {
        problems.push_back(to_json(problem));
    }
    whole["problems"] = std::move(problems);
    whole["error"] = error != nullptr ? to_json(*error) : error_of_check(report);
    auto text = whole.dump(-1, ' ', false, json::error_handler_t::replace);
    text.pop_back();  // the closing brace
    for (const auto& [name, object] : report.objects) {
        text.append(",\"").append(name).append("\":").append(object);
    }
    text += "}\n";
    return printable_json(std::move(text));
}

std::string text(const std::vector<Problem>& problems)
{
    std::string lines;
    for (const auto& problem : problems) {
        const auto place = printable(to_string(problem.where));
        lines += with_hint(fmt::format("{}{}{}: {}", place, place.empty() ? "" : ": ", to_string(problem.severity),
                                       printable(problem.message)),
                           problem.hint);
    }
    return lines;
}

std::string text(const Error& error)
{
    if (!error.problems().empty()) {
        return text(std::vector<Problem>(error.problems().begin(), error.problems().end()));
    }
    return with_hint("tinystacks: " + printable(error.what()), error.hint());
}

}  // namespace tinystacks::app::view
