#include "commands/variable/variable.hpp"

#include "base/text.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

using deployment::Variable;

struct Options : VariableOptions {
    std::vector<std::string> assignments;
    bool secret = false;
};

/// Where AWS keeps a secret: a parameter's name or ARN, or the ARN of a secret.
Variable::Kind kind_of_reference(const std::string& name, const std::string& reference)
{
    const auto fields = split(reference, ':');
    const bool arn = fields.size() >= 6 && fields[0] == "arn" && fields[1].starts_with("aws");
    if (arn && fields[2] == "secretsmanager") {
        return Variable::Kind::secret;
    }
    const bool parameter = (arn && fields[2] == "ssm") || (reference.starts_with('/') && reference.size() > 1);
    if (!parameter || printable(reference) != reference) {
        throw Error(ErrorKind::usage,
                    "'{}' is to be a secret, and what follows it is not where AWS keeps one: the name of a parameter "
                    "that begins with '/', its ARN, or the ARN of a secret",
                    name)
            .with_hint(fmt::format("tinystacks variable set --secret {}=/shop/prod/{}", name, to_lower(name)));
    }
    return Variable::Kind::parameter;
}

Variable parse(const std::string& assignment, const Options& options)
{
    const auto equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) {
        // Not repeated: it may be a secret.
        throw Error(ErrorKind::usage, "a variable is set by NAME=VALUE")
            .with_hint("tinystacks variable set LOG_LEVEL=debug");
    }
    auto variable = named_variable(assignment.substr(0, equals), options);
    auto value = assignment.substr(equals + 1);
    constexpr std::size_t most = 4096;
    if (value.size() > most || value.find('\0') != std::string::npos || value.find('\n') != std::string::npos) {
        throw Error(ErrorKind::usage, "the value of '{}' is no line of at most {} bytes", variable.name, most);
    }
    if (options.secret) {
        variable.kind = kind_of_reference(variable.name, value);
    } else if (names_a_secret(variable.name) || find_credential_kind(value)) {
        throw Error(ErrorKind::usage,
                    "'{}' looks like a secret, which no ledger keeps: give where AWS keeps it instead", variable.name)
            .with_hint(fmt::format("tinystacks variable set --secret {}=/shop/prod/{}", variable.name,
                                   to_lower(variable.name)));
    }
    variable.value = std::move(value);
    return variable;
}

view::Report run(const Options& options, Context& context)
{
    if (options.secret && options.build) {
        throw Error(ErrorKind::usage, "--secret and --build exclude each other: build.yml reads secrets by "
                                      "`env: parameter-store` and `env: secrets-manager`")
            .with_hint("tinystacks variable set --help");
    }
    std::vector<Variable> variables;
    for (const auto& assignment : options.assignments) {
        variables.push_back(parse(assignment, options));
    }
    return change_variables(variables, options, context);
}

}  // namespace

void declare_variable_set(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("set", "Set variables, and deploy the stages that they concern.");
    command->add_option("assignments", options->assignments, "NAME=VALUE, any number of them.")
        ->required()
        ->type_name("NAME=VALUE");
    command->add_flag("--secret", options->secret,
                      "The values are where AWS keeps secrets: a parameter of SSM, or a secret's ARN.");
    declare_variable_options(*command, *options);
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
