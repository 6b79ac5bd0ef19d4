#include "cli.hpp"

#include "commands/values.hpp"
#include "help.hpp"
#include "refusal.hpp"

#include <CLI/CLI.hpp>

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

void declare_commands(CLI::App& root, const commands::OnParsed& on_parsed)
{
    using namespace commands;
    declare_init(root, on_parsed);
    declare_deploy(root, on_parsed);
    declare_status(root, on_parsed);
    declare_logs(root, on_parsed);
    declare_approve(root, on_parsed);
    declare_rollback(root, on_parsed);
    declare_validate(root, on_parsed);
    declare_build(root, on_parsed);
    declare_release(root, on_parsed);
    auto* buildspec = root.add_subcommand("buildspec", "Run or check any AWS CodeBuild buildspec.")->group("Steps");
    buildspec->require_subcommand(1);
    declare_buildspec_run(*buildspec, on_parsed);
    declare_buildspec_check(*buildspec, on_parsed);
    auto* variable = root.add_subcommand("variable", "Build and runtime variables, set over those of tinystacks.yml.")
                         ->group("The rest");
    variable->require_subcommand(1);
    declare_variable_set(*variable, on_parsed);
    declare_variable_unset(*variable, on_parsed);
    declare_variable_list(*variable, on_parsed);
    auto* connect =
        root.add_subcommand("connect", "Ways in: GitHub, GitLab, AWS accounts, TinyStacks APIs.")->group("The rest");
    connect->require_subcommand(1);
    declare_connect_github(*connect, on_parsed);
    declare_connect_gitlab(*connect, on_parsed);
    declare_connect_aws(*connect, on_parsed);
    declare_connect_api(*connect, on_parsed);
    declare_connect_list(*connect, on_parsed);
    declare_connect_remove(*connect, on_parsed);
    declare_replay(root, on_parsed);
    declare_down(root, on_parsed);
    declare_explain(root, on_parsed);
    declare_doctor(root, on_parsed);
    declare_completion(root, on_parsed);
    declare_help(root, on_parsed);
}

}  // namespace

Parsed parse_command_line(int argc, const char* const* argv)
{
    CLI::App root("Ships an application from its Git repository, stage by stage, to Amazon ECS, AWS Lambda or Docker.",
                  "tinystacks");
    Parsed parsed;
    root.fallthrough();
    root.set_version_flag("--version", std::string("tinystacks ") + TS_VERSION, "Show the version.");
    root.set_help_flag("-h,--help", "Show this help.");
    root.require_subcommand(0, 1);
    declare_global_options(root, parsed.options);
    declare_commands(root, [&](commands::Action action) { parsed.action = std::move(action); });
    parsed.options.line.assign(argv, argv + argc);
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
