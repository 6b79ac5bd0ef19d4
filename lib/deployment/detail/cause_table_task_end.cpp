#include "deployment/detail/cause_table.hpp"

namespace tinystacks::deployment::detail {
namespace {

constexpr std::string_view by_itself = "Essential container in task exited";
constexpr std::string_view exited = "EssentialContainerExited";

constexpr Entry entries[] = {
    {{"ecs.oom", Place::task, Certainty::second, Gravity::fatal, Owner::application,
      "the container used more memory than it may and was killed",
      "raise memory in the task definition, or let the application take less at its start",
      "The kernel ends a container that crosses the hard limit of its definition or of the task, with exit code 137; "
      "the "
      "word for it stands in the container's reason, not in the task's. Runtimes that size themselves by the host (old "
      "Java, worker counts by CPU) are the usual culprits. A sidecar that dies of it takes the task along when it is "
      "essential.",
      "Amazon ECS Developer Guide, OutOfMemoryError; aws/amazon-ecs-agent, dockerapi/errors.go; recorded stopped "
      "tasks"},
     {{"OutOfMemoryError"}}},
    {{"ecs.exit.zero", Place::task, Certainty::second, Gravity::fatal, Owner::application,
      "the container ended by itself with success, but a service must keep running",
      "let the image's CMD run the server in the foreground",
      "Exit code 0 of an essential container stops the task and ECS starts another, for ever. Mostly a start script "
      "puts "
      "the server into the background, or the command is one of a build or a migration. A helper that is meant to end "
      "needs essential: false.",
      "Amazon ECS API Reference, Task.stopCode and Container.exitCode"},
     {.words = {by_itself}, .stop_code = exited, .exit = Exit::zero}},
    {{"ecs.exit.signal", Place::task, Certainty::second, Gravity::fatal, Owner::application,
      "the program crashed in native code", "docker run --rm {image}",
      "Exit codes above 128 name the signal: 132 is an instruction that the processor lacks, 134 an abort of the "
      "program "
      "itself, 139 an access to memory that is not its own. Run the image with the same arguments; for 132 compare the "
      "CPU that it was built for. Native modules of another libc (Alpine's against Debian's) end in 139.",
      "POSIX, Shell Command Language 2.8.2; docker run(1), Exit Status"},
     {.words = {by_itself}, .stop_code = exited, .exit = Exit::signal}},
    {{"ecs.exit.137", Place::task, Certainty::second, Gravity::fatal, Owner::undecided,
      "the container was killed from outside without a word why",
      "aws ecs describe-tasks --region {region} --cluster {cluster} --tasks {task} --query "
      "'tasks[].containers[].[name,exitCode,reason]' --output text",
      "137 is SIGKILL, and AWS did not say that memory was the reason. On EC2 the kernel of the host may have been "
      "short "
      "of memory as a whole; a supervisor inside the container may have killed its child; or a process that ignores "
      "SIGTERM ran out of stopTimeout. Look whether the old revision suffers on the same hosts.",
      "docker run(1), Exit Status; aws/agent-toolkit-for-aws, ecs-troubleshooting-guide.md"},
     {.words = {by_itself}, .stop_code = exited, .exit = Exit::killed}},
    {{"ecs.exit.nonzero", Place::task, Certainty::second, Gravity::fatal, Owner::application,
      "the container crashed at its start", "tinystacks logs runtime",
      "The program ended with an exit code of its own; why stands in the last lines of its log. Once may be chance (a "
      "database that was restarting), the same code twice with no healthy task between is not. Codes 126 and 127 mean "
      "that the command could not be executed or was not found, and are proof at once. The circuit breaker of ECS does "
      "not count tasks that die after they were RUNNING, unless health checks see them.",
      "Amazon ECS API Reference, Task.stopCode; Amazon ECS Developer Guide, deployment circuit breaker; recorded "
      "tasks"},
     {.words = {by_itself}, .stop_code = exited, .exit = Exit::nonzero}},

    // Tasks that run, but not well.
    {{"ecs.health.container", Place::task, Certainty::second, Gravity::fatal, Owner::application,
      "the container's own health check fails", "docker exec CONTAINER sh -c 'the command of healthCheck'; echo $?",
      "The healthCheck of the task definition ran inside the container and did not exit 0 often enough. Look whether "
      "the command exists in the image (slim images have no curl), whether it asks localhost and the right port, and "
      "whether startPeriod covers the time the start takes. A HEALTHCHECK of the Dockerfile is ignored by ECS.",
      "Amazon ECS API Reference, HealthCheck; recorded stopped tasks and service events"},
     {.words = {"failed container health checks"}, .also = Place::event}},
    {{"ecs.health.elb.stop", Place::task, Certainty::second, Gravity::fatal, Owner::application,
      "ECS stopped the task because the load balancer found it unhealthy",
      "aws elbv2 describe-target-groups --region {region} --query "
      "'TargetGroups[].[TargetGroupName,HealthCheckPath,HealthCheckPort,Matcher.HttpCode]' --output text",
      "The target group's health check failed as often as its threshold allows. The exit code of such a task (0, 137 "
      "or "
      "143) is the stop, not a crash. The target's health says more while the task lives: a status code, a time-out, "
      "or "
      "a refused connection. A slow start needs healthCheckGracePeriodSeconds.",
      "Elastic Load Balancing guide, target group health checks; recorded stopped tasks"},
     {{"Task failed ELB health checks"}}},
};

constexpr Cause not_run = {
    "ecs.exit.nonzero",
    Place::task,
    Certainty::first,
    Gravity::fatal,
    Owner::application,
    "the container's command cannot be executed or is not in the image",
    "docker run --rm --entrypoint sh {image} -c 'ls -l / && echo $PATH'",
    "A shell inside the container ends with 127 when it does not find the command, and with 126 when it may not "
    "execute "
    "it. Neither changes by another try. Compare the image's CMD and ENTRYPOINT with what lies in it.",
    "POSIX, Shell Command Language 2.8.2; docker run(1), Exit Status"};

}  // namespace

std::span<const Entry> task_end_causes()
{
    return entries;
}

const Cause& command_not_run()
{
    return not_run;
}

}  // namespace tinystacks::deployment::detail
