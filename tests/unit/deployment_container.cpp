#include "deployment/detail/container_verdict.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;
using deployment::ContainerSeen;
using deployment::ContainerSpec;

namespace {

ContainerSpec spec_of_dev()
{
    ContainerSpec spec;
    spec.stack = "shop";
    spec.stage = "dev";
    spec.image = "127.0.0.1:5128/shop@sha256:0";
    spec.port = 8001;
    spec.container_port = 8080;
    spec.health = "/ping";
    return spec;
}

docker::Container ended(int code, bool out_of_memory = false)
{
    docker::Container container;
    container.name = "tinystacks-shop-dev";
    container.state = "exited";
    container.exit_code = code;
    container.out_of_memory = out_of_memory;
    return container;
}

}  // namespace

TEST_CASE("judge_ended names the cause of a container's end", "[deployment]")
{
    const auto [seen, cause] = GENERATE(table<ContainerSeen, std::string>({
        {{ended(137, true), {}, {}}, "docker.out_of_memory"},
        {{ended(255), {}, {"exec /app: exec format error"}}, "docker.exec_format"},
        {{ended(127), {}, {}}, "docker.command_not_found"},
        {{ended(0), {}, {"done"}}, "docker.exit.zero"},
        {{ended(3), {}, {"Traceback"}}, "docker.exit.nonzero"},
    }));
    CAPTURE(cause);
    const auto verdict = deployment::judge_ended(spec_of_dev(), seen, Time());
    CHECK(verdict.cause == cause);
    CHECK(verdict.outcome == deployment::Outcome::failed);
    CHECK(verdict.owner == deployment::Owner::application);
    CHECK_FALSE(verdict.hint.empty());
    CHECK(verdict.evidence.size() == 1 + seen.lines.size());
}

TEST_CASE("judge_silent tells a bad answer from none", "[deployment]")
{
    ContainerSeen seen{ended(0), "status 500", {}};
    CHECK(deployment::judge_silent(spec_of_dev(), seen, Time()).cause == "docker.health.failing");
    seen.probe = "connection refused";
    CHECK(deployment::judge_silent(spec_of_dev(), seen, Time()).cause == "docker.port.silent");
}

TEST_CASE("judge_not_started reads docker's words", "[deployment]")
{
    const auto cause = [](const Error& error) {
        return deployment::judge_not_started(spec_of_dev(), error, Time()).cause;
    };
    CHECK(cause(Error(ErrorKind::conflict, "port is already allocated")) == "docker.port.in_use");
    CHECK(cause(Error(ErrorKind::failed, "exec: \"serve\": executable file not found in $PATH")) ==
          "docker.command_not_found");
    CHECK(cause(Error(ErrorKind::failed, "exec /x: exec format error")) == "docker.exec_format");
    CHECK(cause(Error(ErrorKind::failed, "no space left on device")) == "docker.start.refused");
}

TEST_CASE("configuration_of changes with everything a running container cannot change", "[deployment]")
{
    const auto spec = spec_of_dev();
    auto other = spec;
    CHECK(deployment::configuration_of(other) == deployment::configuration_of(spec));
    other.commit = "another";
    CHECK(deployment::configuration_of(other) == deployment::configuration_of(spec));
    other.environment["A"] = "b";
    CHECK(deployment::configuration_of(other) != deployment::configuration_of(spec));
    other = spec;
    other.health = "/";
    CHECK(deployment::configuration_of(other) != deployment::configuration_of(spec));
}
