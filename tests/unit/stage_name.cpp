#include "stage/stage.hpp"

#include "tests/support/catch.hpp"

using namespace tinystacks;

TEST_CASE("Name::parse takes what can be a tag, a host and a bucket name", "[stage]")
{
    const std::string text =
        GENERATE("dev", "prod", "eu-west-1", "a1", "aa", "a0123456789012345678901234567890123456b9");
    CAPTURE(text);
    CHECK(stage::Name::parse(text).str() == text);
}

TEST_CASE("Name::parse refuses everything else and says why", "[stage]")
{
    // Source: security requirement PA-08, cases J09 to J15, and `latest`.
    const std::string text = GENERATE_COPY(
        from_range(std::vector<std::string>{"", "a", std::string(41, 'a'), "Dev", "1a", "-a", "a-", "a_b", "a.b", "..",
                                            "a b", "a\r\nb", "$(id)", "caf\xC3\xA9", "latest", "a/b", "dev\n"}));
    CAPTURE(text);
    try {
        (void)stage::Name::parse(text);
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid_input);
        CHECK(error.message().find("name") != std::string::npos);
        CHECK(error.message().find('\n') == std::string::npos);
    }
}

TEST_CASE("Name::find_near makes a name of any folder's", "[stage]")
{
    CHECK(stage::Name::find_near("My Shop_API")->str() == "my-shop-api");
    CHECK(stage::Name::find_near("2024-app--x.")->str() == "app-x");
    CHECK(stage::Name::find_near(std::string(60, 'z'))->str().size() == 40);
    CHECK_FALSE(stage::Name::find_near("123").has_value());
    CHECK_FALSE(stage::Name::find_near("Latest").has_value());
}

TEST_CASE("kind names each target", "[stage]")
{
    CHECK(stage::kind(stage::EcsTarget{}) == "ecs");
    CHECK(stage::kind(stage::LambdaTarget{}) == "lambda");
    CHECK(stage::kind(stage::DockerTarget{}) == "docker");
}
