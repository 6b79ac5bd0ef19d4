#include "aws/error.hpp"
#include "aws/s3.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/temp_dir.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/service_desk.hpp"

using namespace tinystacks;
using support::ServiceDesk;

TEST_CASE("S3 finds a bucket by its host name, else in the path", "[aws]")
{
    ServiceDesk desk;
    const std::string own = "http://127.0.0.1:9";
    const auto [bucket, endpoint, url] = GENERATE_COPY(table<std::string, std::string, std::string>(
        {{"shop", "", "https://shop.s3.us-east-1.amazonaws.com/a%20b/c%3F"},
         {"shop.example", "", "https://s3.us-east-1.amazonaws.com/shop.example/a%20b/c%3F"},
         {"shop", own, own + "/shop/a%20b/c%3F"}}));
    CAPTURE(bucket, endpoint);
    if (!endpoint.empty()) {
        desk.environment["AWS_ENDPOINT_URL_S3"] = endpoint;
    }
    auto client = desk.make_client();
    desk.transport.reply(200, "");
    CHECK(aws::S3(client).put_object(bucket, "a b/c?", "text", {"text/plain"}) == aws::Stored::yes);
    CHECK(desk.asked().method + " " + desk.asked().url == "PUT " + url);
    CHECK(desk.header("content-type") == "text/plain");
    CHECK(desk.header("x-amz-content-sha256") == sha256_hex("text"));
    CHECK(desk.header("authorization").find("/us-east-1/s3/aws4_request") != std::string::npos);
    CHECK(desk.header("if-none-match").empty());
}

TEST_CASE("S3 refuses what is no bucket before it becomes a host name", "[aws]")
{
    ServiceDesk desk;
    const auto* bucket = GENERATE("", "ab", "Shop", "evil.example/x", "a@b.c", "-shop", "shop-");
    CAPTURE(bucket);
    CHECK_THROWS_AS(aws::S3(desk.client).get_object(bucket, "k"), Error);
    CHECK(desk.transport.requests().empty());
}

TEST_CASE("S3::put_object that refuses to overwrite says what exists and is sent once", "[aws]")
{
    ServiceDesk desk;
    aws::S3 s3(desk.client);
    const aws::PutOptions options{"application/json", aws::Overwrite::refused};
    desk.transport.reply(412, "<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>");
    CHECK(s3.put_object("shop", "ledger/1", "{}", options) == aws::Stored::exists);
    CHECK(desk.header("if-none-match") == "*");
    desk.transport.reply(409, "<Error><Code>ConditionalRequestConflict</Code><Message>no</Message></Error>");
    try {
        (void)s3.put_object("shop", "ledger/1", "{}", options);
        FAIL("expected a Refusal");
    } catch (const aws::Refusal& refusal) {
        CHECK(refusal.kind() == ErrorKind::conflict);
    }
    desk.transport.fail("connection reset");
    CHECK_THROWS_AS(s3.put_object("shop", "ledger/1", "{}", options), Error);
    CHECK(desk.transport.requests().size() == 3);
    desk.transport.fail("connection reset");
    desk.transport.reply(200, "");
    CHECK(s3.put_object("shop", "log", "text") == aws::Stored::yes);
}

TEST_CASE("S3::put_file gives the file to the transport, not its bytes", "[aws]")
{
    ServiceDesk desk;
    aws::S3 s3(desk.client);
    const TempDir directory;
    const auto file = directory.path() / "log";
    replace_file(file, "line\n");
    desk.transport.reply(200, "");
    desk.transport.reply(200, "");
    CHECK(s3.put_file("shop", "log", file) == aws::Stored::yes);
    CHECK(desk.asked(0).body_file == file);
    CHECK(desk.asked(0).body.empty());
    CHECK(desk.header("x-amz-content-sha256", 0) == sha256_hex("line\n"));
    replace_file(file, "");
    CHECK(s3.put_file("shop", "log", file) == aws::Stored::yes);
    CHECK(desk.header("x-amz-content-sha256", 1) == sha256_hex(""));
    CHECK_THROWS_AS(s3.put_file("shop", "log", directory.path() / "none"), Error);
}

TEST_CASE("S3 gives an object, or nothing where there is none", "[aws]")
{
    ServiceDesk desk;
    aws::S3 s3(desk.client);
    const http::Headers headers = {{"ETag", "\"e\""},
                                   {"Content-Type", "text/plain"},
                                   {"Content-Length", "5"},
                                   {"Last-Modified", "Tue, 24 Nov 2026 10:00:00 GMT"}};
    desk.transport.reply(200, "bytes", headers);
    desk.transport.reply(200, "", headers);
    const auto object = s3.get_object("shop", "k");
    const auto info = s3.head_object("shop", "k");
    REQUIRE(object);
    REQUIRE(info);
    CHECK(object->body == "bytes");
    CHECK(info->size == 5);
    CHECK(info->etag == "\"e\"");
    CHECK(info->modified_at == desk.now);
    CHECK(desk.asked(1).method == "HEAD");
    desk.transport.reply(404, "<Error><Code>NoSuchKey</Code></Error>");
    desk.transport.reply(404, "");
    CHECK_FALSE(s3.get_object("shop", "k"));
    CHECK_FALSE(s3.head_object("shop", "k"));
    desk.transport.reply(404, "<Error><Code>NoSuchBucket</Code></Error>");
    CHECK_THROWS_AS(s3.get_object("shop", "k"), aws::Refusal);
}

TEST_CASE("S3::list_objects reads one object, several and none", "[aws]")
{
    ServiceDesk desk;
    aws::S3 s3(desk.client);
    desk.transport.reply(200, R"(<?xml version="1.0"?><ListBucketResult><IsTruncated>true</IsTruncated>
      <Contents><Key>a&amp;b</Key><LastModified>2026-11-24T10:00:00.000Z</LastModified><ETag>"e"</ETag><Size>7</Size>
      </Contents><NextContinuationToken>t+/=</NextContinuationToken></ListBucketResult>)");
    desk.transport.reply(200, R"(<ListBucketResult><Contents><Key>c</Key></Contents><Contents><Key>d</Key></Contents>
      </ListBucketResult>)");
    desk.transport.reply(200, "<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>");
    const auto first = s3.list_objects("shop", "logs/", "", "logs/a");
    REQUIRE(first.objects.size() == 1);
    CHECK(first.objects.front().key == "a&b");
    CHECK(first.objects.front().size == 7);
    CHECK(first.objects.front().modified_at == desk.now);
    const auto second = s3.list_objects("shop", "logs/", first.next);
    CHECK(second.objects.size() == 2);
    CHECK(second.next.empty());
    CHECK(s3.list_objects("shop", "").objects.empty());
    const std::string host = "https://shop.s3.us-east-1.amazonaws.com/?";
    CHECK(desk.asked(0).url == host + "list-type=2&prefix=logs%2F&start-after=logs%2Fa");
    CHECK(desk.asked(1).url == host + "continuation-token=t%2B%2F%3D&list-type=2&prefix=logs%2F");
}
