#include "buildspec/detail/references.hpp"

#include "aws/endpoint.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::buildspec {
namespace {

using Values = std::map<std::string, std::string>;

constexpr std::size_t parameters_a_call = 10;  // GetParameters takes no more. Source: SSM API reference

Error cannot_have(const std::string& variable, const Reference& reference, std::string_view why)
{
    return Error(ErrorKind::not_found, "Decrypted Variables Error: {}: '{}': {}", variable, reference.reference, why)
        .at(reference.where)
        .with_hint(fmt::format("give the value in a file of NAME=VALUE lines: --env-file FILE, with the line {}=...",
                               variable));
}

/// The JSON the aws program prints, or its own words as the reason.
nlohmann::json ask_aws(std::vector<std::string> arguments, const std::string& variable, const Reference& reference,
                       process::Launcher& launcher, const process::Environment& environment,
                       const Interruption& interruption)
{
    try {
        // The aws program would send keys in clear to any host. Its region is its own matter.
        (void)aws::find_endpoint(arguments.front(), "us-east-1", environment);
    } catch (const Error& error) {
        throw error.at(reference.where);
    }
    process::Command command;
    command.argv = {"aws"};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.argv.insert(command.argv.end(), {"--output", "json"});
    command.environment = environment;
    command.environment["AWS_PAGER"] = "";
    command.timeout = std::chrono::seconds(60);
    process::Finished finished;
    try {
        finished = process::run_and_keep(launcher, command, interruption);
    } catch (const Error& error) {
        throw cannot_have(variable, reference, error.message());
    }
    if (!finished.succeeded()) {
        const auto words = printable(trim(finished.err));
        throw cannot_have(variable, reference, words.empty() ? process::to_string(finished.outcome) : words);
    }
    auto answer = nlohmann::json::parse(finished.out, nullptr, false);
    if (answer.is_discarded()) {
        throw cannot_have(variable, reference, "the aws program answered with something that is no JSON");
    }
    return answer;
}

void fetch_parameters(const std::vector<std::string>& variables, const Buildspec& spec, Values& values,
                      process::Launcher& launcher, const process::Environment& environment,
                      const Interruption& interruption)
{
    for (std::size_t begin = 0; begin < variables.size(); begin += parameters_a_call) {
        const auto end = std::min(variables.size(), begin + parameters_a_call);
        std::vector<std::string> arguments = {"ssm", "get-parameters", "--with-decryption", "--names"};
        for (auto at = begin; at < end; ++at) {
            arguments.push_back(spec.parameter_store.at(variables[at]).reference);
        }
        const auto& first = variables[begin];
        const auto answer =
            ask_aws(std::move(arguments), first, spec.parameter_store.at(first), launcher, environment, interruption);
        const auto parameters = answer.value("Parameters", nlohmann::json::array());
        for (auto at = begin; at < end; ++at) {
            const auto& reference = spec.parameter_store.at(variables[at]);
            const auto found = std::ranges::find_if(parameters, [&](const auto& parameter) {
                const auto name = parameter.value("Name", "");
                return reference.reference == name || reference.reference == parameter.value("ARN", "") ||
                       reference.reference == name + parameter.value("Selector", "");
            });
            if (found == parameters.end() || !found->contains("Value")) {
                throw cannot_have(variables[at], reference, "Parameter does not exist");
            }
            values[variables[at]] = found->at("Value").template get<std::string>();
        }
    }
}

std::string fetch_secret(const std::string& variable, const Reference& reference, process::Launcher& launcher,
                         const process::Environment& environment, const Interruption& interruption)
{
    const auto secret = parse_secret_reference(reference.reference);
    std::vector<std::string> arguments = {"secretsmanager", "get-secret-value", "--secret-id", secret.id};
    if (!secret.version_stage.empty()) {
        arguments.insert(arguments.end(), {"--version-stage", secret.version_stage});
    }
    if (!secret.version_id.empty()) {
        arguments.insert(arguments.end(), {"--version-id", secret.version_id});
    }
    const auto answer = ask_aws(std::move(arguments), variable, reference, launcher, environment, interruption);
    if (!answer.contains("SecretString")) {
        throw cannot_have(variable, reference, "the secret holds no text");
    }
    const auto text = answer.at("SecretString").get<std::string>();
    if (secret.json_key.empty()) {
        return text;
    }
    const auto keys = nlohmann::json::parse(text, nullptr, false);
    if (!keys.is_object() || !keys.contains(secret.json_key)) {
        throw cannot_have(variable, reference, fmt::format("the secret has no key '{}'", secret.json_key));
    }
    const auto& value = keys.at(secret.json_key);
    return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

std::map<std::string, std::string> fetch_references(const Buildspec& spec, const Values& given,
                                                    process::Launcher& launcher,
                                                    const process::Environment& environment,
                                                    const Interruption& interruption)
{
    Values values;
    std::vector<std::string> parameters;
    for (const auto& [variable, reference] : spec.parameter_store) {
        if (!given.contains(variable)) {
            parameters.push_back(variable);
        }
    }
    fetch_parameters(parameters, spec, values, launcher, environment, interruption);
    for (const auto& [variable, reference] : spec.secrets_manager) {
        if (!given.contains(variable)) {
            values[variable] = fetch_secret(variable, reference, launcher, environment, interruption);
        }
    }
    return values;
}

}  // namespace tinystacks::buildspec
