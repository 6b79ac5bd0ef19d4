#include "base/text.hpp"
#include "document/json.hpp"
#include "parameter/detail/shape.hpp"
#include "parameter/parameter.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace tinystacks::parameter {
namespace {

constexpr std::size_t shown_at_most = 80;

/// What was given, for a message; of a secret only what kind of value.
std::string given(const Definition& definition, const document::Node& value)
{
    if (is_secret(definition)) {
        return std::string(document::json_type(value));
    }
    auto text = document::is_string(value) ? value.text : document::to_json(value);
    if (text.size() > shown_at_most) {
        text = to_utf8(text.substr(0, shown_at_most)) + "…";
    }
    return fmt::format("{}'{}'", document::is_string(value) ? "the text " : "", printable(text));
}

Problem problem_of(const Definition& definition, const document::Node& value, std::string message)
{
    return {Severity::error,
            value.where,
            "parameter.value",
            fmt::format("parameter '{}' {}", printable(definition.name), message),
            {}};
}

/// Checks one number, or every number of a list.
void check_range(const Definition& definition, const document::Node& value, std::vector<Problem>& problems)
{
    for (const auto& item : value.items) {
        check_range(definition, item, problems);
    }
    const auto number = document::find_number(value);
    if (!number) {
        return;
    }
    const auto& validation = *definition.validation;
    const auto refuse = [&](std::string_view bound, const document::Node& limit) {
        const auto unit = validation.unit.empty() ? std::string() : " " + printable(validation.unit);
        problems.push_back(
            problem_of(definition, value,
                       fmt::format("must be {} {}{}, not {}", bound, limit.text, unit, given(definition, value))));
    };
    if (validation.min && number < document::find_number(*validation.min)) {
        refuse("at least", *validation.min);
    }
    if (validation.max && document::find_number(*validation.max) && number > document::find_number(*validation.max)) {
        refuse("at most", *validation.max);
    }
}

/// Checks one text, or every text of a list.
void check_choice(const Definition& definition, const document::Node& value, std::vector<Problem>& problems)
{
    const auto& allowed = definition.validation->allowed_nodes_types;
    for (const auto& item : value.items) {
        check_choice(definition, item, problems);
    }
    if (allowed.empty() || !value.is_scalar() || std::ranges::find(allowed, value.text) != allowed.end()) {
        return;
    }
    auto problem =
        problem_of(definition, value,
                   fmt::format("must be one of {}, not {}", printable(join(allowed, ", ")), given(definition, value)));
    problem.hint = printable(suggest(value.text, allowed));
    problems.push_back(std::move(problem));
}

std::vector<std::string> names_of(const std::vector<Definition>& definitions)
{
    std::vector<std::string> names;
    for (const auto& definition : definitions) {
        names.push_back(definition.name);
    }
    return names;
}

void check_missing(const Definition& definition, const std::vector<document::Entry>& values,
                   std::vector<Problem>& problems)
{
    const auto has = [](const std::optional<document::Node>& value) { return value && !value->is_null(); };
    const bool is_given = std::ranges::any_of(
        values, [&](const document::Entry& entry) { return entry.key == definition.name && !entry.value.is_null(); });
    if (definition.required.value_or(false) && !is_given && !has(definition.value) && !has(definition.default_value)) {
        problems.push_back({Severity::error,
                            {},
                            "parameter.missing",
                            fmt::format("parameter '{}' is required and has no default", printable(definition.name)),
                            fmt::format("--parameter {}=VALUE", shell_quote(printable(definition.name)))});
    }
}

}  // namespace

std::vector<Problem> find_problems(const Definition& definition, const document::Node& value)
{
    const auto type = find_type(definition.type);
    std::vector<Problem> problems;
    if (!type || value.is_null()) {
        return problems;
    }
    if (!detail::fits(*type, value)) {
        problems.push_back(problem_of(
            definition, value, fmt::format("must be {}, not {}", detail::wanted(*type), given(definition, value))));
        return problems;
    }
    if (definition.validation) {
        check_range(definition, value, problems);
        check_choice(definition, value, problems);
    }
    return problems;
}

std::vector<Problem> find_problems(const std::vector<Definition>& definitions,
                                   const std::vector<document::Entry>& values)
{
    std::vector<Problem> problems;
    std::set<std::string_view> seen;
    for (const auto& [name, where, value, merged] : values) {
        const auto* definition = find(definitions, name);
        if (definition == nullptr) {
            problems.push_back({Severity::error, where, "parameter.unknown",
                                fmt::format("the code source has no parameter '{}'", printable(name)),
                                printable(suggest(name, names_of(definitions)))});
        } else if (!seen.insert(name).second) {
            problems.push_back({Severity::error, where, "parameter.twice",
                                fmt::format("parameter '{}' is given twice", printable(name)), "keep one value"});
        } else {
            std::ranges::move(find_problems(*definition, value), std::back_inserter(problems));
        }
    }
    for (const auto& definition : definitions) {
        check_missing(definition, values, problems);
    }
    return problems;
}

}  // namespace tinystacks::parameter
