#include "base/file.hpp"
#include "base/text.hpp"
#include "document/json.hpp"
#include "stack/stack.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;

TEST_CASE("check_name refuses the attack cases with the words they ask for", "[stack]")
{
    const std::string file = GENERATE("crlf-in-name", "shell-in-name", "dot-names");
    CAPTURE(file);
    const auto text = read_file(TS_FIXTURES "/attack/json/" + file + ".json", 1 << 16);
    const auto name = document::parse_json(text, file).root.find("stack")->text;
    CHECK_THROWS_WITH(stack::check_name(name), Catch::Contains("stack") && Catch::Contains("characters"));
    CHECK_NOTHROW(stack::check_name("acme-web"));
}

TEST_CASE("parse_stage reads name, region and account", "[stack]")
{
    const auto stage = stack::parse_stage("prod:us-gov-west-1:123456789012");
    CHECK(stage.name == "prod");
    CHECK(stage.region == "us-gov-west-1");
    CHECK(stage.account_id == "123456789012");
    CHECK(stack::parse_stage("dev:eu-central-1").account_id.empty());
}

TEST_CASE("parse_stage refuses everything else and says how it is written", "[stack]")
{
    const std::string argument = GENERATE("", "prod", "prod:", ":us-east-1", "prod:evil.example/#", "Prod:us-east-1",
                                          "..:us-east-1", "prod:us-east-1:", "prod:us-east-1:12345",
                                          "prod:us-east-1:123456789012:x", "latest:us-east-1", "a\nb:us-east-1");
    CAPTURE(argument);
    try {
        (void)stack::parse_stage(argument);
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        CHECK(error.message().find('\n') == std::string::npos);
        CHECK(error.hint().find("NAME:REGION") != std::string::npos);
    }
}
