#include "aws/chain.hpp"

#include "aws/child_environment.hpp"
#include "aws/renewing.hpp"
#include "base/error.hpp"

#include "tests/support/aws_desk.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;
using namespace std::chrono_literals;

namespace {

/// The credentials that are found, as "id source", or the error as "! message | hint".
std::string found(support::AwsDesk& desk, aws::ProfileChoice choice = aws::ProfileChoice::environment)
{
    try {
        const auto keys = desk.chain(choice)->get({});
        return keys.access_key_id + " " + keys.source;
    } catch (const Error& error) {
        CHECK((error.kind() == ErrorKind::unauthenticated || error.kind() == ErrorKind::not_allowed));
        CHECK(error.message().find("SENTINEL") == std::string::npos);
        return "! " + error.message() + (error.hint().empty() ? "" : " | " + error.hint());
    }
}

std::string assumed(const std::string& operation, const std::string& id, const std::string& account = "123456789012")
{
    return "<" + operation + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" + operation +
           "Result><Credentials><AccessKeyId>" + id +
           "</AccessKeyId><SecretAccessKey>SENTINEL-S</SecretAccessKey><SessionToken>SENTINEL-T</SessionToken>"
           "<Expiration>2026-11-24T11:00:00Z</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::" +
           account + ":assumed-role/r/ts-test</Arn></AssumedRoleUser></" + operation + "Result></" + operation +
           "Response>";
}

const std::string metadata = R"({"Code":"Success","AccessKeyId":"META","SecretAccessKey":"SENTINEL-S","Token":"t",)"
                             R"("Expiration":"2026-11-24T16:00:00Z"})";

const std::string static_keys = "aws_access_key_id = FILE\naws_secret_access_key = SENTINEL-F\n";
const std::string role = "role_arn = arn:aws:iam::123456789012:role/r\n";

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("make_chain takes keys of the environment first, and no half of a pair", "[aws]")
{
    support::AwsDesk desk;
    desk.write(".aws/credentials", "[default]\n" + static_keys);
    desk.set_keys();
    CHECK(found(desk) == "AKIDEXAMPLE environment");
    CHECK(found(desk, aws::ProfileChoice::flag) == "FILE profile 'default'");
    desk.environment.erase("AWS_SECRET_ACCESS_KEY");
    CHECK(found(desk) == "! the environment has AWS_ACCESS_KEY_ID but no AWS_SECRET_ACCESS_KEY | export "
                         "AWS_SECRET_ACCESS_KEY=…, or unset AWS_ACCESS_KEY_ID");
    desk.environment.erase("AWS_ACCESS_KEY_ID");
    desk.environment["AWS_SECRET_ACCESS_KEY"] = "SENTINEL";
    CHECK(found(desk).starts_with("! the environment has AWS_SECRET_ACCESS_KEY but no AWS_ACCESS_KEY_ID"));
    desk.set_keys();
    desk.environment["AWS_CREDENTIAL_EXPIRATION"] = "2026-11-24T09:00:00+00:00";
    CHECK(found(desk) == "! the credentials of environment expired at 2026-11-24T09:00:00.000Z");
}

TEST_CASE("make_chain takes a profile's sources in botocore's order", "[aws]")
{
    support::AwsDesk desk;
    const std::string process = "credential_process = printer\n";
    desk.write("bin/printer", "#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"s\"}'\n",
               0700);
    desk.write(".aws/config", "[default]\naws_access_key_id = CONF\naws_secret_access_key = s\n");
    CHECK(found(desk) == "CONF profile 'default'");
    desk.write(".aws/config", "[default]\naws_access_key_id = CONF\naws_secret_access_key = s\n" + process);
    CHECK(found(desk) == "PROC profile 'default' (credential_process)");
    desk.write(".aws/credentials", "[default]\n" + static_keys);
    CHECK(found(desk) == "FILE profile 'default'");
    desk.write(".aws/config", "[default]\n" + role + "source_profile = default\n" + process);
    desk.transport.reply(200, assumed("AssumeRole", "ROLE"));
    CHECK(found(desk) == "ROLE role arn:aws:iam::123456789012:role/r");
    CHECK(desk.header(0, "authorization").find("Credential=FILE/") != std::string::npos);
    desk.write("token", "SENTINEL-W\n");
    desk.write(".aws/config", "[default]\n" + role + "web_identity_token_file = ~/token\n");
    desk.transport.reply(200, assumed("AssumeRoleWithWebIdentity", "WEB"));
    CHECK(found(desk) == "WEB role arn:aws:iam::123456789012:role/r");
    CHECK(desk.transport.used_up());
}

TEST_CASE("make_chain assumes a web identity's role unsigned, from the environment unless a profile is given", "[aws]")
{
    support::AwsDesk desk;
    desk.write("token", "SENTINEL-W\n");
    desk.write(".aws/credentials", "[default]\n" + static_keys);
    desk.environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = desk.home.path() / "token";
    CHECK(found(desk) == "! a web identity token is given, but no role | export AWS_ROLE_ARN=arn:aws:iam::…");
    desk.environment["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/github";
    desk.transport.reply(200, assumed("AssumeRoleWithWebIdentity", "WEB"));
    CHECK(found(desk) == "WEB role arn:aws:iam::123456789012:role/github");
    const auto& request = desk.transport.requests().at(0);
    CHECK(request.url == "https://sts.us-east-1.amazonaws.com/");
    CHECK(request.body ==
          "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012"
          "%3Arole%2Fgithub&RoleSessionName=ts-test&DurationSeconds=3600&WebIdentityToken=SENTINEL-W");
    CHECK(desk.header(0, "authorization") == "none");
    CHECK(found(desk, aws::ProfileChoice::flag) == "FILE profile 'default'");
    desk.environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/nowhere";
    CHECK(found(desk).starts_with("! web identity token: "));
    desk.environment["AWS_ROLE_ARN"] = "arn:aws:iam::*:role/github";
    CHECK(found(desk).starts_with("! profile 'default': role 'arn:aws:iam::*:role/github' is not allowed"));
}

TEST_CASE("make_chain sends what a profile says of its role", "[aws]")
{
    support::AwsDesk desk;
    desk.set_keys();
    desk.environment["AWS_PROFILE"] = "shop";
    desk.write(".aws/config", "[profile shop]\n" + role +
                                  "credential_source = Environment\nexternal_id = x/1\nrole_session_name = me\n"
                                  "duration_seconds = 900\n");
    desk.transport.reply(200, assumed("AssumeRole", "ROLE"));
    CHECK(found(desk, aws::ProfileChoice::flag).starts_with("ROLE "));
    CHECK(desk.transport.requests().at(0).body.ends_with("&RoleSessionName=me&DurationSeconds=900&ExternalId=x%2F1"));
    CHECK(desk.header(0, "authorization").find("Credential=AKIDEXAMPLE/") != std::string::npos);

    // Keys that are no role's may have longer sessions; a role's own, an hour.
    desk.write(".aws/config", "[profile shop]\n" + role + "credential_source = Environment\nduration_seconds = 7200\n");
    desk.transport.reply(200, assumed("AssumeRole", "ROLE"));
    CHECK(found(desk, aws::ProfileChoice::flag).starts_with("ROLE "));
    CHECK(desk.transport.requests().at(1).body.find("&DurationSeconds=7200") != std::string::npos);

    desk.transport.reply(200, assumed("AssumeRole", "ROLE", "999999999999"));
    CHECK(found(desk, aws::ProfileChoice::flag) ==
          "! AssumeRole: asked for arn:aws:iam::123456789012:role/r, got keys of account '999999999999'");
    CHECK(desk.transport.used_up());
}

TEST_CASE("make_chain follows a chain of profiles", "[aws]")
{
    support::AwsDesk desk;
    desk.environment["AWS_PROFILE"] = "a";
    desk.write(".aws/config", "[profile a]\n" + role + "source_profile = b\n[profile b]\n" + role +
                                  "source_profile = c\n[profile c]\n" + static_keys);
    desk.transport.reply(200, assumed("AssumeRole", "SECOND"));
    desk.transport.reply(200, assumed("AssumeRole", "FIRST"));
    CHECK(found(desk).starts_with("FIRST "));
    CHECK(desk.header(0, "authorization").find("Credential=FILE/") != std::string::npos);
    CHECK(desk.header(1, "authorization").find("Credential=SECOND/") != std::string::npos);
}

TEST_CASE("make_chain refuses a profile that cannot work, and looks no further", "[aws]")
{
    const std::pair<std::string, std::string> cases[] = {
        {"aws_access_key_id = A\n", "aws_secret_access_key is missing"},
        {role, "role_arn needs one of source_profile and credential_source"},
        {role + "source_profile = default\ncredential_source = Environment\n",
         "role_arn needs only one of source_profile and credential_source"},
        {role + "source_profile = gone\n", "source_profile 'gone' does not exist"},
        {role + "source_profile = default\n", "source_profile 'default' leads back to itself"},
        {role + "source_profile = bare\n[profile bare]\nregion = r\n", "source_profile 'bare' has no credentials"},
        {role + "source_profile = x\n[profile x]\n" + role + "source_profile = default\n",
         "source_profile 'default' leads back to itself"},
        {role + "credential_source = Elsewhere\n", "credential_source 'Elsewhere' is none of"},
        {role + "credential_source = Environment\nmfa_serial = m\n", "mfa_serial asks for a code"},
        {role + "credential_source = Environment\nduration_seconds = long\n", "duration_seconds 'long' is no number"},
        {role + "credential_source = Environment\nduration_seconds = 60\n", "duration '60' is not allowed"},
        {role + "credential_source = EcsContainer\nduration_seconds = 3601\n", "for an hour at most"},
        {role + "credential_source = Ec2InstanceMetadata\nduration_seconds = 3601\n", "for an hour at most"},
        {role + "source_profile = a\nduration_seconds = 7200\n[profile a]\n" + role + "source_profile = b\n",
         "duration_seconds is 7200, but keys that come from a role themselves"},
        {role + "source_profile = a\nduration_seconds = 7200\n[profile a]\nsso_role_name = r\n", "for an hour at most"},
        {role + "credential_source = Environment\nexternal_id = a b\n", "external_id 'a b' is not allowed"},
        {"role_arn = arn:aws:iam::123456789012:user/u\ncredential_source = Environment\n", "is not allowed"},
        {"credential_process = a 'b\n", "credential_process is a command with a quote that does not end"},
        {"web_identity_token_file = /t\n", "a web identity token is given, but no role"},
    };
    for (const auto& [text, message] : cases) {
        CAPTURE(text);
        support::AwsDesk desk;
        desk.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1/";
        desk.write(".aws/config", "[default]\n" + text);
        const auto result = found(desk);
        CAPTURE(result);
        CHECK(result.starts_with("! "));
        CHECK(contains(result, message));
        CHECK(desk.transport.requests().empty());
    }
}

TEST_CASE("make_chain does not ask for keys in place of a credential_process that fails", "[aws]")
{
    const std::pair<std::string, std::string> cases[] = {
        {"exit 1", "failed (exit status 1)"},
        {"echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"SENTINEL-LONG\"}'; "
         "echo 'no SENTINEL-LONG' >&2; exit 3",
         "failed (exit status 3): no ***"},
        {"echo \"token $MY_TOKEN AKIAIOSFODNN7EXAMPLE\" >&2; exit 1", "failed (exit status 1): token *** ***"},
        {"printf 'a\\033[31m\\nb' >&2; exit 1", "failed (exit status 1): a\\x1b[31m b"},
        {"echo SENTINEL", "printed no JSON object"},
        {"echo '{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\"}'", "printed no keys of \"Version\": 1"},
        {"echo '{\"Version\":1,\"AccessKeyId\":\"A\"}'", "gave no SecretAccessKey"},
        {"echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\",\"Expiration\":\"later\"}'",
         "gave an Expiration that is no time"},
        {"kill -9 $$", "failed (killed by signal 9)"},
    };
    for (const auto& [script, message] : cases) {
        CAPTURE(script);
        support::AwsDesk desk;
        desk.environment["MY_TOKEN"] = "SENTINEL-TOKEN";
        desk.write("bin/broken", "#!/bin/sh\n" + script + "\n", 0700);
        desk.write(".aws/config", "[default]\ncredential_process = broken\n");
        const auto result = found(desk);
        CAPTURE(result);
        CHECK(result == "! profile 'default' (credential_process) " + message);
        CHECK(desk.transport.requests().empty());
    }
    support::AwsDesk desk;
    desk.write(".aws/config", "[default]\ncredential_process = true; touch " + desk.home.path().string() + "/canary\n");
    CHECK(contains(found(desk), "(credential_process): "));
    CHECK_FALSE(std::filesystem::exists(desk.home.path() / "canary"));
}

TEST_CASE("make_chain asks the AWS CLI for a profile that is signed in to", "[aws]")
{
    support::AwsDesk desk;
    desk.environment["AWS_PROFILE"] = "s";
    desk.write(".aws/config", "[profile s]\nsso_session = x\nsso_account_id = 123456789012\nsso_role_name = r\n");
    desk.write("bin/aws",
               "#!/bin/sh\n[ \"$*\" = 'configure export-credentials --profile s --format process' ] || exit 9\n"
               "echo '{\"Version\":1,\"AccessKeyId\":\"SSO\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\","
               "\"Expiration\":\"2026-11-24T12:00:00+00:00\"}'\n",
               0700);
    CHECK(found(desk) == "SSO profile 's' (sso_session; aws configure export-credentials)");
    desk.write("bin/aws", "#!/bin/sh\necho 'Error when retrieving token from sso: Token has expired' >&2; exit 255\n",
               0700);
    CHECK(found(desk) ==
          "! profile 's' (sso_session; aws configure export-credentials) failed (exit status 255): Error "
          "when retrieving token from sso: Token has expired | aws sso login --profile s");
    desk.write("bin/aws",
               "#!/bin/sh\n[ \"$1\" = --version ] && echo aws-cli/1.45.11 Python/3.11.7 && exit\n"
               "echo 'Invalid choice' >&2; exit 252\n",
               0700);
    CHECK(contains(found(desk), " | install version 2 of the AWS CLI"));
    desk.environment["PATH"] = "/nonexistent";
    CHECK(
        contains(found(desk), ": cannot start 'aws': no such program on the PATH | install version 2 of the AWS CLI"));
    desk.environment["PATH"] = desk.home.path().string() + "/bin:/usr/bin:/bin";
    desk.write(".aws/config", "[profile s]\nlogin_session = arn:aws:iam::1:user/u\n");
    desk.write("bin/aws", "#!/bin/sh\nexit 1\n", 0700);
    CHECK(contains(found(desk), " | aws login --profile s"));
}

TEST_CASE("make_chain asks a container's endpoint with its token, three times", "[aws]")
{
    support::AwsDesk desk;
    desk.write("token", "Bearer SENTINEL-C");
    desk.environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/1";
    desk.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = desk.home.path() / "token";
    desk.transport.fail("timed out");
    desk.transport.reply(500, "SENTINEL");
    desk.transport.reply(200, metadata);
    CHECK(found(desk) == "META container credentials");
    const auto& request = desk.transport.requests().at(2);
    CHECK(request.url == "http://169.254.170.2/v2/credentials/1");
    CHECK(request.clear_text == http::ClearText::credentials_endpoint);
    CHECK(request.timeout == 2s);
    CHECK(desk.header(2, "authorization") == "Bearer SENTINEL-C");
    CHECK(desk.waited == std::vector<std::chrono::milliseconds>{1s, 1s});
    for (int i = 0; i < 3; ++i) {
        desk.transport.reply(403, "SENTINEL");
    }
    CHECK(found(desk) == "! container credentials: HTTP status 403");

    desk.environment.erase("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    for (const auto* url : {"http://169.254.170.23/v1", "http://[fd00:ec2::23]/v1", "http://localhost:51679/x",
                            "https://keys.example/x"}) {
        CAPTURE(url);
        desk.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
        desk.transport.reply(200, metadata);
        CHECK(found(desk) == "META container credentials");
    }
    for (const auto* url : {"http://10.0.0.1/", "http://keys.example/", "http://localhost@keys.example/", "ftp://h/"}) {
        CAPTURE(url);
        desk.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
        CHECK(contains(found(desk), "AWS_CONTAINER_CREDENTIALS_FULL_URI is '"));
    }
    CHECK(desk.transport.used_up());
}

TEST_CASE("make_chain asks the instance last, by version 2 of its metadata service", "[aws]")
{
    support::AwsDesk desk;
    desk.transport.reply(200, "SENTINEL-IMDS");
    desk.transport.reply(200, "my role\n");
    desk.transport.reply(200, metadata);
    CHECK(found(desk) == "META instance metadata");
    CHECK(desk.transport.requests().at(0).method == "PUT");
    CHECK(desk.transport.requests().at(0).timeout == 1s);
    CHECK(desk.header(0, "x-aws-ec2-metadata-token-ttl-seconds") == "21600");
    CHECK(desk.transport.requests().at(2).url ==
          "http://169.254.169.254/latest/meta-data/iam/security-credentials/my%20role");
    CHECK(desk.header(2, "x-aws-ec2-metadata-token") == "SENTINEL-IMDS");

    desk.transport.reply(200, "t");
    desk.transport.reply(404, "");
    CHECK(contains(found(desk), "instance metadata: this instance has no role"));
    desk.transport.reply(403, "");
    CHECK(contains(found(desk), "instance metadata: HTTP status 403 for /latest/api/token"));
    desk.environment["AWS_METADATA_SERVICE_NUM_ATTEMPTS"] = "2";
    desk.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv6";
    desk.transport.fail("timed out");
    desk.transport.fail("timed out");
    CHECK(found(desk) == "! no AWS credentials: AWS_ACCESS_KEY_ID is not set, profile 'default' has none, no container "
                         "endpoint is set, instance metadata: timed out | aws configure, or export AWS_PROFILE=NAME");
    CHECK(desk.transport.requests().back().url == "http://[fd00:ec2::254]/latest/api/token");
    desk.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://10.1.2.3/";
    CHECK(contains(found(desk), "AWS_EC2_METADATA_SERVICE_ENDPOINT is 'http://10.1.2.3'"));
    desk.environment["AWS_EC2_METADATA_DISABLED"] = "TRUE";
    CHECK(contains(found(desk), "AWS_EC2_METADATA_DISABLED is true"));
    CHECK(desk.transport.used_up());
}

TEST_CASE("make_chain renews a role five minutes before its keys expire, and after forget()", "[aws]")
{
    support::AwsDesk desk;
    desk.write(".aws/config", "[default]\n" + role + "source_profile = default\n" + static_keys);
    const auto chain = desk.chain();
    desk.transport.reply(200, assumed("AssumeRole", "ONE"));
    CHECK(chain->get({}).access_key_id == "ONE");
    desk.now += 54min;
    CHECK(chain->get({}).access_key_id == "ONE");
    desk.now += 2min;
    desk.transport.reply(403, "<Error><Code>AccessDenied</Code></Error>");
    CHECK(chain->get({}).access_key_id == "ONE");  // still good for four minutes
    CHECK(chain->get({}).access_key_id == "ONE");  // not asked again at once
    desk.now += 1min;
    desk.transport.reply(200, assumed("AssumeRole", "TWO"));
    CHECK(chain->get({}).access_key_id == "TWO");
    chain->forget();
    desk.transport.reply(200, assumed("AssumeRole", "THREE"));
    CHECK(chain->get({}).access_key_id == "THREE");
    desk.now += 10min;  // these have expired by now: nothing is left to go on with
    desk.transport.reply(403, "<Error><Code>AccessDenied</Code></Error>");
    CHECK_THROWS_AS(chain->get({}), Error);
    CHECK(desk.transport.used_up());
}

TEST_CASE("child_environment holds one source of credentials", "[aws]")
{
    aws::Credentials keys;
    keys.access_key_id = "A";
    keys.secret_access_key = Secret("S");
    keys.session_token = Secret("T");
    keys.expires_at = find_rfc3339("2026-11-24T11:00:00Z");
    const auto child = aws::child_environment({{"PATH", "/bin"},
                                               {"AWS_PROFILE", "p"},
                                               {"AWS_DEFAULT_PROFILE", "p"},
                                               {"AWS_SECURITY_TOKEN", "old"},
                                               {"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"},
                                               {"AWS_ROLE_ARN", "r"},
                                               {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "u"},
                                               {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "t"}},
                                              keys, "eu-west-1");
    CHECK(child == std::map<std::string, std::string>{{"PATH", "/bin"},
                                                      {"AWS_ACCESS_KEY_ID", "A"},
                                                      {"AWS_SECRET_ACCESS_KEY", "S"},
                                                      {"AWS_SESSION_TOKEN", "T"},
                                                      {"AWS_CREDENTIAL_EXPIRATION", "2026-11-24T11:00:00.000Z"},
                                                      {"AWS_EC2_METADATA_DISABLED", "true"},
                                                      {"AWS_CONFIG_FILE", "/dev/null"},
                                                      {"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"},
                                                      {"AWS_REGION", "eu-west-1"},
                                                      {"AWS_DEFAULT_REGION", "eu-west-1"},
                                                      {"AWS_RETRY_MODE", "standard"},
                                                      {"AWS_MAX_ATTEMPTS", "3"}});
}
