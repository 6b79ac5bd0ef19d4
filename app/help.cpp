#include "help.hpp"

#include "base/text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace tinystacks::app {
namespace {

constexpr std::size_t column = 28;  ///< where descriptions begin

std::string row(const std::string& name, const std::string& description)
{
    const auto left = "  " + name;
    const bool fits = left.size() + 2 <= column;
    return fits ? fmt::format("{:<{}}{}\n", left, column, description)
                : fmt::format("{}\n{:<{}}{}\n", left, "", column, description);
}

std::string row(const CLI::Option& option)
{
    return row(spelling_of(option), option.get_description());
}

std::string usage(const CLI::App& command)
{
    auto line = "Usage: " + path_of(command);
    for (const auto* option : command.get_options()) {
        if (option->get_required() && option->nonpositional()) {
            line += " " + spelling_of(*option);
        }
    }
    line += " [OPTIONS]";
    for (const auto* option : command.get_options()) {
        if (option->get_positional()) {
            const bool many = option->get_expected_max() > 1;
            const auto word = spelling_of(*option) + (many ? "..." : "");
            line += option->get_required() ? " " + word : " [" + word + "]";
        }
    }
    if (!command.get_subcommands({}).empty()) {
        line += command.get_require_subcommand_min() > 0 ? " COMMAND" : " [COMMAND]";
    }
    return line + "\n";
}

std::string commands(const CLI::App& command)
{
    std::string text;
    std::string group;
    for (const auto* each : command.get_subcommands({})) {
        if (each->get_group() != group) {
            group = each->get_group();
            text += fmt::format("\n{}:\n", group);
        }
        text += row(each->get_name(), each->get_description());
    }
    return text;
}

}  // namespace

std::string path_of(const CLI::App& command)
{
    return command.get_parent() == nullptr ? command.get_name()
                                           : path_of(*command.get_parent()) + " " + command.get_name();
}

std::string spelling_of(const CLI::Option& option)
{
    const auto value = option.get_type_name();
    if (option.get_positional()) {
        return value;
    }
    std::vector<std::string> names;
    for (const auto& name : option.get_snames()) {
        names.push_back("-" + name);
    }
    for (const auto& name : option.get_lnames()) {
        names.push_back("--" + name);
    }
    const bool takes_value = option.get_items_expected_max() != 0;
    return join(names, ", ") + (takes_value ? " " + value : "");
}

std::string help_text(const CLI::App& command)
{
    auto text = command.get_description() + "\n" + usage(command);
    std::string arguments;
    std::string flags;
    for (const auto* option : command.get_options()) {
        (option->get_positional() ? arguments : flags) += row(*option);
    }
    if (!arguments.empty()) {
        text += "\nArguments:\n" + arguments;
    }
    text += commands(command);
    text += (command.get_parent() == nullptr ? "\nOptions, on either side of a command:\n" : "\nOptions:\n") + flags;
    if (command.get_parent() != nullptr) {
        text += "\nEvery command takes -C, --control, --json, --events and --quiet too: see `tinystacks --help`.\n";
    }
    return text;
}

}  // namespace tinystacks::app
