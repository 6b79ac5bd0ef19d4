#include "aws/client.hpp"

#include "aws/environment_keys.hpp"
#include "aws/error.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/scripted_transport.hpp"

#include <nlohmann/json.hpp>

using namespace tinystacks;
using namespace std::chrono_literals;

namespace {

/// A client of us-east-1 with keys of the environment, in virtual time.
struct Desk {
    support::ScriptedTransport transport;
    std::vector<std::chrono::milliseconds> waited;
    std::map<std::string, std::string> environment = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                                                      {"AWS_SECRET_ACCESS_KEY", "SENTINEL-SECRET"},
                                                      {"AWS_SESSION_TOKEN", "SENTINEL-TOKEN"}};
    Time now = *find_rfc3339("2026-11-24T10:00:00.000Z");
    aws::EnvironmentKeys keys{environment};

    aws::Client client()
    {
        return {{transport,
                 environment,
                 [this] { return now; },
                 {[] { return std::chrono::steady_clock::time_point(); }, [this] { return now; },
                  [this](std::chrono::milliseconds duration, const Interruption&) { waited.push_back(duration); },
                  [] { return 0.5; }}},
                keys,
                "us-east-1"};
    }

    static aws::Call call()
    {
        aws::Call call;
        call.service = "ecs";
        call.operation = "DescribeServices";
        return call;
    }
};

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
    const http::Response headers{0, request.headers};
    CHECK(headers.find_header("x-amz-target") == "AmazonEC2ContainerServiceV20141113.DescribeServices");
    CHECK(headers.find_header("x-amz-security-token") == "SENTINEL-TOKEN");
    CHECK(headers.find_header("authorization")
              ->starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/ecs/aws4_request, "
                            "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
                            "Signature="));
}
