#include "deployment/detail/cause_table.hpp"

namespace tinystacks::deployment::detail {
namespace {

constexpr std::string_view codes = "AWS Lambda API Reference, FunctionConfiguration.LastUpdateStatusReasonCode";

constexpr Entry entries[] = {
    // LastUpdateStatus Failed: the old code serves on.
    {{"lambda.lu.image", Place::function, Certainty::first, Gravity::fatal, Owner::application,
      "Lambda cannot use the image of the new version",
      "aws ecr describe-images --region {region} --repository-name {repository} --image-ids imageTag={tag}",
      "While Lambda optimised the image it was gone, not readable, or no image that it can run. The old code serves "
      "on. "
      "Keep the digest in ECR as long as the function uses it: a lifecycle rule may have removed it. ImageAccessDenied "
      "points to the repository's policy and is the infrastructure's.",
      codes},
     {{"ImageDeleted>|ImageAccessDenied>|InvalidImage>"}}},
    {{"lambda.lu.vpc", Place::function, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "Lambda cannot attach the function to its VPC",
      "aws lambda get-function-configuration --region {region} --function-name {function} --query VpcConfig",
      "The subnets have no free address, a subnet or security group does not exist, or the account has used up its "
      "network interfaces. Name larger or other subnets in VpcConfig. The old code serves on.",
      codes},
     {{"SubnetOutOfIPAddresses>|InvalidSubnet>|InvalidSecurityGroup>|EniLimitExceeded>|"
       "DisallowedByVpcEncryptionControl>"}}},
    {{"lambda.lu.role", Place::function, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "the function's role lacks permissions that Lambda needs to set it up",
      "aws iam attach-role-policy --role-name ROLE --policy-arn "
      "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
      "For a function in a VPC the role must be allowed to make, describe and delete network interfaces. A role that "
      "was "
      "made seconds ago may not be known everywhere yet: one more try ten seconds later tells.",
      codes},
     {{"InsufficientRolePermissions"}}},
    {{"lambda.lu.kms", Place::function, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "Lambda cannot use the KMS key of the function",
      "aws kms describe-key --region {region} --key-id KEY --query KeyMetadata.KeyState",
      "The key that encrypts the function's variables or code is disabled, deleted, in a wrong state, or its policy "
      "does "
      "not let the role decrypt with it. Enable it, or add kms:Decrypt.",
      codes},
     {{"KMSKey"}}},
    {{"lambda.lu.efs", Place::function, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "Lambda cannot mount the function's EFS file system",
      "aws efs describe-mount-targets --region {region} --file-system-id FILE_SYSTEM",
      "The function's subnets need a mount target in their zones, its security group must reach NFS (2049) of the "
      "mount "
      "target's, and the access point and the file system's policy must admit the role.",
      codes},
     {{"EFSIO|EFSMount"}}},
    {{"lambda.lu.function", Place::function, Certainty::first, Gravity::fatal, Owner::application,
      "the new version's code failed while Lambda prepared it",
      "aws logs tail --region {region} --since 1h /aws/lambda/{function}",
      "With SnapStart and on managed instances Lambda runs the initialisation when a version is published, and it "
      "crashed, took too long, or could not be started; the code's second part says which. The INIT_REPORT line of the "
      "log tells more. A runtime or an archive that is not valid shows here too.",
      codes},
     {{"FunctionError|InvalidRuntime|InvalidZipFile"}}},
    {{"lambda.lu.capacity", Place::function, Certainty::first, Gravity::wait, Owner::infrastructure,
      "Lambda has not enough capacity for the function",
      "aws service-quotas list-service-quotas --region {region} --service-code lambda",
      "A limit of the account or of its capacity provider, or a shortage of EC2 machines in the region. It may pass; "
      "if "
      "not, raise the limit.",
      codes},
     {{"InsufficientCapacity|VcpuLimit|ScalingLimit|EC2RequestLimit|ServiceQuotaExceeded"}}},
    {{"lambda.lu.internal", Place::function, Certainty::second, Gravity::wait, Owner::infrastructure,
      "Lambda failed to update the function for a reason of its own",
      "aws lambda update-function-code --region {region} --function-name {function} --image-uri {image}",
      "An internal error, one of a service that Lambda depends on, or a configuration that it takes for invalid, which "
      "would be the application's. Call once more; if it stays, see AWS Health.",
      codes},
     {{"InternalError|InvalidConfiguration|DependencyError"}}},
    {{"lambda.inactive", Place::function, Certainty::symptom, Gravity::noise, Owner::operator_,
      "the function was idle for weeks and must be woken",
      "aws lambda invoke --region {region} --function-name {function} /dev/null",
      "Lambda takes back what an unused function holds. The first call is refused and begins to restore it; it is "
      "Active "
      "again after a minute.",
      "AWS Lambda Developer Guide, function states"},
     {{"State=Inactive"}}},
    {{"lambda.pending", Place::function, Certainty::persistent, Gravity::wait, Owner::infrastructure,
      "Lambda has not finished the update after six minutes",
      "aws lambda get-function-configuration --region {region} --function-name {function} --query "
      "'[State,LastUpdateStatus,LastUpdateStatusReason]'",
      "An update takes seconds, with a VPC or a large image a minute or two. One that stands longer than six minutes "
      "is "
      "stuck; any further update call turns it into Failed, after which it can be tried again.",
      "AWS Lambda Developer Guide, function states"}},
    {{"lambda.publish.same", Place::function, Certainty::first, Gravity::noise, Owner::operator_,
      "nothing changed since the last published version", "tinystacks deploy --force",
      "PublishVersion gives back the version there was when code and configuration are the same. The digest that was "
      "to "
      "be deployed runs already.",
      "AWS Lambda API Reference, PublishVersion"}},

    // Only a call shows whether the code runs, and Lambda answers it with HTTP 200 even if it does not.
    {{"lambda.init.entrypoint", Place::invocation, Certainty::first, Gravity::fatal, Owner::application,
      "Lambda cannot start the image's entry point",
      "docker buildx build --platform linux/amd64 --provenance=false --push -t {image} .",
      "The program that ENTRYPOINT names is for another architecture than the function's, is not in the image, or is "
      "not "
      "executable; the path must be absolute. \"exec format error\" is the architecture: build for the function's, or "
      "change that.",
      "AWS Lambda Developer Guide, troubleshooting container images; recorded invocations"},
     {{"Runtime.InvalidEntrypoint|Runtime.InvalidWorkingDirectory|exec format error|valid bootstrap"}}},
    {{"lambda.exit", Place::invocation, Certainty::second, Gravity::fatal, Owner::application,
      "the function's process ended while it should answer",
      "aws logs tail --region {region} --since 1h /aws/lambda/{function}",
      "The runtime exited by itself; the end of the log says why. \"signal: killed\", or a maximum of memory used that "
      "equals the memory size, is too little memory. An ordinary script instead of a server, or a server that exits "
      "because a variable is missing, ends here as well.",
      "AWS Lambda Developer Guide, runtime environment; recorded invocations"},
     {{"Runtime.ExitError"}}},
    {{"lambda.adapter.missing", Place::invocation, Certainty::second, Gravity::fatal, Owner::application,
      "the image holds a web server, and nothing in it that takes Lambda's calls",
      "COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter /opt/extensions/lambda-adapter",
      "Lambda does not connect to a port: the program must ask the runtime interface for each call. A plain web server "
      "starts, says in the log that it listens, and every call times out. The Lambda Web Adapter, one line in the "
      "Dockerfile, translates; the server's port goes into AWS_LWA_PORT, 8080 otherwise.",
      "AWS Lambda Developer Guide, runtime environment; aws/aws-lambda-web-adapter"},
     {.words = {"Task timed out after"},
      .beside = {"listening on|listening at|listening to|running on http|running at http|started server on|server "
                 "started|serving on|ready on http|Tomcat started on|Booting worker|start worker process"},
      .unless = {"lambda-adapter|AWS_LWA_"}}},
    {{"lambda.timeout", Place::invocation, Certainty::second, Gravity::fatal, Owner::application,
      "the function did not answer within its time limit",
      "aws lambda update-function-configuration --region {region} --function-name {function} --timeout 30",
      "The limit is 3 seconds unless the configuration says otherwise, and a cold start counts. If it always takes all "
      "of "
      "the time, it waits for something: in a VPC without a NAT gateway every call to the outside does that.",
      "AWS Lambda Developer Guide, runtime environment"},
     {{"Task timed out after"}}},
    {{"lambda.handler", Place::invocation, Certainty::second, Gravity::fatal, Owner::application,
      "the function's code threw an error", "aws logs tail --region {region} --since 1h /aws/lambda/{function}",
      "The payload holds errorType and errorMessage of the application, and the log the stack trace. An error of "
      "import "
      "or a missing variable makes every call fail; others may depend on the request, so a second call is made.",
      "AWS Lambda API Reference, Invoke; AWS Lambda Developer Guide, troubleshooting invocations"},
     {{"\"errorType\""}}},
    {{"lambda.health.code", Place::invocation, Certainty::second, Gravity::fatal, Owner::application,
      "the function answers the health path with an error status",
      "aws logs tail --region {region} --since 1h /aws/lambda/{function}",
      "The function was called once as its URL would call it, with GET and the stage's health path, and gave a status "
      "that is neither 2xx nor 3xx. 404: the path is wrong in tinystacks.yml; 5xx: the application runs, but is "
      "broken.",
      "ours: the health check of a Lambda stage; AWS Lambda Developer Guide, function URL payloads"},
     {{"\"statusCode\":4|\"statusCode\": 4|\"statusCode\":5|\"statusCode\": 5|\"statusCode\":1|\"statusCode\": 1"}}},
    {{"lambda.init.timeout", Place::log, Certainty::first, Gravity::wait, Owner::application,
      "the function's start takes longer than the ten seconds that Lambda allows",
      "aws lambda update-function-configuration --region {region} --function-name {function} --memory-size 1769",
      "Lambda ends the initialisation after ten seconds and begins it anew inside the first call, where it counts "
      "against the function's time limit. Do less before the server is ready, or give more memory, with which CPU "
      "comes; "
      "provisioned concurrency lifts the limit.",
      "AWS Lambda Developer Guide, runtime environment"},
     {{"INIT_REPORT*Status: timeout"}}},
};

}  // namespace

std::span<const Entry> lambda_causes()
{
    return entries;
}

}  // namespace tinystacks::deployment::detail
