#include "cli.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string_view>

namespace tinystacks::app {
namespace {

void declare_global_options(CLI::App& root, GlobalOptions& options)
{
    root.add_option("-C", options.directory, "Work as if started in this directory.")->type_name("DIR");
    root.add_option("--control", options.control, "Who keeps stacks and deployments: embedded or a URL.")
        ->type_name("WHERE");
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
    declare_validate(root, on_parsed);
    declare_build(root, on_parsed);
    declare_release(root, on_parsed);
    auto* buildspec = root.add_subcommand("buildspec", "Run or check any AWS CodeBuild buildspec.")->group("Steps");
    buildspec->require_subcommand(1);
    declare_buildspec_run(*buildspec, on_parsed);
    declare_buildspec_check(*buildspec, on_parsed);
    declare_down(root, on_parsed);
    declare_doctor(root, on_parsed);
    declare_completion(root, on_parsed);
    declare_help(root, on_parsed);
}

/// The words of `known` that start a command line: to suggest one for a word that is none.
std::vector<std::string> names_of(const CLI::App& app)
{
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(command->get_name());
    }
    return names;
}

/// The innermost command that was named, for the usage hint.
const CLI::App& innermost(const CLI::App& root)
{
    const CLI::App* at = &root;
    while (!at->get_subcommands().empty()) {
        at = at->get_subcommands().front();
    }
    return *at;
}

std::string path_of(const CLI::App& command)
{
    return command.get_parent() == nullptr ? command.get_name()
                                           : path_of(*command.get_parent()) + " " + command.get_name();
}

[[noreturn]] void refuse(const CLI::App& root, const CLI::ParseError& error)
{
    const auto& command = innermost(root);
    auto hint = path_of(command) + " --help";
    const auto extras = root.remaining(true);
    // A word that is no command leaves the command that is required missing.
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr || (!extras.empty() && !names_of(command).empty())) {
        const auto word = extras.empty() ? std::string() : extras.front();
        std::vector<std::string> known = names_of(command);
        if (word.starts_with('-')) {
            known.clear();
            for (const CLI::App* at = &command; at != nullptr; at = at->get_parent()) {
                for (const auto* option : at->get_options()) {
                    known.push_back(option->get_name());
                }
            }
        }
        const auto nearest = find_nearest(word, known);
        throw Error(ErrorKind::usage, "'{}' is no {} of {}", printable(word),
                    word.starts_with('-') ? "flag"
                    : known.empty()       ? "argument"
                                          : "command",
                    path_of(command))
            .with_hint(nearest ? fmt::format("{} {}", path_of(command), *nearest) : hint);
    }
    auto text = printable(error.what());
    text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
    throw Error(ErrorKind::usage, "{}: {}", path_of(command), text).with_hint(hint);
}

}  // namespace

Parsed parse_command_line(int argc, const char* const* argv)
{
    CLI::App root("Ships an application from its Git repository, stage by stage, to Amazon ECS, AWS Lambda or Docker.",
                  "tinystacks");
    Parsed parsed;
    root.fallthrough();
    root.set_version_flag("--version", std::string("tinystacks ") + TS_VERSION);
    root.set_help_flag("-h,--help", "Show this help.");
    root.require_subcommand(0, 1);
    declare_global_options(root, parsed.options);
    declare_commands(root, [&](commands::Action action) { parsed.action = std::move(action); });
    try {
        root.parse(argc, argv);
    } catch (const CLI::CallForVersion&) {
        parsed.text = root.version() + "\n";
        return parsed;
    } catch (const CLI::CallForHelp&) {
        const auto& command = innermost(root);
        parsed.text = command.help(command.get_parent() == nullptr ? "" : path_of(*command.get_parent()));
        return parsed;
    } catch (const CLI::ParseError& error) {
        refuse(root, error);
    }
    if (!parsed.action) {
        parsed.text = root.help();
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
