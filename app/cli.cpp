#include "cli.hpp"

#include "commands/values.hpp"
#include "help.hpp"
#include "refusal.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace tinystacks::app {
namespace {

void declare_global_options(CLI::App& root, GlobalOptions& options)
{
    root.add_option("-C", options.directory, "Work as if started in this directory.")
        ->type_name("DIR")
        ->check(commands::a_value());
    root.add_option("--control", options.control, "Who keeps stacks and deployments: embedded or a URL.")
        ->type_name("WHERE")
        ->check(commands::a_value());
    auto* json = root.add_flag("--json", options.json, "Print one JSON document on stdout, whatever happens.");
    root.add_flag("--events", options.events, "Print what happens as NDJSON, ending with that document.")
        ->excludes(json);
    root.add_flag("-q,--quiet", options.quiet, "Print results and errors only.");
    root.add_flag("-v,--verbose", options.verbose, "Say what is decided; twice: each program that is started.");
}

void declare_buildspec(CLI::App& root, const commands::OnParsed& on_parsed)
{
    using namespace commands;
    auto* buildspec = root.add_subcommand("buildspec", "Run or check any AWS CodeBuild buildspec.")->group("Steps");
    buildspec->require_subcommand(1);
    declare_buildspec_run(*buildspec, on_parsed);
    declare_buildspec_check(*buildspec, on_parsed);
}

void declare_variable(CLI::App& root, const commands::OnParsed& on_parsed)
{
    using namespace commands;
    auto* variable = root.add_subcommand("variable", "Build and runtime variables, set over those of tinystacks.yml.")
                         ->group("The rest");
    variable->require_subcommand(1);
    declare_variable_set(*variable, on_parsed);
    declare_variable_unset(*variable, on_parsed);
    declare_variable_list(*variable, on_parsed);
}

void declare_connect(CLI::App& root, const commands::OnParsed& on_parsed)
{
    using namespace commands;
    auto* connect =
        root.add_subcommand("connect", "Ways in: GitHub, GitLab, AWS accounts, TinyStacks APIs.")->group("The rest");
    connect->require_subcommand(1);
    declare_connect_github(*connect, on_parsed);
    declare_connect_gitlab(*connect, on_parsed);
    declare_connect_aws(*connect, on_parsed);
    declare_connect_api(*connect, on_parsed);
    declare_connect_list(*connect, on_parsed);
    declare_connect_remove(*connect, on_parsed);
}

void declare_source(CLI::App& root, const commands::OnParsed& on_parsed)
{
    using namespace commands;
    auto* source = root.add_subcommand("source", "Code sources: infrastructure code, its parameters and versions.")
                       ->group("The rest");
    source->require_subcommand(1);
    declare_source_create(*source, on_parsed);
    declare_source_list(*source, on_parsed);
    declare_source_show(*source, on_parsed);
    declare_source_update(*source, on_parsed);
    declare_source_delete(*source, on_parsed);
    declare_source_publish(*source, on_parsed);
    declare_source_versions(*source, on_parsed);
    declare_source_parameters(*source, on_parsed);
    declare_source_logs(*source, on_parsed);
    declare_source_stacks(*source, on_parsed);
}

void declare_stack(CLI::App& root, const commands::OnParsed& on_parsed)
{
    using namespace commands;
    auto* stack = root.add_subcommand("stack", "Stacks made from code sources.")->group("The rest");
    stack->require_subcommand(1);
    declare_stack_create(*stack, on_parsed);
    declare_stack_list(*stack, on_parsed);
    declare_stack_show(*stack, on_parsed);
    declare_stack_update(*stack, on_parsed);
    declare_stack_delete(*stack, on_parsed);
    declare_stack_parameters(*stack, on_parsed);
    declare_stack_outputs(*stack, on_parsed);
    declare_stack_resources(*stack, on_parsed);
    declare_stack_events(*stack, on_parsed);
    declare_stack_deployments(*stack, on_parsed);
}

struct Named {
    std::string_view name;
    void (*declare)(CLI::App& root, const commands::OnParsed& on_parsed);
};

/// Every command, in help order.
constexpr std::array all_commands = std::to_array<Named>({
    {"init", commands::declare_init},
    {"deploy", commands::declare_deploy},
    {"status", commands::declare_status},
    {"logs", commands::declare_logs},
    {"approve", commands::declare_approve},
    {"rollback", commands::declare_rollback},
    {"validate", commands::declare_validate},
    {"build", commands::declare_build},
    {"release", commands::declare_release},
    {"buildspec", declare_buildspec},
    {"variable", declare_variable},
    {"connect", declare_connect},
    {"source", declare_source},
    {"stack", declare_stack},
    {"replay", commands::declare_replay},
    {"down", commands::declare_down},
    {"explain", commands::declare_explain},
    {"doctor", commands::declare_doctor},
    {"completion", commands::declare_completion},
    {"help", commands::declare_help},
});

/// Which commands a line is parsed with: most of the program's start would be the declaration of those that are not
/// meant. What is refused or explained needs all of them.
enum class Extent { named, all };

void declare_commands(CLI::App& root, Extent extent, const CommandLine& line, const commands::OnParsed& on_parsed)
{
    for (const auto& command : all_commands) {
        if (extent == Extent::all || std::ranges::find(line, command.name) != line.end()) {
            command.declare(root, on_parsed);
        }
    }
}

/// Makes `root` ready to parse a line into `parsed`.
void prepare(CLI::App& root, Extent extent, Parsed& parsed)
{
    root.fallthrough();
    root.set_version_flag("--version", std::string("tinystacks ") + TS_VERSION, "Show the version.");
    root.set_help_flag("-h,--help", "Show this help.");
    root.require_subcommand(0, 1);
    declare_global_options(root, parsed.options);
    declare_commands(root, extent, parsed.options.line,
                     [&](commands::Action action) { parsed.action = std::move(action); });
}

/// What a line asks for, when there is nothing to refuse or to explain.
std::optional<Parsed> find_action(int argc, const char* const* argv)
{
    Parsed parsed;
    auto& line = parsed.options.line;
    line.assign(argv, argv + argc);
    for (const auto* tells_all : {"completion", "help"}) {
        if (std::ranges::find(line, tells_all) != line.end()) {
            return std::nullopt;
        }
    }
    CLI::App root;
    prepare(root, Extent::named, parsed);
    try {
        root.parse(argc, argv);
    } catch (const CLI::Error&) {
        return std::nullopt;
    } catch (const WrongWord&) {
        return std::nullopt;
    }
    return parsed.action ? std::optional(std::move(parsed)) : std::nullopt;
}

}  // namespace

Parsed parse_command_line(int argc, const char* const* argv)
{
    if (auto parsed = find_action(argc, argv)) {
        return std::move(*parsed);
    }
    CLI::App root("Ships an application from its Git repository, stage by stage, to Amazon ECS, AWS Lambda or Docker.",
                  "tinystacks");
    Parsed parsed;
    parsed.options.line.assign(argv, argv + argc);
    prepare(root, Extent::all, parsed);
    try {
        root.parse(argc, argv);
    } catch (const CLI::CallForVersion&) {
        parsed.text = root.version() + "\n";
        return parsed;
    } catch (const CLI::CallForHelp&) {
        parsed.text = help_text(innermost(root));
        return parsed;
    } catch (const CLI::ParseError& error) {
        refuse(root, error, parsed.options.line);
    } catch (const WrongWord& error) {
        refuse(root, error, parsed.options.line);
    }
    if (!parsed.action) {
        parsed.text = help_text(root);
    }
    return parsed;
}

GlobalOptions find_output_options(int argc, const char* const* argv, const char* const* environment)
{
    GlobalOptions options;
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        options.github = options.github || std::string_view(*environment) == "GITHUB_ACTIONS=true";
    }
    for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i) {
        options.json = options.json || std::string_view(argv[i]) == "--json";
        options.events = options.events || std::string_view(argv[i]) == "--events";
    }
    return options;
}

}  // namespace tinystacks::app
