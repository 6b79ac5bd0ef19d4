#include "registry/registry.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "http/retry.hpp"
#include "registry/detail/daemon.hpp"

#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>

namespace tinystacks::registry {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr auto answer_limit = 20s;  ///< a busy machine needs a second, an idle one 50 ms
constexpr auto lock_limit = 60s;    ///< another tinystacks starts it now
constexpr auto pause = 25ms;
constexpr auto docker_limit = 60s;
constexpr auto pull_limit = 10min;
constexpr const char* label = "tinystacks.registry";

std::filesystem::path pid_file(const std::filesystem::path& directory)
{
    return directory / "registry.pid";
}

/// Holds the name of the container that serves this directory's stacks.
std::filesystem::path container_mark(const std::filesystem::path& directory)
{
    return directory / "container";
}

/// Its container and its volume: one a port, for the engine is shared by all users of the machine.
std::string container_name(int port)
{
    return fmt::format("tinystacks-registry-{}", port);
}

/// Whether anything accepts connections there.
bool listens(int port)
{
    const Descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(client.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// Held while the registry is started or stopped, so that two processes never do it at once.
Descriptor lock(const std::filesystem::path& directory, const Interruption& interruption)
{
    create_private_directories(directory);
    auto file = open_file(directory / "registry.lock", O_RDWR | O_CREAT);
    const auto until = SteadyClock::now() + lock_limit;
    const auto patience = http::real_patience();
    while (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            throw Error(ErrorKind::failed, "cannot lock '{}': {}", (directory / "registry.lock").string(),
                        errno_text(errno));
        }
        if (SteadyClock::now() > until) {
            throw Error(ErrorKind::conflict, "another tinystacks has been starting this machine's registry for {} s",
                        lock_limit.count());
        }
        patience.wait(pause, interruption);
    }
    return file;
}

/// What the registry signs the state of an upload with; without one it warns at every start.
std::string random_secret()
{
    char bytes[32];
    const auto file = open_file("/dev/urandom", O_RDONLY);
    if (::read(file.number(), bytes, sizeof bytes) != sizeof bytes) {
        throw Error(ErrorKind::failed, "cannot read /dev/urandom: {}", errno_text(errno));
    }
    return sha256_hex({bytes, sizeof bytes});
}

/// Source: distribution/docs, "Configuring a registry"; JSON is YAML too, which settles the quoting of the path.
std::string configuration(const std::filesystem::path& data, int port)
{
    const nlohmann::json document = {
        {"version", "0.1"},
        {"log", {{"level", "warn"}, {"accesslog", {{"disabled", true}}}}},
        {"storage", {{"filesystem", {{"rootdirectory", data.string()}}}, {"delete", {{"enabled", true}}}}},
        {"http", {{"addr", fmt::format("127.0.0.1:{}", port)}, {"secret", random_secret()}}},
    };
    return document.dump(2) + "\n";
}

/// The last lines of the program's log, to say why it ended.
std::string last_words(const std::filesystem::path& log)
{
    constexpr std::size_t log_limit = 64 << 20;
    constexpr std::size_t shown = 400;
    const auto text = find_file(log, log_limit).value_or("");
    const auto words = trim(text);
    return printable(to_utf8(words.size() > shown ? words.substr(words.size() - shown) : words));
}

std::optional<std::filesystem::path> find_registry(const process::Environment& environment)
{
    const auto found = process::find_program("docker-registry", environment);  // Debian's name
    return found ? found : process::find_program("registry", environment);     // upstream's
}

}  // namespace

Local::Local(process::Launcher& launcher, process::Environment environment, std::filesystem::path directory, int port)
    : launcher_(launcher), environment_(std::move(environment)), directory_(std::move(directory)), port_(port)
{}

std::string Local::host() const
{
    return fmt::format("127.0.0.1:{}", port_);
}

void Local::ensure(http::Transport& transport, const Interruption& interruption)
{
    const auto held = lock(directory_, interruption);
    const auto identity = detail::find_identity(pid_file(directory_));
    const bool ours = identity && detail::is_alive(*identity) && identity->port == port_ && listens(port_);
    if (ours && wait_for_answer(transport, interruption) == Answer::given) {
        return;
    }
    if (!ours && listens(port_) && container_runs()) {
        replace_file(container_mark(directory_), container_name(port_));
        require_answer(transport, interruption);
        return;
    }
    stop_locked();  // one that hangs, is just ending, or serves another port
    if (listens(port_)) {
        throw Error(ErrorKind::conflict, "port {}, where this machine's registry would listen, is taken", port_)
            .with_hint(fmt::format("export TINYSTACKS_REGISTRY_PORT={}", port_ == 65535 ? 5129 : port_ + 1));
    }
    if (const auto program = find_registry(environment_)) {
        start_program(*program, transport, interruption);
    } else if (process::find_program("docker", environment_)) {
        start_container(transport, interruption);
    } else {
        throw Error(ErrorKind::unavailable, "there is no registry on this machine, and neither docker-registry nor "
                                            "docker is installed")
            .with_hint("apt-get install docker-registry");
    }
}

void Local::start_program(const std::filesystem::path& program, http::Transport& transport,
                          const Interruption& interruption)
{
    const auto config = directory_ / "config.yml";
    const auto log = directory_ / "registry.log";
    create_private_directories(directory_ / "data");
    replace_file(config, configuration(directory_ / "data", port_));
    std::error_code ignored;
    std::filesystem::remove(log, ignored);  // of the run before
    // Its environment is ours to choose: REGISTRY_* would override the file.
    auto identity =
        detail::start({program.string(), "serve", config.string()},
                      {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"OTEL_TRACES_EXPORTER", "none"}}, directory_, log);
    identity.port = port_;
    try {
        replace_file(pid_file(directory_), detail::to_text(identity));
        require_answer(transport, interruption);
    } catch (...) {
        detail::end(identity);
        std::filesystem::remove(pid_file(directory_), ignored);
        throw;
    }
}

Local::Answer Local::wait_for_answer(http::Transport& transport, const Interruption& interruption) const
{
    const auto patience = http::real_patience();
    const auto until = SteadyClock::now() + answer_limit;
    http::Request request;
    request.url = fmt::format("http://{}/v2/", host());
    request.timeout = 5s;
    while (true) {
        try {
            if (http::fetch(transport, request, interruption).response.status == 200) {
                return Answer::given;
            }
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::failed) {
                throw;
            }
        }
        const auto identity = detail::find_identity(pid_file(directory_));
        if (identity && !detail::is_alive(*identity)) {
            return Answer::ended;
        }
        if (SteadyClock::now() > until) {
            return Answer::none;
        }
        patience.wait(pause, interruption);
    }
}

void Local::require_answer(http::Transport& transport, const Interruption& interruption) const
{
    const auto log = directory_ / "registry.log";
    switch (wait_for_answer(transport, interruption)) {
    case Answer::given:
        return;
    case Answer::ended:
        throw Error(ErrorKind::failed, "this machine's registry ended: {}", last_words(log));
    case Answer::none:
        throw Error(ErrorKind::failed, "this machine's registry on {} does not answer", host())
            .with_hint("cat " + shell_quote(log.string()));
    }
}

process::Finished Local::ask_docker(std::vector<std::string> arguments, const Interruption& interruption)
{
    process::Command command;
    command.argv = std::move(arguments);
    command.argv.insert(command.argv.begin(), "docker");
    command.directory = "/";
    command.environment = environment_;
    command.timeout = command.argv[1] == "pull" ? std::chrono::milliseconds(pull_limit) : docker_limit;
    return process::run_and_keep(launcher_, command, interruption);
}

bool Local::container_runs()
{
    if (!process::find_program("docker", environment_)) {
        return false;
    }
    const auto format = fmt::format("{{{{.State.Running}}}} {{{{index .Config.Labels \"{}\"}}}}", label);
    const auto finished = ask_docker({"container", "inspect", "--format", format, container_name(port_)}, {});
    return finished.succeeded() && trim(finished.out) == fmt::format("true {}", port_);
}

void Local::start_container(http::Transport& transport, const Interruption& interruption)
{
    constexpr const char* image = "registry:2";
    const auto require = [](const process::Finished& finished, const char* doing) {
        if (!finished.succeeded()) {
            throw Error(ErrorKind::unavailable, "docker-registry is not installed, and docker cannot {}: {}", doing,
                        printable(to_utf8(trim(finished.err))))
                .with_hint("apt-get install docker-registry");
        }
    };
    if (!ask_docker({"image", "inspect", image}, interruption).succeeded()) {
        require(ask_docker({"pull", "--quiet", image}, interruption), "pull registry:2");
    }
    const auto name = container_name(port_);
    replace_file(container_mark(directory_), name);
    (void)ask_docker({"rm", "--force", name}, interruption);  // one that was stopped
    require(
        ask_docker({"run", "--detach", "--name", name, "--restart", "unless-stopped", "--label",
                    fmt::format("{}={}", label, port_), "--publish", fmt::format("127.0.0.1:{}:5000", port_),
                    "--volume", name + ":/var/lib/registry", "--env", "REGISTRY_STORAGE_DELETE_ENABLED=true", image},
                   interruption),
        "start registry:2");
    require_answer(transport, interruption);
}

void Local::stop()
{
    if (std::filesystem::exists(directory_)) {
        const auto held = lock(directory_, {});
        stop_locked();
    }
}

void Local::stop_locked()
{
    if (const auto identity = detail::find_identity(pid_file(directory_))) {
        detail::end(*identity);
        std::filesystem::remove(pid_file(directory_));
    }
    if (const auto name = find_file(container_mark(directory_), 4096)) {
        if (process::find_program("docker", environment_)) {
            (void)ask_docker({"rm", "--force", std::string(trim(*name))}, {});
        }
        std::filesystem::remove(container_mark(directory_));
    }
}

Local::Status Local::status()
{
    Status status;
    status.data = directory_ / "data";
    const auto identity = detail::find_identity(pid_file(directory_));
    if (identity && detail::is_alive(*identity)) {
        status.running = true;
        status.pid = identity->pid;
        return status;
    }
    status.container = std::filesystem::exists(container_mark(directory_)) && container_runs();
    status.running = status.container;
    return status;
}

}  // namespace tinystacks::registry
