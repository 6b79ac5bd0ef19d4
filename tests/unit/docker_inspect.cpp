#include "docker/detail/env_file.hpp"
#include "docker/detail/inspect.hpp"

#include "base/error.hpp"

#include "tests/support/catch.hpp"

using namespace tinystacks;

TEST_CASE("parse_containers reads what the pipeline asks of a container", "[docker]")
{
    const auto containers = docker::detail::parse_containers(R"([{
        "Id": "abc", "Name": "/web-dev",
        "State": {"Status": "running", "ExitCode": 0, "OOMKilled": false},
        "Config": {"Image": "127.0.0.1:5128/web@sha256:1", "Labels": {"tinystacks.stack": "web", "empty": ""}},
        "HostConfig": {"PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}},
        "NetworkSettings": {"Ports": {"9090/tcp": null, "8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "49153"}]}}}])");
    REQUIRE(containers.size() == 1);
    const auto& container = containers.front();
    CHECK(container.id == "abc");
    CHECK(container.name == "web-dev");
    CHECK(container.image == "127.0.0.1:5128/web@sha256:1");
    CHECK(container.state == "running");
    CHECK(container.labels == std::map<std::string, std::string>{{"tinystacks.stack", "web"}, {"empty", ""}});
    CHECK(container.host_port == 49153);
}

TEST_CASE("parse_containers knows the port of a container that has ended", "[docker]")
{
    const auto containers = docker::detail::parse_containers(R"([{
        "Id": "abc", "Name": "/web", "State": {"Status": "exited", "ExitCode": 137, "OOMKilled": true},
        "Config": {"Image": "web", "Labels": null},
        "HostConfig": {"PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8001"}]}},
        "NetworkSettings": {"Ports": {}}}, {"Id": "bare"}])");
    REQUIRE(containers.size() == 2);
    CHECK(containers[0].exit_code == 137);
    CHECK(containers[0].out_of_memory);
    CHECK(containers[0].host_port == 8001);
    CHECK_FALSE(containers[1].host_port);
}

TEST_CASE("parse_image lists TCP ports in order", "[docker]")
{
    const auto image = docker::detail::parse_image(R"([{"Id": "sha256:1", "RepoDigests": ["a/b@sha256:2"],
        "Config": {"ExposedPorts": {"9000/tcp": {}, "53/udp": {}, "80/tcp": {}, "0/tcp": {}, "x/tcp": {}}}}])");
    REQUIRE(image);
    CHECK(image->id == "sha256:1");
    CHECK(image->repo_digests == std::vector<std::string>{"a/b@sha256:2"});
    CHECK(image->ports == std::vector<int>{80, 9000});
    CHECK(docker::detail::parse_image(R"([{"Id": "sha256:1", "RepoDigests": null, "Config": {}}])")->ports.empty());
    CHECK_FALSE(docker::detail::parse_image("[]"));
}

TEST_CASE("parse_containers refuses what is no inspect document", "[docker]")
{
    for (const auto* text : {"", "{}", "[", "null"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(docker::detail::parse_containers(text), Error);
    }
}

TEST_CASE("env_file writes a variable a line and refuses what docker would misread", "[docker]")
{
    CHECK(docker::detail::env_file({{"A", "1 2"}, {"B", "\"q\" # $x"}, {"C", ""}}) == "A=1 2\nB=\"q\" # $x\nC=\n");
    using Variables = std::map<std::string, std::string>;
    for (const auto& variables :
         {Variables{{"PEM", "a\nb"}}, Variables{{"PEM", "a\r"}}, Variables{{"PEM", std::string("a\0", 2)}},
          Variables{{"PEM", "\xff"}}, Variables{{"PEM", std::string(65'000, 'x')}}, Variables{{"PEM=", "a"}},
          Variables{{"P EM", "a"}}, Variables{{"#PEM", "a"}}, Variables{{"", "PEM"}}}) {
        try {
            (void)docker::detail::env_file(variables);
            FAIL("expected an Error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::invalid_input);
            CHECK(error.message().find(variables.begin()->first) != std::string::npos);
        }
    }
}
