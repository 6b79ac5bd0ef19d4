#include "http/transport.hpp"

#include "base/error.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/scripted_transport.hpp"

using namespace tinystacks;

TEST_CASE("Response::find_header ignores the case of a name and takes the first", "[http]")
{
    const http::Response response{200, {{"Content-Type", "text/plain"}, {"X-A", "1"}, {"x-a", "2"}}};
    CHECK(response.find_header("content-type") == "text/plain");
    CHECK(response.find_header("X-a") == "1");
    CHECK_FALSE(response.find_header("x"));
}

TEST_CASE("fetch keeps a body of exactly its limit and refuses one byte more", "[http]")
{
    support::ScriptedTransport transport;
    transport.reply(200, "12345");
    CHECK(http::fetch(transport, {.url = "https://a/"}, {}, 5).body == "12345");
    transport.reply(200, "123456");
    try {
        (void)http::fetch(transport, {.url = "https://a/"}, {}, 5);
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::failed);
    }
    CHECK(transport.used_up());
}

TEST_CASE("is_loopback knows this machine and nothing that looks like it", "[http]")
{
    for (const auto* host : {"127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost", "LOCALHOST"}) {
        CAPTURE(host);
        CHECK(http::is_loopback(host));
    }
    for (const auto* host : {"", "128.0.0.1", "127.0.0.1.example.com", "localhost.example.com", "127.1", "0.0.0.0",
                             "[::]", "::ffff:127.0.0.1", "10.0.0.1", "[]", "127.0.0.1:80"}) {
        CAPTURE(host);
        CHECK_FALSE(http::is_loopback(host));
    }
}

TEST_CASE("is_credentials_endpoint knows the addresses at which AWS gives out keys, and no other", "[http]")
{
    for (const auto* host : {"169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "[fd00:ec2::254]",
                             "[FD00:EC2:0::23]"}) {
        CAPTURE(host);
        CHECK(http::is_credentials_endpoint(host));
    }
    for (const auto* host : {"", "169.254.169.253", "169.254.170.22", "169.254.169.254.example.com", "fd00:ec2::1",
                             "::ffff:169.254.169.254", "127.0.0.1", "10.0.0.1", "[169.254.169.254"}) {
        CAPTURE(host);
        CHECK_FALSE(http::is_credentials_endpoint(host));
    }
}
