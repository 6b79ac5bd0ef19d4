#include "registry/registry.hpp"

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"
#include "http/url.hpp"
#include "registry/detail/challenge.hpp"
#include "registry/detail/manifest.hpp"
#include "registry/detail/session.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/scripted_transport.hpp"

using namespace tinystacks;
using registry::Credentials;
using registry::Repository;

namespace {

const std::string digest = "sha256:" + std::string(64, 'a');

std::string header_of(const http::Request& request, const std::string& name)
{
    return http::Response{0, request.headers}.find_header(name).value_or("");
}

registry::FindCredentials knows(const std::string& user, const std::string& password)
{
    return [=](const std::string&) { return Credentials{user, Secret(password)}; };
}

}  // namespace

TEST_CASE("parse_challenges reads one or several challenges", "[registry]")
{
    using registry::detail::parse_challenges;
    const auto one =
        parse_challenges(R"(Bearer realm="https://auth.example/token",service="reg",scope="repository:a/b:pull,push")");
    REQUIRE(one.size() == 1);
    CHECK(one[0].scheme == "bearer");
    CHECK(one[0].values.at("realm") == "https://auth.example/token");
    CHECK(one[0].values.at("scope") == "repository:a/b:pull,push");

    const auto two = parse_challenges(R"(Basic realm="a \"b\", c" , BEARER Realm = x, service=y)");
    REQUIRE(two.size() == 2);
    CHECK(two[0].values.at("realm") == R"(a "b", c)");
    CHECK(two[1].scheme == "bearer");
    CHECK(two[1].values.at("realm") == "x");
    CHECK(two[1].values.at("service") == "y");

    CHECK(parse_challenges("").empty());
    CHECK(parse_challenges("realm=\"x\"").empty());
    CHECK(parse_challenges("Basic realm=\"open").front().values.at("realm") == "open");
}

TEST_CASE("Client gets a token where the registry says and uses it for the repository", "[registry]")
{
    support::ScriptedTransport transport;
    const http::Headers challenge = {
        {"WWW-Authenticate", R"(Bearer realm="https://auth.example/token?x=1",service="reg.example")"}};
    transport.reply(401, "", challenge);
    transport.reply(200, R"({"token": "T1"})");
    transport.reply(200, "", {{"Docker-Content-Digest", digest}});
    transport.reply(404, "");
    registry::Client client(transport, knows("user", "password"));
    const auto repository = Repository::parse("reg.example/a/b");
    CHECK(client.find_digest(repository, "v1") == digest);
    CHECK_FALSE(client.find_digest(repository, "v2"));
    REQUIRE(transport.used_up());

    const auto& requests = transport.requests();
    CHECK(requests[0].method == "HEAD");
    CHECK(requests[0].url == "https://reg.example/v2/a/b/manifests/v1");
    CHECK(header_of(requests[0], "authorization").empty());
    CHECK(header_of(requests[0], "accept").find("application/vnd.oci.image.index.v1+json") != std::string::npos);
    CHECK(requests[1].url == "https://auth.example/token?x=1&service=reg.example&scope=repository%3Aa%2Fb%3Apull");
    CHECK(header_of(requests[1], "authorization") == "Basic dXNlcjpwYXNzd29yZA==");
    CHECK(requests[1].named_by == http::NamedBy::server);
    CHECK(requests[2].named_by == http::NamedBy::operator_);
    CHECK(header_of(requests[2], "authorization") == "Bearer T1");
    CHECK(header_of(requests[3], "authorization") == "Bearer T1");
}

TEST_CASE("Client gets a new token when the old one has expired", "[registry]")
{
    support::ScriptedTransport transport;
    const http::Headers challenge = {{"WWW-Authenticate", R"(Bearer realm="https://auth.example/token")"}};
    registry::Client client(transport);
    const auto repository = Repository::parse("docker.io/library/web");
    for (const auto* token : {"T1", "T2"}) {
        transport.reply(401, "", challenge);
        transport.reply(200, std::string(R"({"access_token": ")") + token + "\"}");
        transport.reply(200, "", {{"Docker-Content-Digest", digest}});
        CHECK(client.find_digest(repository, "v1") == digest);
        CHECK(header_of(transport.requests().back(), "authorization") == std::string("Bearer ") + token);
    }
    CHECK(transport.requests().front().url == "https://registry-1.docker.io/v2/library/web/manifests/v1");
    CHECK(transport.used_up());
}

TEST_CASE("Client trades a refresh token", "[registry]")
{
    support::ScriptedTransport transport;
    transport.reply(401, "", {{"WWW-Authenticate", R"(Bearer realm="https://auth.example/token",service="s")"}});
    transport.reply(200, R"({"access_token": "T1"})");
    transport.reply(200, "", {{"Docker-Content-Digest", digest}});
    registry::Client client(transport, knows("<token>", "r&f"));
    CHECK(client.find_digest(Repository::parse("reg.example/a"), "v1") == digest);
    CHECK(transport.requests()[1].method == "POST");
    CHECK(transport.requests()[1].url == "https://auth.example/token");
    CHECK(transport.requests()[1].body ==
          "grant_type=refresh_token&client_id=tinystacks&service=s&scope=repository%3Aa%3Apull&refresh_token=r%26f");
}

TEST_CASE("Client says how to log in when it is refused", "[registry]")
{
    struct Case {
        std::string host;
        int status;
        ErrorKind kind;
        std::string hint;
    };
    const auto ecr = std::string("123456789012.dkr.ecr.eu-west-1.amazonaws.com");
    const auto ecr_hint =
        "aws ecr get-login-password --region eu-west-1 | docker login --username AWS --password-stdin " + ecr;
    for (const auto& [host, status, kind, hint] :
         {Case{"reg.example", 401, ErrorKind::unauthenticated, "docker login reg.example"},
          Case{ecr, 401, ErrorKind::unauthenticated, ecr_hint}, Case{ecr, 403, ErrorKind::not_allowed, ecr_hint}}) {
        CAPTURE(host, status);
        support::ScriptedTransport transport;
        transport.reply(status, "", {{"WWW-Authenticate", "Basic realm=\"x\""}});
        if (status == 403) {
            transport.reply(403, R"({"errors": [{"code": "DENIED", "message": "Your token has expired."}]})");
        }
        registry::Client client(transport);
        try {
            (void)client.find_digest(Repository::parse(host + "/a"), "v1");
            FAIL("expected an Error");
        } catch (const Error& error) {
            CHECK(error.kind() == kind);
            CHECK(error.hint() == hint);
        }
        CHECK(transport.used_up());
    }
}

TEST_CASE("Client computes the digest a registry does not tell", "[registry]")
{
    support::ScriptedTransport transport;
    transport.reply(200, "");
    transport.reply(200, "the manifest");
    registry::Client client(transport);
    CHECK(client.find_digest(Repository::parse("127.0.0.1:5000/a"), "v1") == "sha256:" + sha256_hex("the manifest"));
    CHECK(transport.requests()[1].url == "http://127.0.0.1:5000/v2/a/manifests/v1");
    CHECK_THROWS_AS(client.find_digest(Repository::parse("127.0.0.1:5000/a"), "a/../b"), Error);
}

TEST_CASE("Client::copy follows a redirect to a layer without credentials", "[registry]")
{
    const std::string layer = "layer";
    const auto layer_digest = "sha256:" + sha256_hex(layer);
    const auto manifest = R"({"schemaVersion": 2, "config": {"digest": ")" + layer_digest + "\"}}";
    const auto manifest_digest = "sha256:" + sha256_hex(manifest);
    support::ScriptedTransport transport;
    transport.reply(401, "", {{"WWW-Authenticate", "Basic realm=\"x\""}});
    transport.reply(200, manifest, {{"Content-Type", "application/vnd.oci.image.manifest.v1+json; a=b"}});
    transport.reply(404, "");                                               // HEAD blob at the target
    transport.reply(202, "", {{"Location", "/v2/t/blobs/uploads/1?s=2"}});  // POST
    transport.reply(307, "", {{"Location", "https://store.example/layer?signature=1"}});
    transport.reply(200, layer);
    transport.reply(201, "");  // PUT blob
    transport.reply(201, "", {{"Docker-Content-Digest", manifest_digest}});
    registry::Client client(transport, knows("user", "password"));
    client.copy(Repository::parse("reg.example/a"), manifest_digest, Repository::parse("127.0.0.1:5000/t"), "v1");
    REQUIRE(transport.used_up());
    const auto& requests = transport.requests();
    CHECK(requests[5].url == "https://store.example/layer?signature=1");
    CHECK(requests[5].named_by == http::NamedBy::server);
    CHECK(requests[6].named_by == http::NamedBy::operator_);  // the registry's own
    CHECK(header_of(requests[5], "authorization").empty());
    CHECK(requests[6].url ==
          "http://127.0.0.1:5000/v2/t/blobs/uploads/1?s=2&digest=" + http::percent_encode(layer_digest));
    CHECK(requests[7].body == manifest);
    CHECK(header_of(requests[7], "content-type") == "application/vnd.oci.image.manifest.v1+json");
}

TEST_CASE("Client::copy refuses a manifest or layer that is not what was asked for", "[registry]")
{
    support::ScriptedTransport transport;
    registry::Client client(transport);
    const auto from = Repository::parse("127.0.0.1:5000/a");
    transport.reply(200, "{}");
    CHECK_THROWS_AS(client.copy(from, digest, from, "v1"), Error);

    transport.reply(200, "{}");
    transport.reply(201, "", {{"Docker-Content-Digest", digest}});
    CHECK_THROWS_AS(client.copy(from, "sha256:" + sha256_hex("{}"), from, "v1"), Error);
    CHECK(transport.used_up());
}

TEST_CASE("parse_parts reads images and indexes and nothing else", "[registry]")
{
    using registry::detail::parse_parts;
    const auto image = parse_parts(R"({"config": {"digest": ")" + digest + R"("}, "layers": [{"digest": ")" + digest +
                                   R"("}, {"digest": ")" + digest + R"(", "urls": ["https://a"]}]})");
    CHECK(image.blobs == std::vector<registry::detail::Blob>{{digest, false}, {digest, true}});
    CHECK(parse_parts(R"({"manifests": [{"digest": ")" + digest + "\"}]}").manifests.size() == 1);
    for (const std::string text :
         {"", "[]", "{}", R"({"schemaVersion": 1, "fsLayers": []})", R"({"config": {"digest": "sha256:1"}})",
          R"({"config": 1})", R"({"manifests": [1]})"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_parts(text), Error);
    }
}

TEST_CASE("Client says when a registry that is busy for long wants to be asked again", "[registry]")
{
    support::ScriptedTransport transport;
    registry::Client client(transport);
    transport.reply(429, "", {{"Retry-After", "86400"}});  // of the HEAD, not repeated: it lies beyond our patience
    transport.reply(429, R"({"errors": [{"message": "too many requests"}]})", {{"Retry-After", "86400"}});
    try {
        (void)client.find_digest(Repository::parse("reg.example/a"), "v1");
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::failed);
        CHECK(error.hint() == "the registry asks to wait: try again in " + to_short_text(std::chrono::hours(24)));
    }
    CHECK(transport.used_up());
}

TEST_CASE("Client trusts a registry with its own host's addresses, and with no other's", "[registry]")
{
    using registry::detail::Session;
    CHECK(Session::named_by("10.0.0.5:5000", "https://10.0.0.5:5001/token") == http::NamedBy::operator_);
    CHECK(Session::named_by("docker.io", "https://registry-1.docker.io/x") == http::NamedBy::operator_);
    CHECK(Session::named_by("[::1]:5000", "http://[::1]:5001/x") == http::NamedBy::operator_);
    for (const auto* url :
         {"https://auth.docker.io/token", "http://127.0.0.1/", "https://10.0.0.6/", "", "/x",
          "https://10.0.0.5@evil.example/", "https://10.0.0.5:1@evil.example/", "https://10.0.0.5.evil.example/"}) {
        CAPTURE(url);
        CHECK(Session::named_by("10.0.0.5:5000", url) == http::NamedBy::server);
    }
}
