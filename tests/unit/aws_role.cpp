#include "aws/assume_role.hpp"

#include "aws/environment_keys.hpp"
#include "aws/error.hpp"
#include "aws/process_keys.hpp"

#include "tests/support/aws_desk.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;
using namespace std::chrono_literals;

namespace {

aws::Role role(const std::string& arn = "arn:aws:iam::123456789012:role/deploy")
{
    return {.arn = arn, .session_name = "ts-1"};
}

/// Gives sessions of a quarter of an hour.
class ShortSessions final : public http::Transport {
public:
    explicit ShortSessions(const support::AwsDesk& desk) : desk_(desk) {}

    http::Response send(const http::Request& request, const http::OnBody& on_body, const Interruption&) override
    {
        ++given;
        last = request;
        on_body("<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>K</AccessKeyId><SecretAccessKey>s"
                "</SecretAccessKey><SessionToken>t</SessionToken><Expiration>" +
                to_rfc3339(desk_.now + 15min) +
                "</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/deploy/ts-1"
                "</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>");
        return {200, {}};
    }
    int given = 0;
    http::Request last;

private:
    const support::AwsDesk& desk_;
};

bool is_allowed(const aws::Role& role)
{
    try {
        aws::check(role);
        return true;
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid_input);
        return false;
    }
}

}  // namespace

TEST_CASE("check holds a role's ARN to the narrow grammar", "[aws]")
{
    for (const auto* arn : {"arn:aws:iam::123456789012:role/deploy", "arn:aws-cn:iam::123456789012:role/a/b/c_+=,.@-d",
                            "arn:aws-us-gov:iam::123456789012:role/x", "arn:aws-iso-b:iam::123456789012:role/x"}) {
        CAPTURE(arn);
        CHECK(is_allowed(role(arn)));
    }
    for (const std::string arn :
         {"", "arn:aws:iam::12345678901:role/x", "arn:aws:iam::123456789012:role/", "arn:aws:iam::123456789012:role/*",
          "arn:aws:iam::123456789012:user/x", "arn:aws:iam::*:role/x", "arn:aws:iam:us-east-1:123456789012:role/x",
          "arn:aws:sts::123456789012:assumed-role/x/y", "arn:aws-evil:iam::123456789012:role/x",
          "arn:aws:iam::123456789012:role/x\n", "x arn:aws:iam::123456789012:role/x",
          "arn:aws:iam::123456789012:role/x:y", "arn:aws:iam::123456789012:role/a b"}) {
        CAPTURE(arn);
        CHECK_FALSE(is_allowed(role(arn)));
    }
    CHECK_FALSE(is_allowed(role("arn:aws:iam::123456789012:role/" + std::string(513, 'x'))));
}

TEST_CASE("check holds external id, session name and duration to what STS allows", "[aws]")
{
    auto with = role();
    for (const auto* id : {"", "ab", "a:b/c=d,e.f@g-h+i_J"}) {
        with.external_id = id;
        CHECK(is_allowed(with));
    }
    for (const std::string& id : {std::string("a"), std::string("a b"), std::string("é"), std::string(1225, 'x')}) {
        with.external_id = id;
        CHECK_FALSE(is_allowed(with));
    }
    with = role();
    for (const std::string& name : {std::string("a"), std::string(65, 'x'), std::string("a b"), std::string("a/b")}) {
        with.session_name = name;
        CHECK_FALSE(is_allowed(with));
    }
    with = role();
    for (const auto duration : {899s, 43201s}) {
        with.duration = duration;
        CHECK_FALSE(is_allowed(with));
    }
}

TEST_CASE("session_name says which deployment it is, in STS's letters", "[aws]")
{
    CHECK(aws::session_name("d-20261124-abc") == "ts-d-20261124-abc");
    CHECK(aws::session_name("a b/c\xc3\xa9") == "ts-a-b-c--");
    CHECK(aws::session_name(std::string(100, 'x')).size() == 64);
    CHECK(aws::session_name("") == "ts-");
}

TEST_CASE("AssumedRole renews itself through a deployment that is longer than its session", "[aws]")
{
    support::AwsDesk desk;
    desk.set_keys();
    aws::EnvironmentKeys source(desk.environment);
    auto wanted = role();
    wanted.external_id = "shop/1";
    wanted.duration = 15min;
    ShortSessions sts(desk);
    const auto world = desk.world();
    aws::AssumedRole assumed({sts, world.environment, world.clock, world.patience}, source, "eu-west-1", wanted);
    for (int minute = 0; minute <= 40; ++minute) {
        CHECK(*assumed.get({}).expires_at > desk.now + 5min);
        desk.now += 1min;
    }
    CHECK(sts.given == 5);
    CHECK(sts.last.url == "https://sts.eu-west-1.amazonaws.com/");
    CHECK(sts.last.body.ends_with("&DurationSeconds=900&ExternalId=shop%2F1"));
}

TEST_CASE("AssumedRole passes on AWS's refusal with a hint and asks for a session in the right account only", "[aws]")
{
    support::AwsDesk desk;
    desk.set_keys();
    aws::EnvironmentKeys source(desk.environment);
    const std::string id = GENERATE("", "shop/2");
    CAPTURE(id);
    auto wanted = role();
    wanted.external_id = id;
    aws::AssumedRole assumed(desk.world(), source, "us-east-1", wanted);
    desk.transport.reply(403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform: "
                              "sts:AssumeRole</Message></Error><RequestId>r</RequestId></ErrorResponse>");
    try {
        (void)assumed.get({});
        FAIL("expected a Refusal");
    } catch (const aws::Refusal& refusal) {
        CHECK(refusal.kind() == ErrorKind::not_allowed);
        CHECK(std::string(refusal.what()) ==
              "AssumeRole: not authorized to perform: sts:AssumeRole (AccessDenied, request r)");
        CHECK(refusal.hint().find("external_id") != std::string::npos);
        CHECK(refusal.hint().find(id) != std::string::npos);
    }
    for (const auto* answer : {"<AssumeRoleResponse/>", "<Other/>", "<html>", ""}) {
        CAPTURE(answer);
        desk.transport.reply(200, answer);
        CHECK_THROWS_AS(assumed.get({}), Error);
    }
}

TEST_CASE("Sts::get_caller_identity says who signs", "[aws]")
{
    support::AwsDesk desk;
    desk.set_keys();
    aws::EnvironmentKeys source(desk.environment);
    aws::Client client(desk.world(), source, "us-east-1");
    desk.transport.reply(200, "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/u</Arn>"
                              "<UserId>U</UserId><Account>1</Account></GetCallerIdentityResult>"
                              "</GetCallerIdentityResponse>");
    const auto caller = aws::Sts(client).get_caller_identity();
    CHECK(caller.account == "1");
    CHECK(caller.arn == "arn:aws:iam::1:user/u");
    CHECK(caller.user_id == "U");
}

TEST_CASE("split_command makes words as a shell does, and nothing else", "[aws]")
{
    using Words = std::vector<std::string>;
    CHECK(aws::split_command("") == Words{});
    CHECK(aws::split_command("  a\tb ") == Words{"a", "b"});
    CHECK(aws::split_command(R"(a 'b c' "d e" f\ g)") == Words{"a", "b c", "d e", "f g"});
    CHECK(aws::split_command(R"("a\"b\\c\d" 'e\f' '' g'h'"i")") == Words{R"(a"b\c\d)", R"(e\f)", "", "ghi"});
    CHECK(aws::split_command("a; b | $(c) `d` > *") == Words{"a;", "b", "|", "$(c)", "`d`", ">", "*"});
    CHECK_THROWS_AS(aws::split_command("a 'b"), Error);
    CHECK_THROWS_AS(aws::split_command("a \"b"), Error);
}
