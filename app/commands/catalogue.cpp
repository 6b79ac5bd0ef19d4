#include "commands/catalogue.hpp"

#include "commands/project.hpp"
#include "commands/values.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "document/json.hpp"
#include "http/transport.hpp"
#include "source/name.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>

namespace tinystacks::app::commands {
namespace {

constexpr std::size_t payload_limit = std::size_t{1} << 20;

std::string read_input()
{
    std::string text;
    std::array<char, 65536> block{};
    while (text.size() <= payload_limit) {
        std::cin.read(block.data(), block.size());
        text.append(block.data(), static_cast<std::size_t>(std::cin.gcount()));
        if (!std::cin) {
            break;
        }
    }
    return text;
}

/// The control plane that the project file of the directory names; empty where there is no such file.
std::string control_of_project(const Services& services)
{
    std::error_code failed;
    const auto directory = services.directory();
    for (auto at = directory;; at = at.parent_path()) {
        if (std::filesystem::exists(at / project::default_file, failed)) {
            return pipeline::read_project(at, project::default_file).project.control;
        }
        // The file lies in the root of a repository.
        if (std::filesystem::exists(at / ".git", failed) || at == at.root_path()) {
            return {};
        }
    }
}

}  // namespace

void declare_group_option(CLI::App& command, OwnerOptions& options)
{
    command.add_option("--group", options.group, "Whose things, instead of your own; else TINYSTACKS_GROUP.")
        ->type_name("GROUP")
        ->check(a_value());
}

void declare_customer_option(CLI::App& command, OwnerOptions& options)
{
    command.add_option("--customer", options.customer, "The customer whose stack is meant.")
        ->type_name("ID")
        ->check(a_value());
}

std::string_view to_string(Thing thing)
{
    return thing == Thing::source ? "code source" : "stack";
}

void declare_name(CLI::App& command, std::string& name, Thing thing)
{
    command.add_option("name", name, fmt::format("The {}'s name.", to_string(thing)))
        ->required()
        ->type_name("NAME")
        ->check(name_of(thing == Thing::source ? "sources" : "stacks"));
}

void declare_new_name(CLI::App& command, std::string& name, Thing thing)
{
    command.add_option("name", name, fmt::format("The {}'s name.", to_string(thing)))
        ->required()
        ->type_name("NAME")
        ->check(a_value());
}

std::vector<std::string> names_of(Thing thing, control::Catalogue& catalogue)
{
    std::vector<std::string> names;
    if (thing == Thing::source) {
        catalogue.for_each_source([&](const source::Source& each) { names.push_back(each.name); });
    } else {
        catalogue.for_each_stack({}, [&](const stack::Stack& each) { names.push_back(each.name); });
    }
    return names;
}

void declare_watch_flags(CLI::App& command, WatchFlags& flags, std::string_view what)
{
    auto* wait =
        command.add_flag("--wait", flags.wait, fmt::format("Go on until {} has ended; the exit code is how.", what));
    command.add_option("--timeout", flags.limit, "How long at most, such as 30m; 1h when not given.")
        ->type_name("DURATION")
        ->check(a_value())
        ->needs(wait);
}

control::Watch watch_of(const WatchFlags& flags, const Services& services)
{
    control::Watch watch;
    watch.until_end = flags.wait;
    if (!flags.limit.empty()) {
        watch.limit = duration_of("--timeout", flags.limit, services.options().line);
    }
    return watch;
}

control::ControlPlane& plane(const OwnerOptions& options, Context& context,
                             std::optional<std::chrono::milliseconds> haste)
{
    const auto& services = context.services;
    const bool chosen = !services.options().control.empty() || !services.variable("TINYSTACKS_CONTROL").empty();
    return context.services.control(chosen ? std::string() : control_of_project(services), options.group, haste);
}

void announce_change(Context& context, const control::ControlPlane& plane, std::string_view doing)
{
    if (!context.services.options().quiet) {
        context.err.write(fmt::format("{}: {}\n", plane.name(), printable_line(doing)));
    }
}

document::Document read_payload(const std::string& file, std::string_view member, const Services& services)
{
    const bool input = file == "-";
    const auto text = input ? read_input() : read_file(services.path(file), payload_limit + 1);
    auto document = document::parse(text, input ? "standard input" : file);
    const auto* inner = document.root.find(member);
    if (document.root.find("schema_version") != nullptr && inner != nullptr && inner->is_mapping()) {
        auto taken = *inner;
        document.root = std::move(taken);
    }
    return document;
}

void check_new_name(Thing thing, const std::string& name)
{
    try {
        if (thing == Thing::source) {
            (void)source::Name::parse(name);
        } else {
            stack::check_name(name);
        }
    } catch (const Error& error) {
        throw Error(ErrorKind::usage, "{}", error.message()).with_hint(error.hint());
    }
}

void check_name(Thing thing, const std::string& name)
{
    source::check_existing_name(to_string(thing), name);
}

void suggest_name(const Error& error, Thing thing, const std::string& name, control::Catalogue& catalogue,
                  const Services& services)
{
    const bool source = thing == Thing::source;
    const std::string list = source ? "tinystacks source list" : "tinystacks stack list";
    std::vector<std::string> names;
    try {
        names = names_of(thing, catalogue);
    } catch (const Error&) {
        // The first error says enough.
    }
    if (std::ranges::find(names, name) != names.end()) {  // it is something of it that there is not
        throw error.with_hint((source ? "tinystacks source versions " : "tinystacks stack deployments ") +
                              shell_quote(printable_line(name)));
    }
    const auto nearest = find_nearest(name, names);
    throw error.with_hint(nearest ? corrected(services.options().line, name, *nearest, list) : list);
}

void check_remote_stage(const stack::Stack& stack, const std::string& stage, const Services& services)
{
    std::vector<std::string> known;
    for (const auto& each : stack.stages) {
        known.push_back(printable_line(each.name));
    }
    if (stage.empty() || std::ranges::find(known, stage) != known.end()) {
        return;
    }
    const auto show = "tinystacks stack show " + shell_quote(stack.name);
    const auto nearest = find_nearest(stage, known);
    throw Error(ErrorKind::not_found, "stack '{}' has no stage '{}': it has {}", printable_line(stack.name),
                printable_line(stage), known.empty() ? "none" : enumerate(known))
        .with_hint(nearest ? corrected(services.options().line, stage, *nearest, show) : show);
}

view::Report changed(const std::function<view::Report()>& change, const std::string& look)
{
    try {
        return change();
    } catch (const http::Unanswered& error) {
        constexpr int uncertain = 9;
        view::Report report;
        report.exit_code = uncertain;
        report.failure = fmt::format("{}: whether it was carried out is not known", error.message());
        (*report.result)["uncertain"] = to_utf8(report.failure);
        report.notes = {printable_line(report.failure), "  try: " + look};
        return report;
    }
}

void confirm(Thing thing, const std::string& name, const std::string& confirmed, Context& context)
{
    if (!confirmed.empty()) {
        if (confirmed == name) {
            return;
        }
        throw Error(ErrorKind::usage, "--confirm says '{}', and the {} is called '{}'", printable_line(confirmed),
                    to_string(thing), printable_line(name));
    }
    if (!context.err.is_terminal() || ::isatty(STDIN_FILENO) != 1) {
        throw Error(ErrorKind::usage, "deleting the {} '{}' wants its name a second time, and there is no terminal",
                    to_string(thing), printable_line(name))
            .with_hint(
                extended(context.services.options().line, "--confirm " + shell_quote(name), "give --confirm NAME"));
    }
    context.err.write(
        fmt::format("This deletes the {} '{}'. Type its name to go on: ", to_string(thing), printable_line(name)));
    std::string answer;
    std::getline(std::cin, answer);
    if (trim(answer) != name) {
        throw Error(ErrorKind::conflict, "nothing was deleted");
    }
}

}  // namespace tinystacks::app::commands
