#include "deployment/detail/cause_table.hpp"

namespace tinystacks::deployment::detail {
namespace {

constexpr Entry entries[] = {
    {{"api.ecs.bluegreen_lb", Place::refusal, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "the service's load balancer settings do not fit its deployment strategy",
      "aws ecs describe-services --region {region} --cluster {cluster} --services {service} --query "
      "'services[].[deploymentConfiguration.strategy,loadBalancers]'",
      "Blue/green, linear and canary deployments need advancedConfiguration for every load balancer: the alternate "
      "target group, the ARN of a production listener rule (of the rule, not of the listener), and a role for ECS. ECS "
      "refuses the call, so nothing has changed.",
      "Amazon ECS Developer Guide, troubleshooting blue/green deployments"},
     {{"advancedConfiguration|ListenerRule|alternateTargetGroup|Duplicate targetGroupArn"}}},
    {{"api.ecs.taskdef", Place::refusal, Certainty::first, Gravity::fatal, Owner::application,
      "the task definition's cpu and memory are not a pair that Fargate offers",
      "set cpu and memory to a pair of Fargate, such as 256 and 512, 512 and 1024, or 1024 and 2048",
      "Fargate knows fixed sizes: for 256 CPU units 512, 1024 or 2048 MiB; for 512 from 1024 to 4096; for 1024 from "
      "2048 "
      "to 8192; and so on. Any other pair is refused when the task definition is registered.",
      "Amazon ECS Developer Guide, invalid CPU or memory error"},
     {{"No Fargate configuration|Invalid 'cpu' setting|Invalid 'memory' setting"}}},
    {{"ecs.service.inactive", Place::refusal, Certainty::first, Gravity::fatal, Owner::operator_,
      "the service was deleted or is being deleted",
      "aws ecs describe-services --region {region} --cluster {cluster} --services {service} --query "
      "'services[].status'",
      "A deleted service stays visible for a while, as DRAINING and then INACTIVE, and takes no update. Create it "
      "again "
      "under the same name, or let tinystacks.yml name another.",
      "Amazon ECS API Reference, UpdateService"},
     {{"ServiceNotActiveException"}}},
    {{"ecs.service.missing", Place::refusal, Certainty::first, Gravity::fatal, Owner::undecided,
      "the cluster has no service of this name", "aws ecs list-services --region {region} --cluster {cluster}",
      "Either the stage in tinystacks.yml names a wrong service, cluster or region, which is the application's, or the "
      "service was never created in this account, which is the infrastructure's. Nothing was changed.",
      "Amazon ECS API Reference, UpdateService"},
     {{"ServiceNotFoundException"}}},
    {{"ecs.cluster.missing", Place::refusal, Certainty::first, Gravity::fatal, Owner::undecided,
      "the region has no cluster of this name", "aws ecs list-clusters --region {region}",
      "The cluster of the stage is not in this account and region. Look at the stage's cluster and region in "
      "tinystacks.yml, at the account of the credentials, and at its role. Nothing was changed.",
      "Amazon ECS API Reference, common errors"},
     {{"ClusterNotFoundException"}}},

    // Lambda refuses most faults of an image in the call itself: the old code serves on.
    {{"lambda.image.not_exist", Place::refusal, Certainty::first, Gravity::fatal, Owner::application,
      "the image that the function is to run does not exist in ECR",
      "aws ecr describe-images --region {region} --repository-name {repository} --image-ids imageTag={tag}",
      "Lambda takes images only from ECR, and only from the function's own region. The call was refused and the "
      "function "
      "runs what it ran before. Push the tag there, or correct the URI.",
      "recorded replies of UpdateFunctionCode"},
     {{"Provide a valid source image"}}},
    {{"lambda.image.media_type", Place::refusal, Certainty::first, Gravity::fatal, Owner::application,
      "the image has a form that Lambda does not take",
      "docker buildx build --platform linux/amd64 --provenance=false --sbom=false --push -t {image} .",
      "Lambda wants one image for one platform, no index. BuildKit adds attestations by default, which turn a "
      "single-platform image into an index; the two flags leave them out. Layers compressed with zstd are refused as "
      "well. The function runs what it ran before.",
      "recorded replies of UpdateFunctionCode; AWS Lambda Developer Guide, creating a function from an image"},
     {{"media type for the source image"}}},
    {{"lambda.image.denied", Place::refusal, Certainty::second, Gravity::fatal, Owner::infrastructure,
      "Lambda may not pull the image from its repository",
      "aws ecr get-repository-policy --region {region} --repository-name {repository}",
      "The repository's policy must let lambda.amazonaws.com use ecr:BatchGetImage and ecr:GetDownloadUrlForLayer; in "
      "the "
      "same account Lambda adds it by itself if the caller has ecr:SetRepositoryPolicy. For a repository of another "
      "account name that account as well. A policy that is a few seconds old may not be known yet.",
      "recorded replies of UpdateFunctionCode; AWS Lambda Developer Guide, creating a function from an image"},
     {{"does not have permission to access the ECR"}}},
    {{"lambda.busy", Place::refusal, Certainty::symptom, Gravity::wait, Owner::operator_,
      "the function is still being updated by an earlier call",
      "aws lambda wait function-updated-v2 --region {region} --function-name {function}",
      "Lambda carries out one update at a time and refuses the next with 409 until LastUpdateStatus is no longer "
      "InProgress. It passes within a minute or two; if it does not, another program keeps updating the function.",
      "recorded replies; AWS Lambda Developer Guide, function states"},
     {{"An update is in progress|following state: Pending"}}},
    {{"lambda.raced", Place::refusal, Certainty::first, Gravity::fatal, Owner::operator_,
      "somebody else changed the function or its alias in the meantime", "tinystacks status",
      "The call said which revision it expected, and the function has another by now. Look who deployed, then deploy "
      "again.",
      "AWS Lambda API Reference, PreconditionFailedException"},
     {{"PreconditionFailed|Revision Id provided does not match"}}},
    {{"lambda.function.missing", Place::refusal, Certainty::first, Gravity::fatal, Owner::undecided,
      "the region has no function of this name",
      "aws lambda list-functions --region {region} --query 'Functions[].FunctionName'",
      "Either the stage in tinystacks.yml names a wrong function or region, which is the application's, or the "
      "function "
      "was never created in this account, which is the infrastructure's. Nothing was changed.",
      "AWS Lambda API Reference, ResourceNotFoundException"},
     {{"ResourceNotFoundException*Function not found"}}},
    {{"lambda.invoke.infra", Place::refusal, Certainty::second, Gravity::wait, Owner::infrastructure,
      "Lambda could not run the function for want of something around it",
      "aws lambda get-function-configuration --region {region} --function-name {function} --query "
      "'[VpcConfig,FileSystemConfigs,KMSKeyArn]'",
      "The code was not reached. The error's name says what was missing: ENI or SubnetIP a network interface or "
      "address, "
      "KMS the key of the variables, EFS the file system, EC2 the permission or rate to make interfaces. Several of "
      "them "
      "pass by themselves.",
      "AWS Lambda API Reference, Invoke"},
     {{"ENILimitReached|ENINotReady|SubnetIPAddress|EC2Throttled|EC2Unexpected|EC2AccessDenied|KMSAccessDenied|"
       "KMSDisabled|KMSInvalidState|KMSNotFound|EFSIO|EFSMount|S3Files|ResourceNotReady|CodeArtifactUser"}}},
    {{"lambda.throttled", Place::refusal, Certainty::symptom, Gravity::wait, Owner::infrastructure,
      "Lambda refuses more calls for now", "aws lambda get-account-settings --region {region} --query AccountLimit",
      "The account's concurrency, the function's reserved concurrency (0 switches it off), or the rate of the API is "
      "used "
      "up. Calls are tried again, more slowly.",
      "AWS Lambda API Reference, TooManyRequestsException"},
     {{"TooManyRequests|Rate exceeded"}}},
    {{"api.denied", Place::refusal, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "the deploying credentials may not do what the deployment needs", "aws sts get-caller-identity",
      "AWS refused a call of tinystacks; the message names the action and mostly the resource. Add it to the policy of "
      "the role or user, and look for an explicit deny in a permissions boundary or an organisation's policy. Lambda "
      "sends this error although its API does not list it.",
      "Amazon ECS API Reference, common errors"},
     {{"AccessDenied|is not authorized to perform"}}},
};

}  // namespace

std::span<const Entry> refusal_causes()
{
    return entries;
}

}  // namespace tinystacks::deployment::detail
