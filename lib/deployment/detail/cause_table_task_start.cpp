#include "deployment/detail/cause_table.hpp"

namespace tinystacks::deployment::detail {
namespace {

// First what is no fault: a task that was stopped on purpose tells nothing by its exit code or by its last words.
constexpr Entry entries[] = {
    {{"noise.user", Place::task, Certainty::symptom, Gravity::noise, Owner::operator_,
      "somebody stopped a task by hand", "aws ecs describe-tasks --region {region} --cluster {cluster} --tasks {task}",
      "A StopTask call ended the task, and its stoppedReason is whatever the caller wrote, so nothing in it is read as "
      "a "
      "cause. ECS starts another task in its place and the rollout goes on. CloudTrail has the caller under StopTask.",
      "Amazon ECS API Reference, Task.stopCode"},
     {.stop_code = "UserInitiated"}},
    {{"noise.scale_in", Place::task, Certainty::symptom, Gravity::noise, Owner::operator_,
      "ECS stopped a task because fewer are wanted", "",
      "Every rollout ends old tasks in this way, and so does a smaller desired count. The deployment that the message "
      "names is the one that asked, not the one that the task belonged to. Exit codes 137 and 143 are the stop itself: "
      "SIGTERM, and SIGKILL once stopTimeout is over.",
      "service events recorded from running services; Amazon ECS Developer Guide, stopped task error codes"},
     {{"Scaling activity initiated by"}}},
    {{"noise.spot", Place::task, Certainty::symptom, Gravity::noise, Owner::infrastructure,
      "AWS took back the Spot capacity of a task",
      "aws ecs describe-services --region {region} --cluster {cluster} --services {service} --query "
      "'services[].capacityProviderStrategy'",
      "Spot capacity may be withdrawn two minutes after a warning, whatever the task does. ECS replaces the task; a "
      "rollout only becomes slower. When it happens several times in one rollout, put FARGATE beside FARGATE_SPOT in "
      "the "
      "service's capacity provider strategy, with a base of one.",
      "Amazon ECS API Reference, Task.stopCode; recorded stopped tasks"},
     {.words = {"Spot Task was interrupted"}, .stop_code = "SpotInterruption"}},
    {{"noise.host", Place::task, Certainty::symptom, Gravity::noise, Owner::infrastructure,
      "the EC2 instance under a task went away",
      "aws autoscaling describe-scaling-activities --region {region} --max-items 10",
      "The instance was stopped or terminated, most often by its Auto Scaling group, and the tasks on it with it. ECS "
      "places them elsewhere. It becomes a reason to fail only when no instance is left, which the service's events "
      "then say.",
      "Amazon ECS API Reference, Task.stopCode; recorded stopped tasks"},
     {.words = {"Host EC2 (instance"}, .stop_code = "TerminationNotice"}},
    {{"noise.maintenance", Place::task, Certainty::symptom, Gravity::noise, Owner::infrastructure,
      "AWS is renewing the machine under a task", "",
      "Fargate retires hosts for patches and for failing hardware, and stops the tasks on them. ECS starts "
      "replacements "
      "by itself. Newer replies give the stopCode InfrastructureHealth.",
      "recorded stopped tasks; botocore's ECS model of 2026-08"},
     {.words = {"performing maintenance on the underlying"}, .stop_code = "InfrastructureHealth"}},

    // The image.
    {{"ecs.image.platform", Place::task, Certainty::first, Gravity::fatal, Owner::application,
      "the image was built for another processor architecture than the task wants",
      "docker build --platform linux/amd64 -t {image} .",
      "The tag names an image or an index in which the task's platform does not occur; a build on an arm64 laptop is "
      "the "
      "usual way to it. Either build for the platform of the task definition (linux/amd64 unless "
      "runtimePlatform.cpuArchitecture says ARM64), or change that field. Another try cannot help.",
      "recorded stopped tasks; containerd's and Docker's own error texts"},
     {{"does not contain descriptor matching platform|no match for platform in manifest|no matching manifest for"}}},
    {{"ecs.image.not_found", Place::task, Certainty::first, Gravity::fatal, Owner::application,
      "the image that the task definition names does not exist",
      "aws ecr describe-images --region {region} --repository-name {repository} --image-ids imageTag={tag}",
      "The registry answered, and knows no such tag, digest or repository. The agent has tried several times before it "
      "gives up, so the first such task is proof. Look for a typing error, a tag in another region or account, a push "
      "that failed, or a lifecycle rule of the repository that removed the image. Docker Hub words a private "
      "repository "
      "in the same way as a missing one.",
      "Amazon ECS Developer Guide, CannotPullContainer task errors; aws/amazon-ecs-agent, dockerapi/errors.go"},
     {{"CannotPull*Error",
       ": not found|manifest unknown|manifest for * not found|repository * not found|repository not "
       "found|does not exist in the registry|Check whether the image exists|requested access to the "
       "resource is denied"}}},
    {{"ecs.image.denied", Place::task, Certainty::second, Gravity::fatal, Owner::infrastructure,
      "the task's role may not pull the image",
      "attach the policy AmazonECSTaskExecutionRolePolicy to the task's execution role (on EC2, to the instance's "
      "role)",
      "Pulling from ECR needs ecr:GetAuthorizationToken on *, and ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on "
      "the "
      "repository, in the execution role; for a repository of another account also its repository policy. A role that "
      "was "
      "made or changed a moment ago may be refused once and accepted a minute later, so one task is no proof. For "
      "another "
      "registry the task definition needs repositoryCredentials.",
      "Amazon ECS Developer Guide, CannotPullContainer task errors; aws/amazon-ecs-agent, dockerapi/errors.go"},
     {{"CannotPull|unable to pull", "not authorized to perform: ecr:|pull access denied|Check that the role has the "
                                    "permissions to pull|no basic auth "
                                    "credentials|403 Forbidden"}}},
    {{"ecs.image.network", Place::task, Certainty::second, Gravity::fatal, Owner::infrastructure,
      "the task cannot reach the registry to pull its image",
      "give the task's subnets a NAT gateway, assignPublicIp ENABLED, or VPC endpoints for ecr.api, ecr.dkr and s3",
      "The request for the image got no answer: no route, a closed security group, or no DNS. In a private subnet ECR "
      "needs two interface endpoints and the S3 gateway endpoint, since layers come from S3; in a public one the "
      "service "
      "needs assignPublicIp. The security group must let 443 out, that of an endpoint 443 in. A single such task may "
      "be a "
      "passing fault.",
      "Amazon ECS Developer Guide, CannotPullContainer task errors"},
     {{"CannotPull*Error",
       "connection issue|Check your network|Check your task network|i/o timeout|request canceled|context "
       "canceled|context deadline|TLS handshake|dial tcp|connection reset|no such host|failed to copy: "
       "httpReaderSeeker|nil pointer dereference"}}},
    {{"ecs.image.rate_limit", Place::task, Certainty::first, Gravity::wait, Owner::infrastructure,
      "the registry refuses to serve more pulls for now",
      "aws ecr create-pull-through-cache-rule --region {region} --ecr-repository-prefix docker-hub "
      "--upstream-registry-url registry-1.docker.io --credential-arn SECRET_ARN",
      "Docker Hub counts anonymous pulls by address, and all tasks behind one NAT gateway share theirs. It passes "
      "within "
      "hours. To be rid of it keep the image in ECR, pull through ECR's cache, or give the task definition "
      "repositoryCredentials of a paid account.",
      "Amazon ECS Developer Guide, CannotPullContainer task errors"},
     {{"toomanyrequests|pull rate limit"}}},
    {{"ecs.image.no_space", Place::task, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "there is not enough disk space to unpack the image",
      "on Fargate: raise ephemeralStorage.sizeInGiB in the task definition; on EC2: docker system prune --all --force",
      "On EC2 the instance's disk is full, mostly of old images and of containers that were not cleaned up; that is "
      "the "
      "infrastructure's. On Fargate the image is larger than the task's own disk, 20 GiB unless the task definition "
      "asks "
      "for more; that is the application's, and every further task fails alike. A smaller base image helps in both.",
      "Amazon ECS Developer Guide, CannotPullContainer task errors"},
     {{"no space left on device"}}},

    // What ECS prepares before the container starts.
    {{"ecs.secret.denied", Place::task, Certainty::second, Gravity::fatal, Owner::infrastructure,
      "the execution role may not read a secret or parameter of the task definition",
      "allow secretsmanager:GetSecretValue, ssm:GetParameters and kms:Decrypt on what AWS names, in the execution role",
      "Secrets are fetched with the execution role, not with the task role, before any container starts. The message "
      "names the action and the resource that are missing. A secret with a key of its own needs kms:Decrypt as well, "
      "and "
      "one of another account a resource policy. IAM takes up to a minute to know a new policy, so two tasks are "
      "waited "
      "for.",
      "Amazon ECS Developer Guide, ResourceInitializationError; recorded stopped tasks"},
     {{"unable to pull secrets|Fetching secret data|unable to retrieve secret",
       "AccessDenied|not authorized to perform"}}},
    {{"ecs.secret.missing", Place::task, Certainty::first, Gravity::fatal, Owner::application,
      "a secret or parameter that the task definition names does not exist",
      "aws secretsmanager list-secrets --region {region} --query 'SecretList[].ARN'",
      "A valueFrom of the task definition points to nothing in this region: a name mistyped, a secret of another stage "
      "or "
      "region, one that was deleted, or one without a current value. A name that ends in a hyphen and six characters "
      "needs the whole ARN. Where the reference is old and the secret was removed, it is the infrastructure's.",
      "Amazon ECS Developer Guide, ResourceInitializationError; recorded stopped tasks"},
     {{"unable to pull secret|unable to retrieve secret|can't pull the secret|cannot pull the secret|Fetching secret "
       "data",
       "ResourceNotFound|can't find|Check whether the secret exists|invalid parameters"}}},
    {{"ecs.logs.group", Place::task, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "the log group or log driver of the task definition cannot be used",
      "aws logs create-log-group --region {region} --log-group-name {group}",
      "With the awslogs driver the group must exist before the first container starts, in the region of "
      "awslogs-region. "
      "ECS makes it only when awslogs-create-group is true and the execution role has logs:CreateLogGroup. The same "
      "message comes when the role lacks logs:CreateLogStream, or when the subnet has no way to CloudWatch Logs.",
      "Amazon ECS Developer Guide, ResourceInitializationError; recorded stopped tasks"},
     {{"failed to initialize logging driver|failed to validate logger args|log group does not exist|cannot find the "
       "Amazon CloudWatch log group|can't find the Amazon CloudWatch log group"}}},
    {{"ecs.secret.network", Place::task, Certainty::second, Gravity::fatal, Owner::infrastructure,
      "the task cannot reach the AWS services that it needs before it starts",
      "give the task's subnets a NAT gateway, or VPC endpoints for secretsmanager, ssm, ecr.api and logs with 443 open",
      "Secrets, parameters, the registry's token and environment files are fetched over the task's own network "
      "interface. "
      "A time-out here means no route, no public address, or a security group that is closed to the endpoint. It is "
      "not "
      "a matter of permissions: those are refused at once, and with other words. One such task alone may be chance.",
      "Amazon ECS Developer Guide, ResourceInitializationError; recorded stopped tasks"},
     {{"ResourceInitializationError|unable to pull secrets|cannot pull|can't pull secrets|can't download|cannot "
       "download",
       "connection issue|context deadline|i/o timeout|dial tcp|dial udp|RequestCanceled|Client.Timeout|TLS "
       "handshake|Check your network|Check your task network"}}},
    {{"ecs.efs", Place::task, Certainty::second, Gravity::fatal, Owner::infrastructure,
      "an EFS volume of the task cannot be mounted",
      "aws efs describe-mount-targets --region {region} --file-system-id FILE_SYSTEM",
      "The task's zone needs a mount target, the mount target's security group must let NFS (2049) in from the task's, "
      "and the VPC must resolve DNS names. With IAM authorisation the task role needs elasticfilesystem:ClientMount, "
      "and "
      "an access point must exist and fit the file system's policy. What the mount helper printed stands behind "
      "stderr.",
      "Amazon ECS Developer Guide, ResourceInitializationError"},
     {{"failed to invoke EFS utils|EFS mount"}}},
    {{"ecs.envfile", Place::task, Certainty::second, Gravity::fatal, Owner::infrastructure,
      "an environment file of the task definition cannot be fetched from S3",
      "allow s3:GetObject on the file and s3:GetBucketLocation on its bucket, in the execution role",
      "Files of environmentFiles are fetched before the container starts, with the execution role. Check the object's "
      "name (it must end in .env), the region, the role's two permissions, and the bucket's key policy when it is "
      "encrypted with a key of its own.",
      "Amazon ECS Developer Guide, ResourceInitializationError; aws/amazon-ecs-agent, taskresource/envFiles"},
     {{"download*env file|download*environment variable file"}}},
    {{"ecs.eni", Place::task, Certainty::second, Gravity::fatal, Owner::infrastructure,
      "the task got no network interface",
      "aws ec2 describe-subnets --region {region} --query 'Subnets[].[SubnetId,AvailableIpAddressCount]' --output text",
      "Every task in awsvpc mode takes an interface and an address of its subnet. Either the subnet is full, or the "
      "instance has as many interfaces as its type allows, which the account setting awsvpcTrunking raises. A limit of "
      "the account or a missing service-linked role shows in the same place.",
      "Amazon ECS Developer Guide, TaskFailedToStart errors"},
     {{"Create Network Interface|network interface provisioning|Unable to attach network interface"}}},

    // The container itself.
    {{"ecs.exec_format", Place::log, Certainty::first, Gravity::fatal, Owner::application,
      "the program in the image is built for another processor architecture",
      "docker build --platform linux/amd64 -t {image} .",
      "The kernel could not run the file: the image holds programs for arm64 where the task runs on x86-64, or the "
      "other "
      "way round. ECS itself shows only exit code 1 or 255; the log has the words. A script without a #! line, or one "
      "saved with Windows line ends, gives the same message.",
      "AWS re:Post knowledge center, exec format error in an ECS task"},
     {.words = {"exec format error"}, .also = Place::task}},
    {{"ecs.start.command", Place::task, Certainty::first, Gravity::fatal, Owner::application,
      "the container's command names a file that the image does not have or that cannot be executed",
      "docker run --rm --entrypoint sh {image} -c 'ls -l / && echo $PATH'",
      "The runtime looked for the first word of entryPoint or command inside the image. Words put into one string "
      "(\"npm start\" as a single element), a shell that a slim image lacks, a path of the build machine, a missing "
      "executable bit, or a volume mounted over the program are what lead here. It fails alike on every try.",
      "Amazon ECS Developer Guide, CannotStartContainerError; runc's own error texts"},
     {{"CannotStartContainerError|ContainerRuntimeError|failed to create shim task|OCI runtime create failed",
       "executable file not found|no such file or directory|permission denied|not a directory"}}},
    {{"ecs.start.failed", Place::task, Certainty::second, Gravity::fatal, Owner::undecided,
      "the container runtime could not start the container",
      "aws ecs describe-tasks --region {region} --cluster {cluster} --tasks {task} --query "
      "'tasks[].containers[].reason'",
      "The container was made but did not begin to run. The rest of the reason is the runtime's own: often too little "
      "memory in the container definition to start at all, a device or capability that is refused, or a host in "
      "trouble. "
      "If the old revision starts on the same hosts, look at what this release changed.",
      "Amazon ECS Developer Guide, CannotStartContainerError; aws/amazon-ecs-agent, dockerapi/errors.go"},
     {{"CannotStartContainerError|ContainerRuntimeError"}}},
    {{"ecs.create.failed", Place::task, Certainty::second, Gravity::fatal, Owner::infrastructure,
      "the host could not make the container or one of its volumes",
      "aws ecs describe-tasks --region {region} --cluster {cluster} --tasks {task} --query "
      "'tasks[].containers[].reason'",
      "The agent asked the container engine for a container and was refused: the thin pool or disk of the instance is "
      "full, a volume driver is missing, or a setting is not valid there. HostConfigError points to the task "
      "definition, "
      "and so to the application; the other words to the instance.",
      "Amazon ECS Developer Guide, CannotCreateContainerError; aws/amazon-ecs-agent, dockerapi/errors.go"},
     {{"CannotCreateContainerError|CannotCreateVolumeError|InvalidVolumeError|HostConfigError|"
       "DockerClientConfigError"}}},
    {{"ecs.runtime.timeout", Place::task, Certainty::second, Gravity::wait, Owner::infrastructure,
      "the container engine of the host did not answer in time",
      "aws ecs update-container-instances-state --region {region} --cluster {cluster} --status DRAINING "
      "--container-instances INSTANCE",
      "The agent gives the engine a few minutes to create, start or stop a container. A host short of CPU, memory or "
      "disk "
      "throughput exceeds them. Drain that instance and look at its load; other instances may do well meanwhile.",
      "aws/amazon-ecs-agent, dockerapi/errors.go; Amazon ECS Developer Guide, stopped task error codes"},
     {{"DockerTimeoutError|ContainerRuntimeTimeoutError|timed out after waiting"}}},
};

}  // namespace

std::span<const Entry> task_start_causes()
{
    return entries;
}

}  // namespace tinystacks::deployment::detail
