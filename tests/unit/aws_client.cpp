#include "aws/client.hpp"

#include "aws/environment_keys.hpp"
#include "aws/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"

#include "tests/support/aws_desk.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace tinystacks;
using namespace std::chrono_literals;
using Waits = std::vector<std::chrono::milliseconds>;

namespace {

/// A client of us-east-1 with keys of the environment.
struct Desk : support::AwsDesk {
    Desk()
    {
        set_keys();
        keys = aws::EnvironmentKeys(environment);
    }

    aws::Client client() { return {world(), keys, "us-east-1"}; }

    static aws::Call call(aws::Repeat repeat = aws::Repeat::safe)
    {
        aws::Call call;
        call.service = "ecs";
        call.operation = "DescribeServices";
        call.repeat = repeat;
        return call;
    }

    /// The refusal that send() ends with.
    aws::Refusal refusal(aws::Client& client, aws::Repeat repeat = aws::Repeat::safe)
    {
        try {
            (void)client.send(call(repeat));
        } catch (const aws::Refusal& refusal) {
            return refusal;
        }
        throw std::logic_error("expected a Refusal");
    }

    aws::EnvironmentKeys keys{environment};
};

/// Keys that are new after each forget().
class Renewable final : public aws::CredentialSource {
public:
    aws::Credentials get(const Interruption&) override
    {
        aws::Credentials keys;
        keys.access_key_id = "AKID" + std::to_string(forgotten);
        keys.secret_access_key = Secret("secret");
        keys.session_token = Secret("token");
        keys.source = "a test";
        return keys;
    }
    void forget() override { ++forgotten; }
    int forgotten = 0;
};

/// A service that is away.
class Busy final : public http::Transport {
public:
    http::Response send(const http::Request&, const http::OnBody&, const Interruption&) override
    {
        ++sent;
        return {503, {}};
    }
    int sent = 0;
};

const std::string expired = R"({"__type":"com.amazon.coral.service#ExpiredTokenException","message":"expired"})";

}  // namespace

TEST_CASE("Client::send_json signs and sends to the service's own host", "[aws]")
{
    Desk desk;
    desk.transport.reply(200, R"({"services":[]})");
    auto client = desk.client();
    const auto answer =
        client.send_json(Desk::call(), "AmazonEC2ContainerServiceV20141113.DescribeServices", {{"cluster", "c"}});
    CHECK(answer.at("services").empty());
    const auto& request = desk.transport.requests().at(0);
    CHECK(request.url == "https://ecs.us-east-1.amazonaws.com/");
    CHECK(request.body == R"({"cluster":"c"})");
    CHECK(desk.header(0, "x-amz-target") == "AmazonEC2ContainerServiceV20141113.DescribeServices");
    CHECK(desk.header(0, "content-type") == "application/x-amz-json-1.1");
    CHECK(desk.header(0, "x-amz-security-token") == "SENTINEL-TOKEN");
    CHECK(desk.header(0, "authorization")
              .starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/ecs/aws4_request, "
                           "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
                           "Signature="));
}

TEST_CASE("Client::send_json refuses an answer that is no JSON object or is nested without end", "[aws]")
{
    for (const auto& body : {std::string("[]"), std::string(), std::string("<html>"),
                             "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}"}) {
        Desk desk;
        desk.transport.reply(200, body);
        auto client = desk.client();
        CHECK_THROWS_AS(client.send_json(Desk::call(), "A.B", nlohmann::json::object()), Error);
        CHECK(desk.transport.used_up());
    }
}

TEST_CASE("Client::send sends what it signed: query, path of the endpoint, body from a file", "[aws]")
{
    Desk desk;
    desk.environment["AWS_ENDPOINT_URL_S3"] = "http://127.0.0.1:9/base/";
    desk.write("body", "content");
    desk.transport.reply(200, "");
    auto client = desk.client();
    aws::Call call;
    call.service = "s3";
    call.operation = "PutObject";
    call.method = "PUT";
    call.path = "/bucket/a%20b";
    call.query = {{"versioning", ""}, {"a", "b c"}};
    call.body_file = desk.home.path() / "body";
    (void)client.send(call);
    const auto& request = desk.transport.requests().at(0);
    CHECK(request.url == "http://127.0.0.1:9/base/bucket/a%20b?a=b%20c&versioning=");
    CHECK(request.body_file == call.body_file);
    CHECK(desk.header(0, "x-amz-content-sha256") == sha256_hex("content"));
}

TEST_CASE("Client::send does not sign without keys", "[aws]")
{
    Desk desk;
    desk.transport.reply(200, "");
    aws::NoKeys none;
    aws::Client client(desk.world(), none, "us-east-1");
    (void)client.send(Desk::call());
    CHECK(desk.transport.requests().at(0).headers.empty());
}

TEST_CASE("Client::send tries three times after no answer and server errors, waiting longer each time", "[aws]")
{
    Desk desk;
    desk.transport.fail("connection refused");
    desk.transport.reply(503, "<html>busy</html>");
    desk.transport.reply(200, "done");
    auto client = desk.client();
    CHECK(client.send(Desk::call()).body == "done");
    CHECK(desk.waited == Waits{25ms, 50ms});

    for (const int status : {500, 502, 503, 504}) {
        desk.waited.clear();
        for (int i = 0; i < 3; ++i) {
            desk.transport.reply(status, "");
        }
        CHECK(desk.refusal(client).status() == status);
        CHECK(desk.waited.size() == 2);
    }
    for (int i = 0; i < 3; ++i) {
        desk.transport.fail("no answer from 'ecs.us-east-1.amazonaws.com': timed out");
    }
    try {
        (void)client.send(Desk::call());
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::failed);
        CHECK(error.message() == "DescribeServices: no answer from 'ecs.us-east-1.amazonaws.com': timed out");
    }
    CHECK(desk.transport.used_up());
}

TEST_CASE("Client::send waits for a throttling service as long as it asks", "[aws]")
{
    const std::string slow = R"({"__type":"ThrottlingException","message":"Rate exceeded"})";
    const std::pair<http::Headers, std::chrono::milliseconds> cases[] = {
        {{}, 500ms},
        {{{"Retry-After", "7"}}, 7s},
        {{{"Retry-After", "Tue, 24 Nov 2026 10:00:03 GMT"}}, 3s},
        {{{"Retry-After", "soon"}}, 500ms},
        {{{"Retry-After", "0"}}, 500ms},
        {{{"x-amz-retry-after", "1500"}}, 1500ms},
        {{{"x-amz-retry-after", "100"}}, 500ms},
        {{{"x-amz-retry-after", "60000"}}, 5500ms},
        {{{"x-amz-retry-after", "-1"}}, 500ms},
    };
    for (const auto& [headers, wait] : cases) {
        Desk desk;
        desk.transport.reply(400, slow, headers);
        desk.transport.reply(200, "");
        auto client = desk.client();
        (void)client.send(Desk::call(aws::Repeat::once));  // it was refused before it was done
        CHECK(desk.waited == Waits{wait});
    }
    Desk desk;
    desk.transport.reply(429, "", {{"Retry-After", "86400"}});
    auto client = desk.client();
    CHECK(desk.refusal(client).hint() == "AWS asks to wait: try again in 24h 00m");
    CHECK(desk.waited.empty());
}

TEST_CASE("Client::send repeats no call that may have been done and must not be done twice", "[aws]")
{
    Desk desk;
    auto client = desk.client();
    desk.transport.reply(500, "");
    CHECK(desk.refusal(client, aws::Repeat::once).status() == 500);
    desk.transport.fail("broke off");
    CHECK_THROWS_AS(client.send(Desk::call(aws::Repeat::once)), Error);
    CHECK(desk.waited.empty());
    CHECK(desk.transport.used_up());
}

TEST_CASE("Client::send stops trying again when a service stays away", "[aws]")
{
    Desk desk;
    Busy busy;
    auto world = desk.world();
    aws::Client client({busy, world.environment, world.clock, world.patience}, desk.keys, "us-east-1");
    for (int call = 0; call < 30; ++call) {
        CHECK(desk.refusal(client).status() == 503);
    }
    CHECK(busy.sent == 30 + 500 / 14);
}

TEST_CASE("Client::send asks for new keys once when they have expired", "[aws]")
{
    Desk desk;
    Renewable keys;
    aws::Client client(desk.world(), keys, "us-east-1");
    desk.transport.reply(400, expired);
    desk.transport.reply(200, "");
    (void)client.send(Desk::call());
    CHECK(desk.header(0, "authorization").find("AKID0/") != std::string::npos);
    CHECK(desk.header(1, "authorization").find("AKID1/") != std::string::npos);

    desk.transport.reply(400, expired);
    desk.transport.reply(400, expired);
    const auto refusal = desk.refusal(client);
    CHECK(refusal.kind() == ErrorKind::unauthenticated);
    CHECK(refusal.hint() == "renew the credentials, which came from a test");
    CHECK(keys.forgotten == 2);
    CHECK(desk.waited.empty());
    CHECK(desk.transport.used_up());
}

TEST_CASE("Client::send does not send the same expired keys again", "[aws]")
{
    Desk desk;
    auto client = desk.client();
    desk.transport.reply(400, expired);
    CHECK(desk.refusal(client).hint() == "renew the credentials, which came from environment");
    CHECK(desk.transport.used_up());
}

TEST_CASE("Client::send corrects a clock that is off once, and keeps to it", "[aws]")
{
    const std::string skewed = R"({"__type":"InvalidSignatureException","message":"Signature expired"})";
    Desk desk;
    auto client = desk.client();
    desk.transport.reply(403, skewed, {{"Date", "Tue, 24 Nov 2026 10:15:00 GMT"}});
    desk.transport.reply(200, "");
    desk.transport.reply(200, "");
    (void)client.send(Desk::call());
    (void)client.send(Desk::call());
    CHECK(desk.header(0, "x-amz-date") == "20261124T100000Z");
    CHECK(desk.header(1, "x-amz-date") == "20261124T101500Z");
    CHECK(desk.header(2, "x-amz-date") == "20261124T101500Z");

    // The corrected time is refused too: the clock is not the cause, or nothing helps.
    desk.transport.reply(403, skewed, {{"Date", "Tue, 24 Nov 2026 10:15:10 GMT"}});
    const auto refusal = desk.refusal(client);
    CHECK(refusal.kind() == ErrorKind::unauthenticated);
    CHECK(refusal.hint() == "set this machine's clock, which is 15m 00s behind AWS's: sudo timedatectl set-ntp true");
    CHECK(desk.transport.used_up());
}

TEST_CASE("Client::send takes a wrong signature for what it is when the clock is right", "[aws]")
{
    Desk desk;
    auto client = desk.client();
    desk.transport.reply(403,
                         R"({"__type":"InvalidSignatureException","message":"The request signature we calculated does )"
                         R"(not match. The Canonical String for this request should have been 'SENTINEL-TOKEN'"})",
                         {{"Date", "Tue, 24 Nov 2026 10:00:30 GMT"}});
    const auto refusal = desk.refusal(client);
    CHECK(refusal.kind() == ErrorKind::unauthenticated);
    CHECK(refusal.words() == "The request signature we calculated does not match.");
    CHECK(refusal.hint().empty());
}

TEST_CASE("Client::send reads refusals in every form AWS and what stands before it give", "[aws]")
{
    struct Case {
        int status;
        std::string body;
        http::Headers headers;
        std::string what;
        ErrorKind kind;
    };
    const std::string id = "11111111-2222";
    const Case cases[] = {
        {400,
         R"({"__type":"com.amazonaws.ecs#ClusterNotFoundException","message":"Cluster not found."})",
         {{"x-amzn-RequestId", id}},
         "DescribeServices: Cluster not found. (ClusterNotFoundException, request 11111111-2222)",
         ErrorKind::not_found},
        {404,
         R"({"Type":"User","Message":"Function not found"})",
         {{"x-amzn-ErrorType", "ResourceNotFoundException:http://internal.amazon.com/coral/"}},
         "DescribeServices: Function not found (ResourceNotFoundException)",
         ErrorKind::not_found},
        {400,
         R"({"__type":"AccessDeniedException","Message":"no"})",
         {},
         "DescribeServices: no (AccessDeniedException)",
         ErrorKind::not_allowed},
        {403,
         "<ErrorResponse xmlns='u'><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security "
         "token is invalid.</Message></Error><RequestId>r1</RequestId></ErrorResponse>",
         {},
         "DescribeServices: The security token is invalid. (InvalidClientTokenId, request r1)",
         ErrorKind::unauthenticated},
        {404,
         "<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code><Message>gone</Message><Key>k</Key>"
         "<RequestId>r2</RequestId></Error>",
         {},
         "DescribeServices: gone (NoSuchKey, request r2)",
         ErrorKind::not_found},
        {412,
         "<Error><Code>PreconditionFailed</Code><Message>At least one</Message></Error>",
         {},
         "DescribeServices: At least one (PreconditionFailed)",
         ErrorKind::conflict},
        {400,
         "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>m</Message></Error></Errors>"
         "<RequestID>r3</RequestID></Response>",
         {},
         "DescribeServices: m (UnauthorizedOperation, request r3)",
         ErrorKind::not_allowed},
        {409,
         R"({"code":"ResourceConflictException","message":"busy"})",
         {},
         "DescribeServices: busy (ResourceConflictException)",
         ErrorKind::conflict},
        {403, "", {}, "DescribeServices: refused (HTTP status 403)", ErrorKind::not_allowed},
        {404,
         "",
         {{"x-amz-request-id", "r4"}},
         "DescribeServices: refused (HTTP status 404, request r4)",
         ErrorKind::not_found},
        {407, "<html><body>proxy</body></html>", {}, "DescribeServices: refused (HTTP status 407)", ErrorKind::failed},
        {400,
         "{\"__type\":\"a b\",\"message\":\"line\\none \\u001b[31m SENTINEL-TOKEN\"}",
         {},
         "DescribeServices: line one \\x1b[31m *** (HTTP status 400)",
         ErrorKind::failed},
        {400, "{{{", {}, "DescribeServices: refused (HTTP status 400)", ErrorKind::failed},
        {301, "", {}, "DescribeServices: refused (HTTP status 301)", ErrorKind::failed},
    };
    for (const auto& test : cases) {
        Desk desk;
        desk.transport.reply(test.status, test.body, test.headers);
        auto client = desk.client();
        const auto refusal = desk.refusal(client);
        CHECK(std::string(refusal.what()) == test.what);
        CHECK(refusal.kind() == test.kind);
        CHECK(refusal.status() == test.status);
    }
}

TEST_CASE("Client::send bounds what it shows and what it keeps", "[aws]")
{
    Desk desk;
    auto client = desk.client();
    desk.transport.reply(400, R"({"__type":"X","message":")" + std::string(100'000, 'x') + "\"}");
    CHECK(desk.refusal(client).words().size() < 2100);
    desk.transport.reply(200, std::string((10 << 20) + 1, 'x'));
    CHECK_THROWS_AS(client.send(Desk::call()), Error);
    CHECK(desk.waited.empty());  // it would be as large again
}

TEST_CASE("Client::send ends when it is interrupted while it waits", "[aws]")
{
    Desk desk;
    auto client = desk.client();
    desk.transport.reply(503, "");
    std::stop_source stop;
    auto world = desk.world();
    world.patience.wait = [&](std::chrono::milliseconds, const Interruption& interruption) {
        stop.request_stop();
        if (interruption.requested()) {
            throw Interrupted();
        }
    };
    aws::Client stopped(world, desk.keys, "us-east-1");
    CHECK_THROWS_AS(stopped.send(Desk::call(), {stop.get_token(), {}}), Interrupted);
}
