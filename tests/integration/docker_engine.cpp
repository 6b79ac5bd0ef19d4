#include "docker/engine.hpp"

#include "base/error.hpp"
#include "base/temp_dir.hpp"
#include "http/curl_transport.hpp"
#include "http/retry.hpp"
#include "process/guarded_launcher.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/docker.hpp"
#include "tests/support/server.hpp"

#include <unistd.h>

#include <optional>
#include <thread>

using namespace tinystacks;
using namespace std::chrono_literals;
using docker::Engine;

namespace {

/// An engine with an image, if there is one; all containers of the test are removed at its end.
struct World {
    process::GuardedLauncher launcher;
    Engine engine{launcher, support::docker_environment()};
    std::string mark = "tinystacks-test-" + std::to_string(::getpid());
    bool ready = support::has_docker(engine, launcher);
    std::optional<support::BusyboxImage> image;

    World()
    {
        if (ready) {
            image.emplace(launcher, mark + ":1");
        }
    }
    ~World()
    {
        if (ready) {
            for (const auto& container : engine.list({{"test", mark}})) {
                engine.remove(container.id);
            }
        }
    }

    [[nodiscard]] docker::RunOptions options(const std::string& name) const
    {
        docker::RunOptions options;
        options.name = mark + "-" + name;
        options.image = image->name();
        options.container_port = 8080;
        options.labels = {{"test", mark}, {"name", name}};
        return options;
    }

    [[nodiscard]] std::string get(int port, const std::string& path)
    {
        http::CurlTransport transport({});
        const auto url = "http://127.0.0.1:" + std::to_string(port) + path;
        return http::fetch_with_retry(transport, {.url = url}).body;
    }
};

template <typename Call>
Error error_of(Call&& call)
{
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    FAIL("expected an Error");
    return Error(ErrorKind::failed, "none");
}

}  // namespace

TEST_CASE("Engine::require says how to get docker", "[docker]")
{
    process::GuardedLauncher launcher;
    const Engine nowhere(launcher, {{"PATH", "/no/such/folder"}});
    const auto missing = error_of([&] { nowhere.require(); });
    CHECK(missing.kind() == ErrorKind::unavailable);
    CHECK(missing.hint() == "apt-get install docker.io");
}

TEST_CASE("Engine::require tells docker's words when no engine answers", "[docker]")
{
    process::GuardedLauncher launcher;
    auto environment = support::docker_environment();
    if (!process::find_program("docker", environment)) {
        WARN("skipped: docker is not installed");
        return;
    }
    environment["DOCKER_HOST"] = "unix:///no/such/socket";
    const Engine silent(launcher, environment);
    const auto error = error_of([&] { silent.require(); });
    CHECK(error.kind() == ErrorKind::unavailable);
    CHECK(error.message().find("/no/such/socket") != std::string::npos);
    CHECK_FALSE(error.hint().empty());
    CHECK(error_of([&] { (void)silent.find("x"); }).kind() == ErrorKind::unavailable);
    CHECK(error_of([&] { (void)silent.list({}); }).kind() == ErrorKind::unavailable);
}

TEST_CASE("Engine::run starts a container on loopback with its variables", "[docker]")
{
    World world;
    if (!world.ready) {
        return;
    }
    auto options = world.options("web");
    options.environment = {{"TOKEN", "a b=\"c\" $HOME"}, {"EMPTY", ""}};
    options.restart = docker::Restart::unless_stopped;
    const auto id = world.engine.run(options);
    CHECK(id.size() == 64);

    const auto container = world.engine.find(options.name);
    REQUIRE(container);
    CHECK(container->id == id);
    CHECK(container->state == "running");
    CHECK(container->image == options.image);
    CHECK(container->labels.at("name") == "web");
    REQUIRE(container->host_port);
    CHECK(docker::in_use(*container->host_port));
    CHECK(world.get(*container->host_port, "/") == "hello\n");
    const auto environment = world.get(*container->host_port, "/cgi-bin/env");
    CHECK(environment.find("TOKEN=a b=\"c\" $HOME\n") != std::string::npos);
    CHECK(environment.find("EMPTY=\n") != std::string::npos);
    CHECK(world.engine.list({{"test", world.mark}, {"name", ""}}).size() == 1);
    CHECK(world.engine.list({{"test", world.mark}, {"name", "other"}}).empty());
}

TEST_CASE("Engine stops, starts, renames and removes a container", "[docker]")
{
    World world;
    if (!world.ready) {
        return;
    }
    const auto name = world.options("web").name;
    (void)world.engine.run(world.options("web"));
    world.engine.stop(name, 1s);
    CHECK(world.engine.find(name)->state == "exited");
    world.engine.start(name);
    CHECK(world.engine.find(name)->state == "running");
    world.engine.rename(name, name + "-old");
    CHECK_FALSE(world.engine.find(name));
    (void)world.engine.run(world.options("web"));
    CHECK(error_of([&] { world.engine.rename(name + "-old", name); }).kind() == ErrorKind::conflict);
    world.engine.remove(name + "-old");
    world.engine.remove(name + "-old");
    CHECK_FALSE(world.engine.find(name + "-old"));
    CHECK(error_of([&] { world.engine.start(name + "-old"); }).kind() == ErrorKind::not_found);
    CHECK(error_of([&] { world.engine.stop("--help"); }).kind() == ErrorKind::invalid_input);
}

TEST_CASE("Engine::run leaves nothing behind when the port is taken", "[docker]")
{
    World world;
    if (!world.ready) {
        return;
    }
    const support::Server listener(support::python("import socket\ns = socket.socket(); s.bind(('127.0.0.1', 0)); "
                                                   "s.listen(); print(s.getsockname()[1], flush=True); s.accept()\n"
                                                   "while True: s.accept()"));
    auto options = world.options("web");
    options.host_port = listener.port();
    const auto error = error_of([&] { (void)world.engine.run(options); });
    CHECK(error.kind() == ErrorKind::conflict);
    CHECK(error.message().find(std::to_string(listener.port())) != std::string::npos);
    CHECK_FALSE(world.engine.find(options.name));
}

TEST_CASE("Engine::run names what stands in the way", "[docker]")
{
    World world;
    if (!world.ready) {
        return;
    }
    (void)world.engine.run(world.options("web"));
    CHECK(error_of([&] { (void)world.engine.run(world.options("web")); }).kind() == ErrorKind::conflict);
    auto missing = world.options("missing");
    missing.image = "127.0.0.1:1/no/such:image";
    CHECK(error_of([&] { (void)world.engine.run(missing); }).kind() == ErrorKind::not_found);
    CHECK_FALSE(world.engine.has_image(missing.image));
    auto lines = world.options("lines");
    lines.environment = {{"PEM", "a\nb"}};
    CHECK(error_of([&] { (void)world.engine.run(lines); }).kind() == ErrorKind::invalid_input);
    CHECK(world.engine.list({{"test", world.mark}}).size() == 1);
}

TEST_CASE("Engine knows an image's id and ports", "[docker]")
{
    World world;
    if (!world.ready) {
        return;
    }
    CHECK(world.engine.exposed_ports(world.image->name()) == std::vector<int>{443, 8080});
    CHECK(world.engine.find_image_id(world.image->name())->starts_with("sha256:"));
    CHECK_FALSE(world.engine.find_repo_digest(world.image->name(), "127.0.0.1:5000/x"));
    CHECK(error_of([&] { (void)world.engine.exposed_ports("no-such-image"); }).kind() == ErrorKind::not_found);
    CHECK(error_of([&] { world.engine.pull("127.0.0.1:1/no/such:image"); }).kind() == ErrorKind::failed);
}

TEST_CASE("Engine::logs brings both streams, the last lines, and follows", "[docker]")
{
    World world;
    if (!world.ready) {
        return;
    }
    const auto options = world.options("web");
    (void)world.engine.run(options);
    std::string out;
    std::string err;
    const auto keep = [&](process::Stream stream, std::string_view piece) {
        (stream == process::Stream::out ? out : err) += piece;
    };
    const auto port = *world.engine.find(options.name)->host_port;
    CHECK(world.get(port, "/") == "hello\n");
    CHECK(error_of([&] { world.engine.logs("no-such", 0, {}, false, keep); }).kind() == ErrorKind::not_found);

    std::stop_source stop;
    std::jthread ender([&] {  // a launcher serves one thread
        process::GuardedLauncher launcher;
        Engine(launcher, support::docker_environment()).stop(options.name, 0s);
    });
    world.engine.logs(options.name, 0, {}, true, keep, {{}, stop.get_token()});
    ender.join();
    CHECK(world.engine.find(options.name)->state == "exited");
    CHECK(out == "started\n");
    CHECK(err == "problem\n");

    out.clear();
    err.clear();
    world.engine.logs(options.name, 1, Time{}, false, keep);
    const auto last = out + err;  // the engine promises no order between the two streams
    CHECK((last == "started\n" || last == "problem\n"));
    world.engine.logs(options.name, 0, system_time() + 1h, false, keep);
    CHECK(out + err == last);

    world.engine.start(options.name);
    std::jthread interrupter([&] { stop.request_stop(); });
    CHECK_THROWS_AS(world.engine.logs(options.name, 0, {}, true, keep, {{}, stop.get_token()}), Interrupted);
}
