#include "http/address.hpp"
#include "http/transport.hpp"

#include "base/error.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/scripted_transport.hpp"

#include <netinet/in.h>
#include <sys/un.h>

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

TEST_CASE("is_inside knows every address that is not in the public network", "[http]")
{
    for (const auto* host : {"0.0.0.0",
                             "10.1.2.3",
                             "100.64.0.1",
                             "100.127.255.255",
                             "127.8.9.10",
                             "169.254.169.254",
                             "169.254.170.23",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.8",
                             "192.168.1.1",
                             "198.18.0.1",
                             "198.19.255.255",
                             "224.0.0.1",
                             "239.1.1.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "[::1]",
                             "fc00::1",
                             "fd00:ec2::254",
                             "fe80::1",
                             "febf::1",
                             "fec0::1",
                             "ff02::1",
                             "100::1",
                             "64:ff9b:1::1",
                             "::ffff:127.0.0.1",
                             "[::ffff:10.0.0.1]",
                             "::127.0.0.1",
                             "64:ff9b::a9fe:a9fe",
                             "2002:7f00:1::",
                             "2002:a00:1::1",
                             "localhost",
                             "LOCALHOST"}) {
        CAPTURE(host);
        CHECK(http::is_inside(host));
    }
    for (const auto* host : {"1.1.1.1",
                             "9.255.255.255",
                             "11.0.0.0",
                             "100.63.255.255",
                             "100.128.0.0",
                             "128.0.0.1",
                             "169.253.255.255",
                             "172.15.255.255",
                             "172.32.0.0",
                             "192.0.1.0",
                             "192.169.0.0",
                             "198.17.255.255",
                             "198.20.0.0",
                             "223.255.255.255",
                             "2606:4700::1111",
                             "[2a00::1]",
                             "fbff::1",
                             "::ffff:8.8.8.8",
                             "64:ff9b::808:808",
                             "2002:808:808::1",
                             "example.com",
                             "10.0.0.1.example.com",
                             ""}) {
        CAPTURE(host);
        CHECK_FALSE(http::is_inside(host));
    }
}

TEST_CASE("is_public takes nothing but addresses of the internet for public", "[http]")
{
    sockaddr_un path = {};
    path.sun_family = AF_UNIX;
    CHECK_FALSE(http::is_public(reinterpret_cast<const sockaddr&>(path)));
    sockaddr_in four = {};
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(0x08080808);
    CHECK(http::is_public(reinterpret_cast<const sockaddr&>(four)));
    four.sin_addr.s_addr = htonl(0x7F000001);
    CHECK_FALSE(http::is_public(reinterpret_cast<const sockaddr&>(four)));
}
