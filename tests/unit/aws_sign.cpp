#include "aws/sign.hpp"

#include "base/file.hpp"
#include "base/sha256.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace tinystacks;
using aws::sign;

namespace {

const Time then = *find_rfc3339("2015-08-30T12:36:00Z");

aws::Credentials keys(const std::string& token = "")
{
    aws::Credentials keys;
    keys.access_key_id = "AKIDEXAMPLE";
    keys.secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    keys.session_token = Secret(token);
    return keys;
}

std::string find(const http::Headers& headers, const std::string& name)
{
    return http::Response{0, headers}.find_header(name).value_or("none");
}

std::string signed_headers(const http::Headers& headers)
{
    const auto text = find(headers, "authorization");
    const auto start = text.find("SignedHeaders=") + 14;
    return text.substr(start, text.find(',', start) - start);
}

}  // namespace

TEST_CASE("sign gives the signatures of AWS's published test suite", "[aws]")
{
    const auto fixture = nlohmann::json::parse(read_file(TS_FIXTURES "/aws/signatures.json", 1 << 20));
    std::size_t tried = 0;
    for (const auto& vector : fixture.at("cases")) {
        const auto name = vector.at("name").get<std::string>();
        CAPTURE(name);
        const aws::Signable request{vector.at("method"),
                                    "example.amazonaws.com",
                                    vector.at("path"),
                                    vector.at("query").get<aws::Query>(),
                                    vector.at("headers").get<http::Headers>(),
                                    sha256_hex(vector.at("body").get<std::string>())};
        const auto added = sign(request, keys(vector.at("token")), {"us-east-1", "service"}, then);
        CHECK(find(added, "x-amz-date") == "20150830T123600Z");
        CHECK(find(added, "authorization") ==
              "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=" +
                  signed_headers(added) + ", Signature=" + vector.at("signature").get<std::string>());
        ++tried;
    }
    CHECK(tried == 30);
}

TEST_CASE("sign encodes a path once more, but not for S3, which it tells the payload's hash", "[aws]")
{
    const auto signature = [](const std::string& service, const std::string& path) {
        return find(sign({"GET", "h", path, {}, {}, sha256_hex("")}, keys(), {"us-east-1", service}, then),
                    "authorization");
    };
    CHECK(signature("lambda", "/a%3Ab") != signature("lambda", "/a:b"));
    CHECK(signature("lambda", "/a/../b") == signature("lambda", "/b"));
    CHECK(signature("s3", "/a/../b") != signature("s3", "/b"));
    const auto added = sign({"GET", "h", "/", {}, {}, sha256_hex("x")}, keys(), {"us-east-1", "s3"}, then);
    CHECK(find(added, "x-amz-content-sha256") == sha256_hex("x"));
    CHECK(signed_headers(added) == "host;x-amz-content-sha256;x-amz-date");
}

TEST_CASE("sign leaves out headers that change on the way and takes a Host that is given", "[aws]")
{
    const http::Headers headers = {{"User-Agent", "a"},      {"Connection", "close"}, {"Expect", ""},
                                   {"X-Amzn-Trace-Id", "1"}, {"Host", "other"},       {"X-Amz-Foo-Bar", "1"},
                                   {"X-Amz-Foo", ""}};
    const auto given = sign({"GET", "h", "/", {}, headers, sha256_hex("")}, keys("t"), {"us-east-1", "ecs"}, then);
    CHECK(signed_headers(given) == "host;x-amz-date;x-amz-foo;x-amz-foo-bar;x-amz-security-token");
    const http::Headers same = {{"X-Amz-Foo", "  "}, {"X-Amz-Foo-Bar", " 1\t"}};
    const auto by_host = sign({"GET", "other", "/", {}, same, sha256_hex("")}, keys("t"), {"us-east-1", "ecs"}, then);
    CHECK(find(given, "authorization") == find(by_host, "authorization"));
}

TEST_CASE("canonical_query sorts by encoded name and value and gives every name an equals sign", "[aws]")
{
    CHECK(aws::canonical_query({}).empty());
    CHECK(aws::canonical_query({{"b", "2"}, {"a", "x y/+"}, {"acl", ""}, {"a", "1"}, {"é", "~"}}) ==
          "%C3%A9=~&a=1&a=x%20y%2F%2B&acl=&b=2");
}
