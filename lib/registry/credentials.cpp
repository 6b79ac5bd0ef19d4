#include "registry/registry.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace tinystacks::registry {
namespace {

using nlohmann::json;

constexpr std::size_t config_limit = 1 << 20;
constexpr std::string_view hub_key = "https://index.docker.io/v1/";  ///< under which docker keeps Docker Hub's
constexpr const char* refresh_user = "<token>";
constexpr auto helper_limit = std::chrono::seconds(60);

std::string variable(const process::Environment& environment, const char* name)
{
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

std::filesystem::path config_path(const process::Environment& environment)
{
    if (const auto folder = variable(environment, "DOCKER_CONFIG"); !folder.empty()) {
        return std::filesystem::path(folder) / "config.json";
    }
    const auto home = variable(environment, "HOME");
    return home.empty() ? std::filesystem::path() : std::filesystem::path(home) / ".docker/config.json";
}

/// The host a key of config.json stands for. Source: docker/cli, credentials.ConvertToHostname.
std::string_view host_of_key(std::string_view key)
{
    for (const std::string_view scheme : {"https://", "http://"}) {
        key.remove_prefix(key.starts_with(scheme) ? scheme.size() : 0);
    }
    return key.substr(0, key.find('/'));
}

std::string text_of(const json& object, const char* name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>()
                                                                             : std::string();
}

std::optional<Credentials> find_in_entry(const json& entry)
{
    if (const auto token = text_of(entry, "identitytoken"); !token.empty()) {
        return Credentials{refresh_user, Secret(token)};
    }
    if (const auto decoded = find_base64(text_of(entry, "auth")); decoded && !decoded->empty()) {
        const auto colon = decoded->find(':');
        if (colon == std::string::npos) {
            return std::nullopt;
        }
        auto password = decoded->substr(colon + 1);
        password.erase(password.find_last_not_of('\0') + 1);  // old versions of docker padded it
        return Credentials{decoded->substr(0, colon), Secret(std::move(password))};
    }
    const auto user = text_of(entry, "username");
    return user.empty() ? std::nullopt : std::optional(Credentials{user, Secret(text_of(entry, "password"))});
}

/// Source: docker-credential-helpers, README: the server on stdin, a JSON document on stdout; what is not there is told
/// by the words of its errCredentialsNotFoundMessage, the protocol's only sign of it.
std::optional<Credentials> ask_helper(process::Launcher& launcher, const process::Environment& environment,
                                      const std::string& helper, const std::string& server)
{
    const auto program = "docker-credential-" + helper;
    if (helper.find('/') != std::string::npos || !process::find_program(program, environment)) {
        throw Error(ErrorKind::unavailable, "'{}', which docker's config.json names for '{}', is not installed",
                    printable(program), server);
    }
    process::Command command;
    command.argv = {program, "get"};
    command.directory = "/";
    command.environment = environment;
    command.input = server;
    command.timeout = helper_limit;
    const auto finished = process::run_and_keep(launcher, command);
    if (!finished.succeeded()) {
        if (finished.out.find("credentials not found in native keychain") != std::string::npos) {
            return std::nullopt;
        }
        // Only its standard error is shown: standard output is where secrets go.
        const auto words = printable(to_utf8(trim(finished.err)));
        throw Error(ErrorKind::failed, "'{}' cannot give the credentials for '{}': {}", program, server,
                    words.empty() ? to_string(finished.outcome) : words);
    }
    const auto answer = json::parse(finished.out, nullptr, false);
    const auto user = text_of(answer, "Username");
    const auto secret = text_of(answer, "Secret");
    if (user.empty() && secret.empty()) {
        return std::nullopt;
    }
    return Credentials{user, Secret(secret)};
}

}  // namespace

std::optional<Credentials> find_docker_credentials(process::Launcher& launcher, const process::Environment& environment,
                                                   const std::string& host)
{
    const auto path = config_path(environment);
    const auto text = path.empty() ? std::nullopt : find_file(path, config_limit);
    if (!text) {
        return std::nullopt;
    }
    const auto config = json::parse(*text, nullptr, false);
    if (!config.is_object()) {
        throw Error(ErrorKind::invalid_input, "docker's configuration cannot be read: it is no JSON object")
            .at({path.string()});
    }
    const bool is_hub = host == "docker.io" || host == "index.docker.io" || host == "registry-1.docker.io";
    const auto server = is_hub ? std::string(hub_key) : host;
    auto helper = config.contains("credHelpers") ? text_of(config["credHelpers"], host.c_str()) : std::string();
    if (helper.empty()) {
        helper = text_of(config, "credsStore");
    }
    if (!helper.empty()) {
        if (auto credentials = ask_helper(launcher, environment, helper, server)) {
            return credentials;
        }
    }
    const auto auths = config.find("auths");
    if (auths == config.end() || !auths->is_object()) {
        return std::nullopt;
    }
    for (const auto& [key, entry] : auths->items()) {
        if (host_of_key(key) == host_of_key(server)) {
            if (auto credentials = find_in_entry(entry)) {
                return credentials;
            }
        }
    }
    return std::nullopt;
}

}  // namespace tinystacks::registry
