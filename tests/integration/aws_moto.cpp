#include "aws/assume_role.hpp"
#include "aws/chain.hpp"
#include "aws/environment_keys.hpp"
#include "aws/error.hpp"
#include "aws/s3.hpp"
#include "aws/ssm.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "http/curl_transport.hpp"
#include "http/url.hpp"
#include "process/guarded_launcher.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/moto.hpp"

using namespace tinystacks;
using namespace std::chrono_literals;

namespace {

/// A user of moto's AWS.
struct User {
    explicit User(std::map<std::string, std::string> variables)
        : environment(std::move(variables)), keys(environment), client(world(), keys, "us-east-1")
    {}

    aws::Client::World world() { return {transport, environment, system_time, http::real_patience()}; }

    std::map<std::string, std::string> environment;
    http::CurlTransport transport{{}};
    aws::EnvironmentKeys keys;
    aws::Client client;
};

aws::Call call(const std::string& service, const std::string& method, const std::string& path)
{
    aws::Call call;
    call.service = service;
    call.operation = method;
    call.method = method;
    call.path = path;
    return call;
}

/// AWS's code for a call, "" when it succeeded.
std::string code_of(aws::Client& client, const aws::Call& call)
{
    try {
        (void)client.send(call);
        return {};
    } catch (const aws::Refusal& refusal) {
        return refusal.code();
    }
}

template <typename Work>
aws::Refusal refusal_of(const Work& work)
{
    try {
        work();
    } catch (const aws::Refusal& refusal) {
        return refusal;
    }
    throw std::logic_error("expected a Refusal");
}

}  // namespace

TEST_CASE("AWS's own check of signatures passes every form of call", "[aws]")
{
    const auto moto = support::Moto::start();
    if (!moto) {
        return;
    }
    User user(moto->admin());
    CHECK(aws::Sts(user.client).get_caller_identity().arn == "arn:aws:iam::123456789012:user/admin");

    // JSON, with letters beyond ASCII.
    CHECK(aws::Ssm(user.client).find_missing({"/größe/日本"}).size() == 1);
    // Paths that hold an ARN, encoded or not, and repeated names in a query.
    const std::string arn = "arn:aws:lambda:us-east-1:123456789012:function:shop";
    for (const auto& name : {std::string("shop"), http::percent_encode(arn), arn}) {
        CAPTURE(name);
        CHECK(code_of(user.client, call("lambda", "GET", "/2015-03-31/functions/" + name + "/configuration")) ==
              "ResourceNotFoundException");
    }
    auto untag = call("lambda", "DELETE", "/2017-03-31/tags/" + http::percent_encode(arn));
    untag.query = {{"tagKeys", "b"}, {"tagKeys", "a b"}};
    CHECK(code_of(user.client, untag) == "ResourceNotFoundException");

    // S3: its own rules of paths and hashes, names without value, bodies from memory and from a file.
    CHECK(code_of(user.client, call("s3", "PUT", "/shop-logs")).empty());
    auto versioning = call("s3", "GET", "/shop-logs");
    versioning.query = {{"versioning", ""}};
    CHECK(code_of(user.client, versioning).empty());
    aws::S3 s3(user.client);
    const TempDir directory;
    const std::string large(3'000'000, '\0');
    replace_file(directory.path() / "body", large);
    for (const std::string key : {"plain", "a b+c=d&e@f:g,h~i/j;k", "größe/日本.txt", "100%25"}) {
        CAPTURE(key);
        CHECK(s3.put_object("shop-logs", key, "text", {"text/plain", aws::Overwrite::refused}) == aws::Stored::yes);
        CHECK(s3.put_object("shop-logs", key, "text", {"text/plain", aws::Overwrite::refused}) == aws::Stored::exists);
        CHECK(s3.get_object("shop-logs", key)->body == "text");
    }
    CHECK(s3.put_file("shop-logs", "large", directory.path() / "body") == aws::Stored::yes);
    CHECK(s3.get_object("shop-logs", "large")->body == large);
    CHECK(s3.list_objects("shop-logs", "größe/").objects.size() == 1);
}

TEST_CASE("AWS's own check of signatures refuses a wrong secret, an unknown key and what a policy does not allow",
          "[aws]")
{
    const auto moto = support::Moto::start();
    if (!moto) {
        return;
    }
    auto wrong = moto->admin();
    wrong["AWS_SECRET_ACCESS_KEY"] += "x";
    User impostor(wrong);
    for (const auto* service : {"sts", "s3"}) {
        CAPTURE(service);
        const auto refusal = refusal_of([&] { (void)impostor.client.send(call(service, "GET", "/")); });
        CHECK(refusal.code() == "SignatureDoesNotMatch");
        CHECK(refusal.kind() == ErrorKind::unauthenticated);
        CHECK(std::string(refusal.what()).find(wrong.at("AWS_SECRET_ACCESS_KEY")) == std::string::npos);
    }
    auto unknown = moto->admin();
    unknown["AWS_ACCESS_KEY_ID"] = "AKIARZPUZDIKAAAAAAAA";
    User stranger(unknown);
    const auto refusal = refusal_of([&] { (void)aws::Sts(stranger.client).get_caller_identity(); });
    CHECK(refusal.code() == "InvalidClientTokenId");
    CHECK(refusal.kind() == ErrorKind::unauthenticated);

    User guest(moto->guest());
    CHECK(aws::Sts(guest.client).get_caller_identity().account == "123456789012");
    const auto denied = refusal_of([&] { (void)aws::Ssm(guest.client).find_missing({"a"}); });  // XML for a JSON call
    CHECK(denied.code() == "AccessDenied");
    CHECK(denied.kind() == ErrorKind::not_allowed);
}

TEST_CASE("Client corrects a clock that is a quarter of an hour off, either way", "[aws]")
{
    const auto moto = support::Moto::start();
    if (!moto) {
        return;
    }
    for (const auto off : {-15min, 15min}) {
        User user(moto->admin());
        auto world = user.world();
        world.clock = [off] { return system_time() + off; };
        aws::Client client(world, user.keys, "us-east-1");
        CHECK(aws::Sts(client).get_caller_identity().account == "123456789012");
        CHECK(code_of(client, call("s3", "GET", "/")).empty());
    }
}

TEST_CASE("AssumedRole acts with the role's rights, and only with the right external id", "[aws]")
{
    const auto moto = support::Moto::start();
    if (!moto) {
        return;
    }
    User user(moto->admin());
    aws::AssumedRole role(user.world(), user.keys, "us-east-1",
                          {.arn = moto->role(), .external_id = "shop/1", .session_name = "ts-d1"});
    aws::Client client(user.world(), role, "us-east-1");
    CHECK(aws::Sts(client).get_caller_identity().arn == "arn:aws:sts::123456789012:assumed-role/deploy/ts-d1");
    // The session token is signed for every kind of service.
    CHECK(code_of(client, call("s3", "PUT", "/shop-of-role")).empty());
    CHECK(refusal_of([&] { (void)aws::Ssm(client).find_missing({"a"}); }).kind() == ErrorKind::not_allowed);

    for (const auto* id : {"", "shop/2"}) {
        CAPTURE(id);
        aws::AssumedRole other(user.world(), user.keys, "us-east-1",
                               {.arn = moto->role(), .external_id = id, .session_name = "ts-d1"});
        CHECK(refusal_of([&] { (void)other.get({}); }).kind() == ErrorKind::not_allowed);
    }
}

TEST_CASE("make_chain assumes a profile's role and a web identity's at a real STS", "[aws]")
{
    const auto moto = support::Moto::start();
    if (!moto) {
        return;
    }
    const TempDir home;
    create_private_directories(home.path() / ".aws");
    replace_file(home.path() / ".aws/config", "[profile shop]\nrole_arn = " + moto->role() +
                                                  "\ncredential_source = Environment\nexternal_id = shop/1\n");
    replace_file(home.path() / "token", "an-identity-token");
    User user(moto->admin());
    user.environment["HOME"] = home.path();
    user.environment["AWS_PROFILE"] = "shop";
    process::GuardedLauncher launcher;
    const auto chain = aws::make_chain({user.world(), launcher, "us-east-1", "ts-d2", aws::ProfileChoice::flag});
    aws::Client client(user.world(), *chain, "us-east-1");
    CHECK(aws::Sts(client).get_caller_identity().arn == "arn:aws:sts::123456789012:assumed-role/deploy/ts-d2");

    user.environment.erase("AWS_PROFILE");
    user.environment.erase("AWS_ACCESS_KEY_ID");
    user.environment.erase("AWS_SECRET_ACCESS_KEY");
    user.environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = home.path() / "token";
    user.environment["AWS_ROLE_ARN"] = moto->role();
    const auto web = aws::make_chain({user.world(), launcher, "us-east-1", "ts-d3"});
    aws::Client by_token(user.world(), *web, "us-east-1");
    CHECK(aws::Sts(by_token).get_caller_identity().arn == "arn:aws:sts::123456789012:assumed-role/deploy/ts-d3");
}
