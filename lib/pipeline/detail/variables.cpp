#include "pipeline/detail/variables.hpp"

#include "base/text.hpp"

namespace tinystacks::pipeline {
namespace {

std::string function_arn(const stage::LambdaTarget& target, const stage::Stage& stage,
                         const registry::Repository& image)
{
    const auto ecr = find_ecr_host(image.host);
    const auto account = !stage.account.empty() ? stage.account : ecr ? ecr->account : std::string();
    if (target.function.starts_with("arn:") || account.empty()) {
        return target.function;
    }
    return fmt::format("arn:{}:lambda:{}:{}:function:{}", stage.region.starts_with("cn-") ? "aws-cn" : "aws",
                       stage.region, account, target.function);
}

/// The name alone: `arn:aws:lambda:us-east-1:123456789012:function:shop` is function `shop`.
std::string function_name(const std::string& function)
{
    constexpr std::size_t name_field = 6;
    const auto fields = split(function, ':');
    return fields.size() > name_field ? std::string(fields[name_field]) : function;
}

}  // namespace

std::optional<EcrHost> find_ecr_host(const std::string& host)
{
    // Source: Amazon ECR User Guide, "Private registries"; China's end in .com.cn.
    const auto parts = split(host, '.');
    if (parts.size() < 6 || parts[1] != "dkr" || parts[2] != "ecr" || parts[4] != "amazonaws" || parts[5] != "com") {
        return std::nullopt;
    }
    return EcrHost{std::string(parts[0]), std::string(parts[3])};
}

std::optional<registry::Repository> find_regional_image(const registry::Repository& image, const stage::Stage& stage)
{
    if (!stage.image.empty()) {
        return registry::Repository::parse(stage.image);
    }
    const auto ecr = find_ecr_host(image.host);
    if (!ecr || stage.region.empty() || stage.region == ecr->region) {
        return std::nullopt;
    }
    auto regional = image;
    regional.host.replace(regional.host.find("." + ecr->region + ".") + 1, ecr->region.size(), stage.region);
    return regional;
}

Variables build_variables(const project::Project& project, const registry::Repository& image)
{
    return {{"S3_BUCKET", project.bucket}, {"ECR_ENDPOINT", image.host}, {"ECR_IMAGE_URL", image.str()}};
}

Variables release_variables(const project::Project& project, const registry::Repository& image,
                            const stage::Stage& stage)
{
    auto variables = build_variables(project, image);
    variables["STAGE_NAME"] = stage.name.str();
    variables["PREVIOUS_STAGE_NAME"] = project.previous(stage.name.str());
    variables["STAGE_REGION"] = stage.region;
    variables["CLUSTER_ARN"] = "";
    variables["SERVICE_NAME"] = "";
    if (const auto* ecs = std::get_if<stage::EcsTarget>(&stage.target)) {
        variables["CLUSTER_ARN"] = ecs->cluster;
        variables["SERVICE_NAME"] = ecs->service;
    }
    if (const auto* lambda = std::get_if<stage::LambdaTarget>(&stage.target)) {
        variables["LAMBDA_FUNCTION_NAME"] = function_name(lambda->function);
        variables["LAMBDA_FUNCTION_ARN"] = function_arn(*lambda, stage, image);
    }
    if (const auto regional = find_regional_image(image, stage)) {
        variables["REGIONAL_ECR_ENDPOINT"] = regional->host;
        variables["REGIONAL_ECR_IMAGE_URL"] = regional->str();
    }
    return variables;
}

Variables default_variables(const registry::Repository& image, const Variables& environment)
{
    Variables variables;
    if (const auto ecr = find_ecr_host(image.host)) {
        variables = {
            {"AWS_REGION", ecr->region}, {"AWS_DEFAULT_REGION", ecr->region}, {"AWS_ACCOUNT_ID", ecr->account}};
        return variables;
    }
    // AWS CLI v1 reads only AWS_DEFAULT_REGION, v2 prefers AWS_REGION: both, and equal.
    for (const auto* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        if (const auto found = environment.find(name); found != environment.end() && !found->second.empty()) {
            return {{"AWS_REGION", found->second}, {"AWS_DEFAULT_REGION", found->second}};
        }
    }
    return variables;
}

}  // namespace tinystacks::pipeline
