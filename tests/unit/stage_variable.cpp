#include "stage/stage.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;
using stage::VariableUse;

TEST_CASE("find_refusal refuses every steering or malformed name for builds", "[stage]")
{
    // Cases E01 to E79 of security requirement RB-05; the first four break the grammar.
    const auto table = read_file(TS_FIXTURES "/attack/env-names.tsv", 1 << 16);
    std::size_t row = 0;
    for (const auto name : split(trim(table), '\n')) {
        ++row;
        CAPTURE(name);
        const auto reason = stage::find_refusal(name, VariableUse::build);
        REQUIRE(reason.has_value());
        CHECK(reason->find(row <= 4 ? "name" : "not allowed") != std::string::npos);
    }
    CHECK(row == 40);
}

TEST_CASE("find_refusal lets runtime variables be anything but reserved", "[stage]")
{
    const std::string steering = GENERATE("NODE_OPTIONS", "HTTP_PROXY", "PYTHONPATH", "AWS_ENDPOINT_URL", "HOME");
    CAPTURE(steering);
    CHECK_FALSE(stage::find_refusal(steering, VariableUse::runtime).has_value());
    CHECK(stage::find_refusal("TINYSTACKS_X", VariableUse::runtime)->find("reserved") != std::string::npos);
    CHECK(stage::find_refusal("CODEBUILD_X", VariableUse::runtime)->find("reserved") != std::string::npos);
    CHECK(stage::find_refusal("A-B", VariableUse::runtime).has_value());
}

TEST_CASE("find_refusal allows the variables that builds really use", "[stage]")
{
    const std::string name =
        GENERATE("DOCKERFILE_PATH", "NODE_ENV", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCOUNT_ID", "TF_VAR_size",
                 "GOOS", "TZ", "LOG_LEVEL", "_x", "LANG", "PROXY_MODE", "MY_PROXY", "GITHUB_SHA", "GIT_SHA",
                 "PYTHON_VERSION", "DOCKER_BUILDKIT", "RUBY_VERSION", "CI");
    CAPTURE(name);
    CHECK_FALSE(stage::find_refusal(name, VariableUse::build).has_value());
}

TEST_CASE("find_refusal knows lower-case proxies, and what tinystacks sets itself", "[stage]")
{
    CHECK(stage::find_refusal("https_proxy", VariableUse::build).has_value());
    for (const auto& name : stage::immutable_names()) {
        CAPTURE(name);
        CHECK(stage::find_refusal(name, VariableUse::build).has_value());
    }
}
