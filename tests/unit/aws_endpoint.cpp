#include "aws/endpoint.hpp"

#include "aws/region.hpp"
#include "base/error.hpp"

#include "tests/support/aws_desk.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;
using aws::find_endpoint;
using aws::find_region;

namespace {

template <typename Work>
ErrorKind kind_of(const Work& work)
{
    try {
        work();
    } catch (const Error& error) {
        return error.kind();
    }
    throw std::logic_error("expected an Error");
}

}  // namespace

TEST_CASE("find_endpoint makes AWS's own host names", "[aws]")
{
    const support::AwsDesk desk;
    const std::tuple<const char*, const char*, const char*> cases[] = {
        {"ecs", "eu-central-1", "https://ecs.eu-central-1.amazonaws.com"},
        {"api.ecr", "us-east-1", "https://api.ecr.us-east-1.amazonaws.com"},
        {"sts", "us-gov-west-1", "https://sts.us-gov-west-1.amazonaws.com"},
        {"sts", "cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn"},
        {"logs", "us-iso-east-1", "https://logs.us-iso-east-1.c2s.ic.gov"},
        {"logs", "us-isob-east-1", "https://logs.us-isob-east-1.sc2s.sgov.gov"},
        {"ecs", "eusc-de-east-1", "https://ecs.eusc-de-east-1.amazonaws.eu"},
    };
    for (const auto& [service, region, url] : cases) {
        const auto endpoint = find_endpoint(service, region, desk.environment);
        CHECK(endpoint.url == url);
        CHECK_FALSE(endpoint.overridden);
    }
}

TEST_CASE("find_endpoint takes the service's variable, the general one, then the profile's", "[aws]")
{
    support::AwsDesk desk;
    desk.write(".aws/config", "[default]\nendpoint_url = https://general.example/\nservices = mine\n"
                              "[services mine]\necs =\n  endpoint_url = https://ecs.example\n"
                              "elastic_load_balancing_v2 =\n  endpoint_url = https://elb.example\n"
                              "[profile shut]\nignore_configured_endpoint_urls = true\n"
                              "endpoint_url = https://general.example\n");
    const auto url = [&](const char* service) { return find_endpoint(service, "us-east-1", desk.environment).url; };
    CHECK(url("ecs") == "https://ecs.example");
    CHECK(url("elasticloadbalancing") == "https://elb.example");
    CHECK(url("logs") == "https://general.example");
    CHECK(find_endpoint("logs", "us-east-1", desk.environment).overridden);
    desk.environment["AWS_ENDPOINT_URL"] = "http://localhost:5555";
    CHECK(url("ecs") == "http://localhost:5555");
    desk.environment["AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2"] = "http://[::1]:1/elb//";
    CHECK(url("elasticloadbalancing") == "http://[::1]:1/elb");
    desk.environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
    CHECK(url("ecs") == "https://ecs.us-east-1.amazonaws.com");
    desk.environment.erase("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    desk.environment.erase("AWS_ENDPOINT_URL");
    desk.environment["AWS_PROFILE"] = "shut";
    CHECK(url("ecs") == "https://ecs.us-east-1.amazonaws.com");
}

TEST_CASE("find_endpoint refuses clear text to another machine and what is no URL of a host", "[aws]")
{
    for (const auto* url : {"http://169.254.169.254", "http://10.0.0.1", "http://example.com:443",
                            "http://127.0.0.1.example.com", "http://127.1"}) {
        support::AwsDesk desk;
        desk.environment["AWS_ENDPOINT_URL_STS"] = url;
        CHECK(kind_of([&] { (void)find_endpoint("sts", "us-east-1", desk.environment); }) == ErrorKind::not_allowed);
        CHECK_NOTHROW(find_endpoint("ecs", "us-east-1", desk.environment));
    }
    for (const auto* url : {"ftp://127.0.0.1", "127.0.0.1", "https://", "https://u:p@h", "https://h?x", "https://h#x",
                            "https://h h", "https://h\xc3\xa9", "http://localhost@evil.example"}) {
        support::AwsDesk desk;
        desk.environment["AWS_ENDPOINT_URL"] = url;
        CHECK(kind_of([&] { (void)find_endpoint("sts", "us-east-1", desk.environment); }) == ErrorKind::usage);
    }
    support::AwsDesk desk;
    CHECK(kind_of([&] { (void)find_endpoint("sts", "", desk.environment); }) == ErrorKind::usage);
    desk.write(".aws/config", "[default]\nservices = gone\n");
    CHECK(kind_of([&] { (void)find_endpoint("sts", "us-east-1", desk.environment); }) == ErrorKind::invalid_input);
}

TEST_CASE("split_url takes an endpoint apart as the Host header wants it", "[aws]")
{
    const auto parts = aws::split_url("http://LOCALHOST:5000/a/b/");
    CHECK(parts.origin == "http://LOCALHOST:5000");
    CHECK(parts.host == "localhost:5000");
    CHECK(parts.path == "/a/b");
    CHECK(aws::split_url("https://h:443").host == "h");
    CHECK(aws::split_url("http://h:443").host == "h:443");
    CHECK(aws::split_url("http://[::1]:80").host == "[::1]");
}

TEST_CASE("find_region takes flag, AWS_REGION, AWS_DEFAULT_REGION, then the profile's, never one of its own", "[aws]")
{
    support::AwsDesk desk;
    CHECK_FALSE(find_region("", desk.environment));
    CHECK(kind_of([&] { (void)aws::choose_region("", desk.environment); }) == ErrorKind::usage);
    desk.write(".aws/config", "[default]\nregion = eu-west-1\n[profile p]\nregion=eu-west-2\n");
    CHECK(find_region("", desk.environment)->name == "eu-west-1");
    desk.environment["AWS_PROFILE"] = "p";
    CHECK(find_region("", desk.environment)->name == "eu-west-2");
    CHECK(find_region("", desk.environment)->from == "profile 'p'");
    desk.environment["AWS_DEFAULT_REGION"] = "eu-west-3";
    CHECK(find_region("", desk.environment)->name == "eu-west-3");
    desk.environment["AWS_REGION"] = "eu-central-1";
    CHECK(find_region("", desk.environment)->from == "AWS_REGION");
    CHECK(find_region("us-east-1", desk.environment)->from == "--region");
    CHECK(kind_of([&] { (void)find_region("sts.evil.example/#", desk.environment); }) == ErrorKind::usage);
}

TEST_CASE("is_region takes only what can stand in a host name of AWS", "[aws]")
{
    for (const auto* name : {"us-east-1", "eu-central-1", "us-gov-west-1", "ap-southeast-12", "us-iso-east-1",
                             "mx-central-1", "eusc-de-east-1"}) {
        CHECK(aws::is_region(name));
    }
    for (const auto* name : {"", "us", "us-east", "us-east-", "us--1", "us-east-123", "US-EAST-1", "us-east-1\n",
                             "us-east-1.evil.example", "us-e4st-1", "aws-global", "-us-east-1", "1-east-1"}) {
        CHECK_FALSE(aws::is_region(name));
    }
}
