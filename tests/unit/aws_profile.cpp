#include "aws/profile.hpp"

#include "base/error.hpp"

#include "tests/support/aws_desk.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;
using aws::load_profiles;
using aws::parse_sections;

TEST_CASE("parse_sections reads what botocore reads", "[aws]")
{
    const auto sections =
        parse_sections("# comment\n; comment\n[default]\nRegion = eu-west-1\nkey:value = x\n\n"
                       "empty =\nlong = a\n  b\n\r\n[ profile my shop ]\r\nregion=us-east-1 # all of it\r\n"
                       "s3 =\n  addressing_style = path\n  max = 2\nlast = 1\n[empty]\n",
                       "config");
    CHECK(sections.at("default") ==
          aws::Settings{{"region", "eu-west-1"}, {"key", "value = x"}, {"empty", ""}, {"long", "a\nb"}});
    CHECK(sections.at("profile my shop") == aws::Settings{{"region", "us-east-1 # all of it"},
                                                          {"s3", ""},
                                                          {"s3.addressing_style", "path"},
                                                          {"s3.max", "2"},
                                                          {"last", "1"}});
    CHECK(sections.at("empty").empty());
    CHECK(parse_sections("", "config").empty());
}

TEST_CASE("parse_sections says where a line cannot be read", "[aws]")
{
    const std::pair<const char*, std::size_t> cases[] = {
        {"a = b\n", 1},         {"[x]\nword\n", 2},        {"[x]\n= b\n", 2},  {"[x]\na=1\na=2\n", 3},
        {"[x]\n[y]\n[x]\n", 3}, {"[x]\ns =\n  word\n", 3}, {"[x\na = 1\n", 1}, {"[x]\nA=1\na=2\n", 3},
    };
    for (const auto& [text, line] : cases) {
        CAPTURE(text);
        try {
            (void)parse_sections(text, "config");
            FAIL("expected an Error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::invalid_input);
            CHECK(error.where().line == line);
        }
    }
    CHECK_THROWS_AS(parse_sections("[x]\na = \xff\n", "config"), Error);
}

TEST_CASE("load_profiles merges both files, the credentials file first", "[aws]")
{
    support::AwsDesk desk;
    CHECK(load_profiles(desk.environment).profiles.empty());
    desk.write(".aws/config", "[default]\nregion = a\nrole_arn = c\n[profile \"two words\"]\nregion = b\n"
                              "[preview]\nx = y\n[sso-session s]\nsso_region = r\n[services t]\necs =\n  a = b\n"
                              "[profile]\nz = 1\n[profilex]\nz = 1\n");
    desk.write(".aws/credentials", "[default]\nrole_arn = d\n[only]\naws_access_key_id = k\n");
    const auto profiles = load_profiles(desk.environment);
    CHECK(profiles.chosen == "default");
    CHECK_FALSE(profiles.asked_for);
    CHECK(profiles.profiles.size() == 3);
    CHECK(profiles.find("region") == "a");
    CHECK(profiles.find("role_arn") == "d");
    CHECK_FALSE(profiles.find("nothing"));
    CHECK(profiles.profiles.at("two words").at("region") == "b");
    CHECK(profiles.in_config.at("default").at("role_arn") == "c");
    CHECK(profiles.sso_sessions.at("s").at("sso_region") == "r");
    CHECK(profiles.services.at("t").at("ecs.a") == "b");
}

TEST_CASE("load_profiles takes files and profile from the environment and knows no profile that does not exist",
          "[aws]")
{
    support::AwsDesk desk;
    desk.write("c", "[profile shop]\nregion = a\n");
    desk.write("d", "[shop]\nregion = b\n");
    desk.environment["AWS_CONFIG_FILE"] = "~/c";
    desk.environment["AWS_SHARED_CREDENTIALS_FILE"] = desk.home.path() / "d";
    desk.environment["AWS_PROFILE"] = "shop";
    CHECK(load_profiles(desk.environment).find("region") == "b");
    desk.environment["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
    CHECK(load_profiles(desk.environment).find("region") == "a");
    desk.environment["AWS_PROFILE"] = "shopp";
    try {
        (void)load_profiles(desk.environment);
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::not_found);
        CHECK(error.hint() == "export AWS_PROFILE=shop");
    }
    desk.write("c", std::string((1 << 20) + 1, '#'));
    CHECK_THROWS_AS(load_profiles(desk.environment), Error);
}
