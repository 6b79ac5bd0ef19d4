#include "dockerfile/check.hpp"
#include "dockerfile/instruction.hpp"

#include "tests/support/catch.hpp"

using namespace tinystacks;
using Ports = std::vector<int>;

TEST_CASE("exposed_ports reads the last stage", "[dockerfile]")
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
    CHECK(dockerfile::exposed_ports(dockerfile) == ports);
}

TEST_CASE("check says what in a Dockerfile will hurt, with the line", "[dockerfile]")
{
    const auto& [dockerfile, rules] = GENERATE(table<std::string, std::vector<std::string>>({
        {"FROM a:1\nUSER 10001\nEXPOSE 8080\nCMD [\"x\"]\n", {}},
        {"FROM a:1\nCMD [\"x\"]\n", {"root:1"}},
        {"FROM a:1\nUSER 10001\nUSER root\n", {"root:3"}},
        {"FROM a:1 AS base\nUSER 10001\nFROM base\n", {}},
        {"FROM a:1 AS base\nUSER 10001\nFROM b:1\n", {"root:3"}},
        {"FROM a\nUSER 1\n", {"latest:1"}},
        {"FROM r:5000/a:latest\nUSER 1\n", {"latest:1"}},
        {"FROM r:5000/a\nUSER 1\n", {"latest:1"}},
        {"FROM scratch\nUSER 1\n", {}},
        {"FROM a@sha256:1\nUSER 1\n", {}},
        {"ARG TAG=1\nFROM a:$TAG\nUSER 1\n", {}},
        {"FROM a:1\nENV A=b \\\n  DB_PASSWORD=hunter2hunter2\nUSER 1\n", {"secret:2"}},
        {"FROM a:1\nARG NPM_TOKEN\nUSER 1\n", {}},
        {"FROM a:1\nCOPY .env .\nUSER 1\n", {"secret:2"}},
        {"FROM a:1\nUSER 1\nCMD node server.js\n", {"shell_form:3"}},
        {"FROM a:1\nUSER 1\nEXPOSE 80\n", {"port:3"}},
    }));
    CAPTURE(dockerfile);
    std::vector<std::string> found;
    for (const auto& problem : dockerfile::check(dockerfile, {"Dockerfile", true, 8080})) {
        found.push_back(problem.rule.substr(problem.rule.find('.') + 1) + ":" + std::to_string(problem.where.line));
        CHECK(problem.message.find("hunter2") == std::string::npos);
    }
    CHECK(found == rules);
}
