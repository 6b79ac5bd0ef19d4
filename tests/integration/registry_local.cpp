#include "registry/registry.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "http/curl_transport.hpp"
#include "process/guarded_launcher.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/docker.hpp"
#include "tests/support/server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <optional>
#include <thread>

using namespace tinystacks;
using registry::Local;

namespace {

int free_port()
{
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket.number(), generic, size) == 0);
    REQUIRE(::getsockname(socket.number(), generic, &size) == 0);
    return ntohs(address.sin_port);
}

struct World {
    TempDir directory;
    process::GuardedLauncher launcher;
    process::Environment environment{{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
    http::CurlTransport transport{{}};
    int port = free_port();

    ~World() { local().stop(); }

    Local local() { return {launcher, environment, directory.path() / "registry dir", port}; }
    [[nodiscard]] int status()
    {
        return http::fetch(transport, {.url = "http://127.0.0.1:" + std::to_string(port) + "/v2/"}).response.status;
    }
    [[nodiscard]] bool can_run() const
    {
        if (process::find_program("docker-registry", environment)) {
            return true;
        }
        std::cerr << "skipped: docker-registry is not installed\n";
        return false;
    }
};

}  // namespace

TEST_CASE("Local starts the registry once and ends it", "[registry]")
{
    World world;
    if (!world.can_run()) {
        return;
    }
    auto local = world.local();
    CHECK_FALSE(local.status().running);
    CHECK_NOTHROW(local.stop());
    local.ensure(world.transport);
    CHECK(world.status() == 200);
    const auto status = local.status();
    CHECK(status.running);
    CHECK_FALSE(status.container);
    REQUIRE(status.pid);
    CHECK(::getsid(*status.pid) != ::getsid(0));
    struct stat about = {};
    REQUIRE(::stat(status.data.parent_path().c_str(), &about) == 0);
    CHECK((about.st_mode & 0777U) == 0700U);
    REQUIRE(::stat((status.data.parent_path() / "config.yml").c_str(), &about) == 0);
    CHECK((about.st_mode & 0777U) == 0600U);

    auto again = world.local();
    again.ensure(world.transport);
    CHECK(again.status().pid == status.pid);

    again.stop();
    CHECK_FALSE(local.status().running);
    CHECK_THROWS_AS(world.status(), Error);
}

TEST_CASE("Local outlives the launcher and the process that started it", "[registry]")
{
    World world;
    if (!world.can_run()) {
        return;
    }
    const auto child = ::fork();
    if (child == 0) {
        {
            process::GuardedLauncher launcher;
            http::CurlTransport transport({});
            Local(launcher, world.environment, world.directory.path() / "registry dir", world.port).ensure(transport);
        }
        ::kill(::getpid(), SIGKILL);
    }
    int ended = 0;
    while (::waitpid(child, &ended, 0) < 0 && errno == EINTR) {
    }
    CHECK(world.local().status().running);
    CHECK(world.status() == 200);
}

TEST_CASE("Local starts a registry that was killed again, with its images", "[registry]")
{
    World world;
    if (!world.can_run()) {
        return;
    }
    auto local = world.local();
    local.ensure(world.transport);
    http::Request begin{.method = "POST", .url = "http://" + local.host() + "/v2/a/blobs/uploads/"};
    CHECK(http::fetch(world.transport, begin).response.status == 202);
    const auto first = local.status().pid;
    ::kill(*first, SIGKILL);
    local.ensure(world.transport);
    CHECK(local.status().pid != first);
    CHECK(world.status() == 200);
    CHECK(std::filesystem::exists(local.status().data / "docker"));
}

TEST_CASE("Local starts one registry when several ask at once", "[registry]")
{
    World world;
    if (!world.can_run()) {
        return;
    }
    std::vector<std::jthread> threads;
    std::vector<std::optional<int>> pids(4);
    for (auto& pid : pids) {
        threads.emplace_back([&] {
            process::GuardedLauncher launcher;
            Local local(launcher, world.environment, world.directory.path() / "registry dir", world.port);
            local.ensure(world.transport);
            pid = local.status().pid;
        });
    }
    threads.clear();
    CHECK(pids == std::vector<std::optional<int>>(4, world.local().status().pid));
}

TEST_CASE("Local leaves what is not its own alone", "[registry]")
{
    World world;
    if (!world.can_run()) {
        return;
    }
    const support::Server stranger(support::python(
        "import http.server\ns = http.server.HTTPServer(('127.0.0.1', 0), http.server.BaseHTTPRequestHandler)\n"
        "print(s.server_port, flush=True)\ns.serve_forever()"));
    world.port = stranger.port();
    // The pid file of a process that ended, whose number belongs to somebody else now.
    const auto directory = world.directory.path() / "registry dir";
    create_private_directories(directory);
    replace_file(directory / "registry.pid", std::to_string(::getpid()) + " 1 boot " + std::to_string(world.port));
    auto local = world.local();
    CHECK_FALSE(local.status().running);
    try {
        local.ensure(world.transport);
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::conflict);
        CHECK(error.hint() == "export TINYSTACKS_REGISTRY_PORT=" + std::to_string(world.port + 1));
    }
    CHECK_THROWS_AS(world.status() == 200 ? 0 : throw Error(ErrorKind::failed, "no registry"), Error);
}

TEST_CASE("Local runs registry:2 where there is docker and no registry program", "[registry]")
{
    World world;
    docker::Engine engine(world.launcher, support::docker_environment());
    if (!world.can_run() || !support::has_docker(engine, world.launcher)) {
        return;
    }
    std::optional<support::RegistryImage> image;
    if (!engine.has_image("registry:2")) {
        image.emplace(world.launcher);
    }
    const auto docker = process::find_program("docker", support::docker_environment());
    std::filesystem::create_symlink(*docker, world.directory.path() / "docker");
    world.environment = support::docker_environment();
    world.environment["PATH"] = world.directory.path();

    auto local = world.local();
    local.ensure(world.transport);
    CHECK(world.status() == 200);
    CHECK(local.status().container);
    const auto name = "tinystacks-registry-" + std::to_string(world.port);
    const auto id = engine.find(name)->id;
    std::filesystem::remove_all(local.status().data.parent_path());
    local.ensure(world.transport);  // found again without a mark
    CHECK(engine.find(name)->id == id);
    local.stop();
    CHECK_FALSE(engine.find(name));
    CHECK_FALSE(local.status().running);

    process::Command tidy;
    tidy.argv = {"docker", "volume", "rm", name};
    tidy.environment = world.environment;
    CHECK(process::run_and_keep(world.launcher, tidy).succeeded());
}

TEST_CASE("Local says what to install when there is neither a registry nor docker", "[registry]")
{
    World world;
    world.environment["PATH"] = "/no/such/folder";
    try {
        world.local().ensure(world.transport);
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::unavailable);
        CHECK(error.hint() == "apt-get install docker-registry");
    }
}

TEST_CASE("Local tells why the registry ended and leaves nothing running", "[registry]")
{
    World world;
    const auto fake = world.directory.path() / "docker-registry";
    replace_file(fake, "#!/bin/sh\necho 'no space left on device' >&2\nexit 1\n", 0700);
    world.environment["PATH"] = world.directory.path();
    try {
        world.local().ensure(world.transport);
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::failed);
        CHECK(error.message().find("no space left on device") != std::string::npos);
    }
    CHECK_FALSE(world.local().status().running);

    std::stop_source stop;
    stop.request_stop();
    replace_file(fake, "#!/bin/sh\nexec sleep 60\n", 0700);
    CHECK_THROWS_AS(world.local().ensure(world.transport, {{}, stop.get_token()}), Interrupted);
    CHECK_FALSE(world.local().status().running);
}
