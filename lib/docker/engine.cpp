#include "docker/engine.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "docker/detail/env_file.hpp"
#include "docker/detail/inspect.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

namespace tinystacks::docker {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Arguments = std::vector<std::string>;

constexpr milliseconds ping_limit = 10s;
constexpr milliseconds ask_limit = 60s;
constexpr milliseconds pull_limit = 1h;  ///< docker itself gives up on a silent registry much earlier
constexpr std::size_t words_limit = 600;

/// A name that docker could take for an option is refused; the grammar of names is docker's to judge.
const std::string& checked(const std::string& name)
{
    if (name.empty() || name.front() == '-') {
        throw Error(ErrorKind::invalid_input, "'{}' names no container or image", printable(name));
    }
    return name;
}

/// What docker printed on its standard error, without its own prefixes and advice.
std::string words_of(const process::Finished& finished)
{
    std::vector<std::string> lines;
    for (const auto part : split(finished.err, '\n')) {
        auto line = trim(part);
        for (const std::string_view prefix : {"docker: ", "Error response from daemon: ", "Error: "}) {
            line.remove_prefix(line.starts_with(prefix) ? prefix.size() : 0);
        }
        if (!line.empty() && !line.starts_with("See 'docker ") && !line.starts_with("Run 'docker ") &&
            !line.starts_with("WARNING: ")) {
            lines.emplace_back(line);
        }
    }
    const auto words = printable(to_utf8(join(lines, "; ").substr(0, words_limit)));
    return words.empty() ? to_string(finished.outcome) : words;
}

/// Whether docker says that what was named does not exist. The program has no other sign of it than its words, the
/// same since 1.0 but for case.
bool says_no_such(const process::Finished& finished)
{
    const auto words = to_lower(finished.err);
    return words.find("no such container") != std::string::npos || words.find("no such image") != std::string::npos;
}

std::string starting_hint(const process::Environment& environment)
{
    constexpr const char* socket = "/var/run/docker.sock";
    if (environment.contains("DOCKER_HOST") || environment.contains("DOCKER_CONTEXT")) {
        return "docker info";
    }
    if (::access(socket, W_OK) != 0 && errno == EACCES) {
        return "sudo usermod --append --groups docker \"$USER\"  # then log in again";
    }
    return std::filesystem::exists("/run/systemd/system") ? "systemctl start docker" : "dockerd";
}

std::string label_filter(const std::string& key, const std::string& value)
{
    return "label=" + (value.empty() ? key : key + "=" + value);
}

}  // namespace

Engine::Engine(process::Launcher& launcher, process::Environment environment)
    : launcher_(launcher), environment_(std::move(environment))
{}

process::Finished Engine::ask(Arguments arguments, milliseconds timeout, const Interruption& interruption,
                              std::string input) const
{
    if (!process::find_program("docker", environment_)) {
        throw Error(ErrorKind::unavailable, "docker is not installed").with_hint("apt-get install docker.io");
    }
    process::Command command;
    command.argv = std::move(arguments);
    command.argv.insert(command.argv.begin(), "docker");
    command.directory = "/";
    command.environment = environment_;
    command.input = std::move(input);
    command.timeout = timeout;
    return process::run_and_keep(launcher_, command, interruption);
}

void Engine::require() const
{
    const auto finished = ask({"version", "--format", "{{.Server.Version}}"}, ping_limit);
    if (!finished.succeeded()) {
        throw Error(ErrorKind::unavailable, "no Docker engine answers: {}", words_of(finished))
            .with_hint(starting_hint(environment_));
    }
}

void Engine::fail(const std::string& doing, const process::Finished& finished) const
{
    require();  // an engine that is gone explains every failure
    throw Error(says_no_such(finished) ? ErrorKind::not_found : ErrorKind::failed, "docker cannot {}: {}", doing,
                words_of(finished));
}

std::string Engine::run(const RunOptions& options, const Interruption& interruption)
{
    Arguments arguments = {"create",
                           "--pull",
                           "never",
                           "--name",
                           checked(options.name),
                           "--env-file",
                           "/dev/stdin",
                           "--restart",
                           options.restart == Restart::unless_stopped ? "unless-stopped" : "no"};
    if (options.container_port != 0) {
        const auto host_port = options.host_port == 0 ? std::string() : std::to_string(options.host_port);
        arguments.insert(arguments.end(),
                         {"--publish", fmt::format("127.0.0.1:{}:{}", host_port, options.container_port)});
    }
    for (const auto& [key, value] : options.labels) {
        arguments.insert(arguments.end(), {"--label", key + "=" + value});
    }
    arguments.push_back(checked(options.image));

    // `docker run` in two steps: when it fails, only this tells whether there is a container to clear away.
    // Not interrupted: the engine would go on, and make it after we have looked.
    const auto created = ask(std::move(arguments), ask_limit, {}, detail::env_file(options.environment));
    if (!created.succeeded()) {
        if (find(options.name)) {
            throw Error(ErrorKind::conflict, "there is a container '{}' already", options.name);
        }
        if (!has_image(options.image)) {
            throw Error(ErrorKind::not_found, "image '{}' is not on this machine", options.image)
                .with_hint("docker pull " + shell_quote(options.image));
        }
        fail(fmt::format("create container '{}'", options.name), created);
    }
    const std::string id(trim(created.out));
    try {
        if (interruption.requested()) {
            throw Interrupted();
        }
        start(id);
    } catch (...) {
        remove_quietly(id);
        throw;
    }
    return id;
}

std::optional<std::string> Engine::find_inspected(const std::string& kind, const std::string& name) const
{
    auto finished = ask({kind, "inspect", checked(name)}, ask_limit);
    if (finished.succeeded()) {
        return std::move(finished.out);
    }
    if (says_no_such(finished)) {
        return std::nullopt;
    }
    fail(fmt::format("inspect {} '{}'", kind, name), finished);
}

std::optional<Container> Engine::find(const std::string& name_or_id) const
{
    const auto document = find_inspected("container", name_or_id);
    auto containers = document ? detail::parse_containers(*document) : std::vector<Container>();
    return containers.empty() ? std::nullopt : std::optional(std::move(containers.front()));
}

std::vector<Container> Engine::list(const std::map<std::string, std::string>& labels) const
{
    Arguments arguments = {"container", "ls", "--all", "--no-trunc", "--quiet"};
    for (const auto& [key, value] : labels) {
        arguments.insert(arguments.end(), {"--filter", label_filter(key, value)});
    }
    const auto finished = ask(std::move(arguments), ask_limit);
    if (!finished.succeeded()) {
        fail("list containers", finished);
    }
    Arguments inspect = {"container", "inspect"};
    for (const auto line : split(finished.out, '\n')) {
        if (!trim(line).empty()) {
            inspect.emplace_back(trim(line));
        }
    }
    if (inspect.size() == 2) {
        return {};
    }
    const auto inspected = ask(std::move(inspect), ask_limit);
    if (!inspected.succeeded() && !says_no_such(inspected)) {  // one that went in between is no failure
        fail("inspect containers", inspected);
    }
    return detail::parse_containers(inspected.out);
}

void Engine::change(const std::string& verb, const std::string& container, Arguments arguments, milliseconds timeout)
{
    const auto finished = ask(std::move(arguments), timeout);
    if (!finished.succeeded()) {
        fail(fmt::format("{} container '{}'", verb, container), finished);
    }
}

void Engine::stop(const std::string& name_or_id, std::chrono::seconds grace)
{
    change("stop", name_or_id, {"stop", "-t", std::to_string(grace.count()), checked(name_or_id)}, ask_limit + grace);
}

void Engine::start(const std::string& name_or_id)
{
    const auto finished = ask({"start", checked(name_or_id)}, ask_limit);
    if (finished.succeeded()) {
        return;
    }
    const auto container = find(name_or_id);
    if (container && container->state != "running" && container->host_port && in_use(*container->host_port)) {
        throw Error(ErrorKind::conflict, "port {} of this machine is taken: {}", *container->host_port,
                    words_of(finished))
            .with_hint(fmt::format("ss --listening --tcp --processes 'sport = :{}'", *container->host_port));
    }
    fail(fmt::format("start container '{}'", name_or_id), finished);
}

void Engine::rename(const std::string& name_or_id, const std::string& name)
{
    const auto finished = ask({"rename", checked(name_or_id), checked(name)}, ask_limit);
    if (!finished.succeeded() && find(name)) {
        throw Error(ErrorKind::conflict, "there is a container '{}' already", name);
    }
    if (!finished.succeeded()) {
        fail(fmt::format("rename container '{}'", name_or_id), finished);
    }
}

void Engine::remove(const std::string& name_or_id)
{
    const auto finished = ask({"rm", "--force", "--volumes", checked(name_or_id)}, ask_limit);
    if (!finished.succeeded() && find(name_or_id)) {
        fail(fmt::format("remove container '{}'", name_or_id), finished);
    }
}

void Engine::pull(const std::string& image, const Interruption& interruption)
{
    const auto finished = ask({"pull", "--quiet", checked(image)}, pull_limit, interruption);
    if (!finished.succeeded()) {
        fail(fmt::format("pull '{}'", image), finished);
    }
}

void Engine::remove_quietly(const std::string& id)
{
    try {
        remove(id);
    } catch (const Error&) {  // why it is removed matters more than that it cannot be
    }
}

bool Engine::has_image(const std::string& image) const
{
    return find_image_id(image).has_value();
}

std::optional<std::string> Engine::find_image_id(const std::string& image) const
{
    const auto document = find_inspected("image", image);
    const auto found = document ? detail::parse_image(*document) : std::nullopt;
    return found ? std::optional(found->id) : std::nullopt;
}

std::optional<std::string> Engine::find_repo_digest(const std::string& image, const std::string& repository) const
{
    const auto document = find_inspected("image", image);
    const auto found = document ? detail::parse_image(*document) : std::nullopt;
    for (const auto& digest : found ? found->repo_digests : std::vector<std::string>()) {
        if (digest.starts_with(repository + "@")) {
            return digest.substr(repository.size() + 1);
        }
    }
    return std::nullopt;
}

std::vector<int> Engine::exposed_ports(const std::string& image) const
{
    const auto document = find_inspected("image", image);
    const auto found = document ? detail::parse_image(*document) : std::nullopt;
    if (!found) {
        throw Error(ErrorKind::not_found, "image '{}' is not on this machine", image)
            .with_hint("docker pull " + shell_quote(image));
    }
    return found->ports;
}

void Engine::logs(const std::string& name_or_id, std::size_t tail, std::optional<Time> since, bool follow,
                  const process::OnOutput& on_output, const Interruption& interruption) const
{
    if (!find(name_or_id)) {  // asked first: docker would say so on the stream that is the container's
        throw Error(ErrorKind::not_found, "there is no container '{}'", name_or_id);
    }
    process::Command command;
    command.argv = {"docker", "logs"};
    if (tail != 0) {
        command.argv.insert(command.argv.end(), {"--tail", std::to_string(tail)});
    }
    if (since) {
        command.argv.insert(command.argv.end(), {"--since", to_rfc3339(*since)});
    }
    if (follow) {
        command.argv.emplace_back("--follow");  // then without a time limit: it lasts as long as the container
    } else {
        command.timeout = pull_limit;
    }
    command.argv.push_back(checked(name_or_id));
    command.directory = "/";
    command.environment = environment_;
    const auto outcome = launcher_.run(command, on_output, interruption);
    if (outcome != process::Outcome(process::Exited{0}) && find(name_or_id)) {
        throw Error(ErrorKind::failed, "docker cannot read the log of container '{}': {}", name_or_id,
                    process::to_string(outcome));
    }
}

}  // namespace tinystacks::docker
