#include "pipeline/detail/variables.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;

namespace {

project::Project project_of(const std::string& stages)
{
    return project::parse(
               "version: 1\nstack: shop\nimage: 123456789012.dkr.ecr.us-east-1.amazonaws.com/shop\nstages:\n" + stages,
               "tinystacks.yml")
        .project;
}

registry::Repository image()
{
    return registry::Repository::parse("123456789012.dkr.ecr.us-east-1.amazonaws.com/shop");
}

}  // namespace

TEST_CASE("find_ecr_host tells account and region of an ECR host from other hosts", "[pipeline]")
{
    const auto ecr = pipeline::find_ecr_host("123456789012.dkr.ecr.eu-west-1.amazonaws.com");
    REQUIRE(ecr.has_value());
    CHECK(ecr->account == "123456789012");
    CHECK(ecr->region == "eu-west-1");
    CHECK(pipeline::find_ecr_host("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn").has_value());
    for (const auto* other : {"127.0.0.1:5128", "ghcr.io", "dkr.ecr.amazonaws.com", "public.ecr.aws"}) {
        CAPTURE(other);
        CHECK_FALSE(pipeline::find_ecr_host(other).has_value());
    }
}

TEST_CASE("release_variables name the stage, the one before it and its target", "[pipeline]")
{
    const auto project =
        project_of("  - { name: dev, region: us-east-1, target: { ecs: { cluster: main, service: app } } }\n"
                   "  - { name: prod, region: eu-west-1, target: { lambda: { function: app } } }\n");
    auto dev = pipeline::release_variables(project, image(), project.stage("dev"));
    CHECK(dev["PREVIOUS_STAGE_NAME"] == "latest");
    CHECK(dev["CLUSTER_ARN"] == "main");
    CHECK(dev["SERVICE_NAME"] == "app");
    CHECK_FALSE(dev.contains("LAMBDA_FUNCTION_NAME"));
    CHECK_FALSE(dev.contains("REGIONAL_ECR_IMAGE_URL"));
    auto prod = pipeline::release_variables(project, image(), project.stage("prod"));
    CHECK(prod["PREVIOUS_STAGE_NAME"] == "dev");
    CHECK(prod["SERVICE_NAME"].empty());
    CHECK(prod["LAMBDA_FUNCTION_ARN"] == "arn:aws:lambda:eu-west-1:123456789012:function:app");
    CHECK(prod["REGIONAL_ECR_IMAGE_URL"] == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop");
    CHECK(prod["REGIONAL_ECR_ENDPOINT"] == "123456789012.dkr.ecr.eu-west-1.amazonaws.com");
}

TEST_CASE("find_regional_image prefers the stage's own image", "[pipeline]")
{
    const auto project = project_of("  - { name: dev, region: us-east-1, image: example.com/shop, "
                                    "target: { ecs: { cluster: main, service: app } } }\n");
    CHECK(pipeline::find_regional_image(image(), project.stage("dev"))->str() == "example.com/shop");
}

TEST_CASE("default_variables give both AWS CLIs one region", "[pipeline]")
{
    auto of_ecr = pipeline::default_variables(image(), {{"AWS_REGION", "eu-west-1"}});
    CHECK(of_ecr["AWS_REGION"] == "us-east-1");
    CHECK(of_ecr["AWS_DEFAULT_REGION"] == "us-east-1");
    CHECK(of_ecr["AWS_ACCOUNT_ID"] == "123456789012");
    auto of_other = pipeline::default_variables({"127.0.0.1:5128", "shop"}, {{"AWS_DEFAULT_REGION", "eu-west-1"}});
    CHECK(of_other["AWS_REGION"] == "eu-west-1");
    CHECK(of_other["AWS_DEFAULT_REGION"] == "eu-west-1");
}
