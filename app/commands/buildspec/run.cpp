#include "base/file.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "commands/values.hpp"
#include "git/repository.hpp"
#include "view/buildspec.hpp"
#include "watch.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

constexpr std::size_t most_variables = std::size_t{1} << 20;

struct Options {
    std::string file;
    std::string directory = ".";
    std::vector<std::string> variables;
    std::string env_file;
    std::string artifacts;
    std::string shell;
    std::string timeout;
};

buildspec::Variable parse_variable(const std::string& text)
{
    const auto equals = text.find('=');
    if (equals == std::string::npos || !is_variable_name(text.substr(0, equals))) {
        throw Error(ErrorKind::usage, "--env '{}' is not NAME=VALUE", printable(text.substr(0, equals)))
            .with_hint("--env NAME=VALUE");
    }
    return {text.substr(0, equals), text.substr(equals + 1)};
}

/// Where the source comes from, when it is a Git checkout.
void describe_source(buildspec::RunOptions& run)
{
    try {
        const auto repository = git::Repository::discover(run.directory);
        run.source_version = repository.find_head().value_or("");
        run.source_url = repository.find_remote_url().value_or("");
    } catch (const Error&) {
        // A source directory need not be a repository.
    }
}

buildspec::RunOptions run_options(const Options& options, Services& services)
{
    buildspec::RunOptions run;
    run.file = services.path(options.file);
    std::error_code failed;
    run.directory = std::filesystem::canonical(services.path(options.directory), failed);
    if (failed || !std::filesystem::is_directory(run.directory)) {
        throw Error(ErrorKind::not_found, "there is no directory '{}'", options.directory);
    }
    if (!options.env_file.empty()) {
        const auto file = services.path(options.env_file);
        run.overrides = buildspec::parse_env_file(read_file(file, most_variables), file.string());
    }
    for (const auto& variable : options.variables) {
        run.overrides.push_back(parse_variable(variable));
    }
    if (!options.artifacts.empty()) {
        run.artifacts = std::filesystem::absolute(services.path(options.artifacts));
    }
    if (!options.timeout.empty()) {
        run.timeout = duration_of("--timeout", options.timeout, services.options().line);
    }
    run.shell = options.shell;
    if (run.shell.find_first_of(" \t\n") != std::string::npos) {
        throw Error(ErrorKind::usage, "--shell '{}' must be the name of one program", printable(run.shell))
            .with_hint("--shell bash");
    }
    run.environment = services.environment();
    run.project = run.directory.filename().string();
    describe_source(run);
    return run;
}

view::Report run(const Options& options, Context& context)
{
    auto& services = context.services;
    auto work = run_options(options, services);
    auto progress = services.make_progress(view::Progress::Style::log, context.out, context.err);
    const auto done = carry_out(control::RunBuildspec{std::move(work)}, services.embedded(), progress, context.err);
    if (const auto* error = std::get_if<Error>(&done.result)) {
        throw *error;
    }
    return view::buildspec_result(std::get<buildspec::Result>(done.result), done.interrupted);
}

}  // namespace

void declare_buildspec_run(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("run", "Run a buildspec the way AWS CodeBuild does.")->group("Commands");
    command->add_option("file", options->file, "The buildspec.")->required()->type_name("FILE")->check(a_value());
    command
        ->add_option("--directory", options->directory,
                     "The source directory the commands work in; else the current one.")
        ->type_name("DIR")
        ->check(a_value());
    command->add_option("--env", options->variables, "A variable that beats the file's; may be repeated.")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    command->add_option("--env-file", options->env_file, "A file of NAME=VALUE lines, such as values of secrets.")
        ->type_name("FILE")
        ->check(a_value());
    command
        ->add_option("--artifacts", options->artifacts,
                     "Copy artifacts below this directory: 'primary' and 'secondary/ID' in it are replaced.")
        ->type_name("DIR")
        ->check(a_value());
    command->add_option("--shell", options->shell, "The shell of every command; beats env.shell.")
        ->type_name("NAME")
        ->check(a_value());
    command->add_option("--timeout", options->timeout, "End the build after this time, such as 90s or 1h.")
        ->type_name("TIME")
        ->check(a_value());
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
