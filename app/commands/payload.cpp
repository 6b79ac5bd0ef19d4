#include "commands/payload.hpp"

#include "commands/values.hpp"

#include "base/text.hpp"
#include "document/json.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace tinystacks::app::commands {
namespace {

/// Names and values of a mapping; of parameters as a control plane has them, those that have a value.
std::vector<document::Entry> values_in(document::Node mapping)
{
    std::vector<document::Entry> values;
    for (auto& entry : mapping.entries) {
        if (!entry.value.is_mapping() || entry.value.find("propertyType") == nullptr) {
            values.push_back(std::move(entry));
        } else if (const auto* value = entry.value.find("value")) {
            auto taken = *value;
            entry.value = std::move(taken);
            values.push_back(std::move(entry));
        }
    }
    return values;
}

/// Names and values: those of the file, then those of the command line.
std::vector<document::Entry> read_values(const ParameterOptions& options,
                                         const std::vector<parameter::Definition>& definitions,
                                         const Services& services)
{
    std::vector<document::Entry> values;
    if (!options.file.empty()) {
        auto document = read_payload(options.file, "parameters", services);
        if (!document.root.is_mapping()) {
            throw Error(ErrorKind::invalid_input, "a file of parameters has their names and values, as in NAME: VALUE")
                .at(document.root.where);
        }
        values = values_in(std::move(document.root));
    }
    for (const auto& argument : options.assignments) {
        const auto assignment = parameter::parse_assignment(argument);
        const auto* definition = parameter::find(definitions, assignment.name);
        auto value = definition != nullptr ? parameter::make_value(*definition, assignment.text)
                                           : document::make_string(assignment.text);
        // The command line beats the file.
        std::erase_if(values,
                      [&](const auto& entry) { return entry.key == assignment.name && !entry.key_where.file.empty(); });
        values.push_back(document::make_entry(assignment.name, std::move(value)));
    }
    return values;
}

}  // namespace

void put(document::Node& mapping, std::string_view key, const std::string& value)
{
    if (!value.empty()) {
        std::erase_if(mapping.entries, [&](const auto& entry) { return entry.key == key; });
        fill_in(mapping, key, value);
    }
}

void fill_in(document::Node& mapping, std::string_view key, const std::string& value)
{
    if (!value.empty() && mapping.find(key) == nullptr) {
        mapping.entries.push_back(document::make_entry(std::string(key), document::make_string(value)));
    }
}

document::Node& inner_mapping(document::Node& mapping, std::string_view key)
{
    auto found = std::ranges::find(mapping.entries, key, &document::Entry::key);
    if (found == mapping.entries.end()) {
        mapping.entries.push_back(document::make_entry(std::string(key), document::make_mapping()));
        found = std::prev(mapping.entries.end());
    }
    return found->value;
}

void declare_parameter_options(CLI::App& command, ParameterOptions& options)
{
    command.add_option("--parameter", options.assignments, "A parameter's value; any number of them.")
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->check(a_value());
    command.add_option("--parameters-file", options.file, "Values of parameters by name: JSON or YAML; - for stdin.")
        ->type_name("FILE")
        ->check(a_file());
}

std::vector<parameter::Definition> read_parameters(const ParameterOptions& options,
                                                   const std::vector<parameter::Definition>& definitions,
                                                   Complete complete, const Services& services)
{
    const auto values = read_values(options, definitions, services);
    auto problems = parameter::find_problems(definitions, values);
    if (complete == Complete::no) {
        std::erase_if(problems, [](const Problem& problem) { return problem.rule == "parameter.missing"; });
    }
    if (!problems.empty()) {
        throw Error::invalid(std::move(problems));
    }
    std::vector<parameter::Definition> parameters;
    for (const auto& [name, where, value, merged] : values) {
        const auto* definition = parameter::find(definitions, name);
        parameter::Definition parameter;
        parameter.name = name;
        parameter.type = definition->type;
        parameter.value = parameter::as_sent(*definition, value);
        parameters.push_back(std::move(parameter));
    }
    return parameters;
}

std::vector<parameter::Definition> definitions_of(const stack::Stack& stack, control::Catalogue& catalogue)
{
    if (!stack.source || stack.source->name.empty()) {
        throw Error(ErrorKind::conflict, "stack '{}' names no code source, which would tell its parameters",
                    printable_line(stack.name))
            .with_hint("tinystacks stack show " + shell_quote(printable_line(stack.name)));
    }
    const auto& source = *stack.source;
    return catalogue.source(source.name, source.target_version.empty() ? source.current_version : source.target_version)
        .parameters;
}

}  // namespace tinystacks::app::commands
