#include "framework/framework.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;
using Ports = std::vector<int>;

TEST_CASE("exposed_ports reads the last stage", "[framework]")
{
    const auto& [dockerfile, ports] = GENERATE(table<std::string, Ports>({
        {"FROM a\nEXPOSE 8080\n", {8080}},
        {"FROM a\nexpose 443/tcp 80 53/udp 80\n", {80, 443}},
        {"FROM a\nEXPOSE 8000-8002\n", {8000, 8001, 8002}},
        {"FROM a\n", {}},
        {"", {}},
        {"FROM a AS build\nEXPOSE 1\nFROM b\nEXPOSE 2\n", {2}},
        {"FROM a AS base\nEXPOSE 1\nFROM Base AS last\nEXPOSE 2\n", {1, 2}},
        {"FROM --platform=linux/amd64 a AS base\nEXPOSE 1\nFROM base\n", {1}},
        {"ARG BASE=x\nFROM a AS x\nEXPOSE 7\nFROM $BASE\n", {7}},
        {"FROM a\nARG PORT=3000\nEXPOSE $PORT\n", {3000}},
        {"FROM a\nENV PORT 3000\nEXPOSE ${PORT}/tcp\n", {3000}},
        {"FROM a\nENV HOST=x PORT=\"3000\"\nEXPOSE ${PORT}\n", {3000}},
        {"FROM a\nEXPOSE ${PORT:-5000}\n", {5000}},
        {"FROM a\nEXPOSE $UNKNOWN\n", {}},
        {"FROM a\nEXPOSE 80 \\\n  # in between\n\n  443\n", {80, 443}},
        {"# escape=`\nFROM a\nEXPOSE 80 `\n  443\n", {80, 443}},
        {"FROM a\nRUN <<EOF\nEXPOSE 1\nEOF\nEXPOSE 2\n", {2}},
        {"FROM a\nCOPY <<-\"EOT\" /x\nEXPOSE 1\n  EOT\nEXPOSE 2\n", {2}},
        {"FROM a\r\nEXPOSE 80\r\n", {80}},
        {"FROM a\nEXPOSE 0 70000 x 9-3\n", {}},
        {"FROM a\nEXPOSE ${", {}},
        {"FROM a\nEXPOSE 80 \\", {80}},
        {"# EXPOSE 1\nFROM a\nRUN echo EXPOSE 2\n", {}},
    }));
    CAPTURE(dockerfile);
    CHECK(framework::exposed_ports(dockerfile) == ports);
}

TEST_CASE("detect wants a Dockerfile inside the directory", "[framework]")
{
    const TempDir directory;
    const auto kind_of = [&](const std::string& path) {
        try {
            (void)framework::detect(directory.path(), path);
        } catch (const Error& error) {
            return error.kind();
        }
        FAIL("expected an Error");
        throw 0;
    };
    CHECK(kind_of("Dockerfile") == ErrorKind::not_found);
    CHECK(kind_of("../Dockerfile") == ErrorKind::invalid_input);
    CHECK(kind_of("/etc/passwd") == ErrorKind::invalid_input);
    CHECK(kind_of("") == ErrorKind::invalid_input);

    replace_file(directory.path() / "Dockerfile", "FROM a\nEXPOSE 8080\n");
    const auto detected = framework::detect(directory.path());
    CHECK(detected.name == "docker");
    CHECK(detected.dockerfile == "Dockerfile");
    CHECK(detected.ports == Ports{8080});
}
