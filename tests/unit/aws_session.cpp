#include "aws/session.hpp"

#include "aws/sts.hpp"
#include "base/error.hpp"

#include "tests/support/aws_desk.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;

namespace {

aws::Session session(support::AwsDesk& desk, const aws::Place& place)
{
    const auto world = desk.world();
    return {
        {world.transport, world.environment, world.clock, [] { return std::make_unique<process::GuardedLauncher>(); }},
        place};
}

}  // namespace

TEST_CASE("Session calls with the user's credentials, or with those of the place's role", "[aws]")
{
    support::AwsDesk desk;
    desk.set_keys();
    desk.transport.reply(200, "");
    desk.transport.reply(200, "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLE</AccessKeyId>"
                              "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>"
                              "2026-11-24T11:00:00Z</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::"
                              "123456789012:assumed-role/r/ts-1</Arn></AssumedRoleUser></AssumeRoleResult>"
                              "</AssumeRoleResponse>");
    desk.transport.reply(200, "");
    aws::Call call;
    call.service = "ecs";
    auto plain = session(desk, {"eu-west-1", "", "", "1"});
    (void)plain.client().send(call);
    CHECK(desk.header(0, "authorization").find("Credential=AKIDEXAMPLE/20261124/eu-west-1/") != std::string::npos);
    auto as_role = session(desk, {"eu-west-1", "arn:aws:iam::123456789012:role/r", "shop", "1"});
    (void)as_role.client().send(call);
    CHECK(desk.transport.requests().at(1).body.ends_with("&RoleSessionName=ts-1&DurationSeconds=3600&ExternalId=shop"));
    CHECK(desk.header(2, "authorization").find("Credential=ROLE/") != std::string::npos);
    CHECK_THROWS_AS(session(desk, {"eu-west-1", "arn:aws:iam::*:role/r", "", "1"}), Error);
}
