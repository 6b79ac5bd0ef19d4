#include "deployment/detail/cause_table.hpp"

namespace tinystacks::deployment::detail {
namespace {

constexpr Entry entries[] = {
    {{"ecs.image.not_found.event", Place::event, Certainty::first, Gravity::fatal, Owner::application,
      "ECS could not even place a task, because the image does not exist",
      "aws ecr describe-images --region {region} --repository-name {repository} --image-ids imageTag={tag}",
      "ECS looks up the digest of a tag before it starts tasks. When the registry knows no such image, a service event "
      "is all that shows: no task is ever made. What holds for ecs.image.not_found holds here.",
      "recorded service events; Amazon ECS Developer Guide, container image resolution"},
     {{"was unable to place a task. Reason: CannotPull*not found"}}},
    {{"ecs.role.assume", Place::event, Certainty::second, Gravity::fatal, Owner::infrastructure,
      "ECS may not assume the role of the task",
      "aws iam get-role --role-name ROLE --query Role.AssumeRolePolicyDocument",
      "The trust policy of the task role or the execution role must let ecs-tasks.amazonaws.com assume it, and the "
      "role "
      "must exist. Right after a role is made IAM may still refuse, so the message must come again, a minute later. "
      "The "
      "caller of the deployment needs iam:PassRole besides.",
      "recorded service events; Amazon ECS Developer Guide, IAM roles for ECS tasks"},
     {.words = {"unable to assume the role"}, .also = Place::task}},

    // Target health; ECS repeats its reason in an event.
    {{"ecs.health.elb.code", Place::target, Certainty::first, Gravity::fatal, Owner::application,
      "the application answers the load balancer's health check with a wrong status code",
      "aws elbv2 describe-target-groups --region {region} --query "
      "'TargetGroups[].[TargetGroupName,HealthCheckPath,Matcher.HttpCode]' --output text",
      "The connection works; what comes back is not among the codes of the target group's matcher, 200 unless it says "
      "otherwise. The code is in the message. 404: the health path is wrong; 301 or 302: the application redirects, "
      "often to HTTPS or a login; 401 or 403: the path asks for credentials; 400: a check of the Host header; 5xx: the "
      "application is up, but broken.",
      "Elastic Load Balancing API, TargetHealth.Reason; Elastic Load Balancing guide, target group health checks"},
     {.words = {"Target.ResponseCodeMismatch|Health checks failed with these codes"}, .also = Place::event}},
    {{"ecs.health.elb.timeout", Place::target, Certainty::first, Gravity::fatal, Owner::application,
      "the load balancer's health check gets no answer in time",
      "let the application listen on 0.0.0.0, and the task's security group accept its port from the load balancer's",
      "A time-out, unlike a refusal, means that packets are dropped or that the application takes too long. If targets "
      "of "
      "the old revision stay healthy, the network is as it was, and this release is slow, stuck, or bound to "
      "127.0.0.1. "
      "If no target passes at all, the security group or the route between load balancer and task is closed, and that "
      "is "
      "the infrastructure's.",
      "Elastic Load Balancing API, TargetHealth.Reason; Elastic Load Balancing guide, target group health checks"},
     {.words = {"Target.Timeout|Request timed out"}, .also = Place::event}},
    {{"ecs.health.elb.refused", Place::target, Certainty::first, Gravity::fatal, Owner::application,
      "nothing answers where the load balancer's health check connects",
      "compare containerPort in the task definition with the port that the application listens on",
      "The connection was refused or broke off, or what came was no valid answer. The application listens on another "
      "port "
      "or on 127.0.0.1 only, speaks HTTPS where HTTP is asked, or is not up yet and the grace period is too short.",
      "Elastic Load Balancing API, TargetHealth.Reason; Elastic Load Balancing guide, target group health checks"},
     {.words = {"Target.FailedHealthChecks|(reason Health checks failed)"}, .also = Place::event}},
    {{"ecs.target.not_in_use", Place::target, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "the target group gets no traffic from any load balancer",
      "aws elbv2 describe-listeners --region {region} --load-balancer-arn LOAD_BALANCER",
      "The target is registered, but no listener rule forwards to its group, or the target's zone is not enabled for "
      "the "
      "load balancer. Health checks are not even made then. Add the group to a rule, or the zone's subnet to the load "
      "balancer.",
      "Elastic Load Balancing API, TargetHealth.Reason"},
     {{"Target.NotInUse"}}},
    {{"ecs.target.invalid", Place::target, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "the target cannot be used by its target group",
      "aws elbv2 describe-target-groups --region {region} --query 'TargetGroups[].[TargetGroupName,TargetType]' "
      "--output "
      "text",
      "Target type and network mode do not fit, or the address belongs to the load balancer itself. Tasks in awsvpc "
      "mode "
      "need a group of type ip, those in bridge or host mode one of type instance, whose instance must be running.",
      "Elastic Load Balancing API, TargetHealth.Reason"},
     {{"Target.IpUnusable|Target.InvalidState"}}},
    {{"ecs.target.elb_internal", Place::target, Certainty::persistent, Gravity::wait, Owner::infrastructure,
      "the load balancer has a fault of its own",
      "aws elbv2 describe-load-balancers --region {region} --query 'LoadBalancers[].[LoadBalancerName,State.Code]' "
      "--output text",
      "AWS reports an error inside the load balancer, which has nothing to do with the release. It mostly passes "
      "within a "
      "minute or two; if not, see AWS Health.",
      "Elastic Load Balancing API, TargetHealth.Reason"},
     {{"Elb.InternalError"}}},
    {{"ecs.target.tg_gone", Place::event, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "the service's target group no longer exists",
      "aws elbv2 describe-target-groups --region {region} --query 'TargetGroups[].TargetGroupArn' --output text",
      "Somebody deleted the target group that the service registers its tasks in. Create it again and update the "
      "service's load balancer settings, which a rolling deployment can do since 2022.",
      "Amazon ECS Developer Guide, service event messages"},
     {{"TARGET GROUP IS NOT FOUND|TARGET IS NOT FOUND"}}},
    {{"ecs.elb.denied", Place::event, Certainty::second, Gravity::fatal, Owner::infrastructure,
      "ECS may not use the load balancer",
      "attach AmazonECSInfrastructureRolePolicyForLoadBalancers to the role that the message names",
      "To register targets and to read their health ECS uses its service-linked role or the infrastructure role of the "
      "service. The message names action and resource. A policy that was attached a moment ago needs a minute, so one "
      "event is no proof.",
      "Amazon ECS Developer Guide, troubleshooting blue/green deployments"},
     {{"failed to register targets|failed to deregister targets|failed to describe target health", "not authorized"}}},

    // Where to run it. AWS says the same event again only after six hours: silence is no recovery.
    {{"ecs.place.resource", Place::event, Certainty::persistent, Gravity::wait, Owner::infrastructure,
      "no container instance has enough free CPU, memory, GPU or network interfaces",
      "aws ecs describe-container-instances --region {region} --cluster {cluster} --query "
      "'containerInstances[].remainingResources' --container-instances INSTANCES",
      "During a rollout old and new tasks need room side by side, up to maximumPercent. Add an instance, let a "
      "capacity "
      "provider scale the group, ask for less in the task definition, or let old tasks end first "
      "(minimumHealthyPercent "
      "0 to 50). A task that is larger than any instance as a whole never fits, and is the application's to change.",
      "Amazon ECS Developer Guide, service event messages and API failure reasons"},
     {.words = {"insufficient CPU units|insufficient memory|insufficient "
                "GPU|RESOURCE:CPU|RESOURCE:MEMORY|RESOURCE:GPU|RESOURCE:ENI"},
      .also = Place::task}},
    {{"ecs.place.port", Place::event, Certainty::persistent, Gravity::wait, Owner::infrastructure,
      "every container instance already uses the host port that the task wants",
      "set hostPort to 0 in the task definition, so that every task gets a port of its own",
      "With a fixed host port an instance runs one such task, so the new one waits until an old one ends. Use dynamic "
      "ports behind a load balancer, one instance more than tasks, or minimumHealthyPercent 0.",
      "Amazon ECS Developer Guide, service event messages"},
     {{"already using a port required"}}},
    {{"ecs.place.attribute", Place::event, Certainty::persistent, Gravity::fatal, Owner::undecided,
      "no container instance offers what the task definition demands",
      "aws ecs list-container-instances --region {region} --cluster {cluster} --filter "
      "'attribute:ecs.cpu-architecture == x86_64'",
      "An attribute is missing on every instance: a log driver, awsvpc support, an architecture, secrets support of "
      "the "
      "agent, or one of your own that a placement constraint asks for. If this release added the demand it is the "
      "application's, otherwise the instances changed.",
      "Amazon ECS Developer Guide, service event messages and API failure reasons"},
     {.words = {"missing an attribute|TaskFailedToStart: ATTRIBUTE|MemberOf placement constraint"},
      .also = Place::task}},
    {{"ecs.place.agent", Place::event, Certainty::persistent, Gravity::wait, Owner::infrastructure,
      "the ECS agent of a container instance is not connected",
      "aws ecs describe-container-instances --region {region} --cluster {cluster} --query "
      "'containerInstances[].[ec2InstanceId,agentConnected]' --output text --container-instances INSTANCES",
      "The instance has room, but its agent does not answer: stopped, without a way to the ECS endpoints, or on a host "
      "out of memory. Restart it there with systemctl restart ecs, or let Auto Scaling replace the instance.",
      "Amazon ECS Developer Guide, service event messages and API failure reasons"},
     {.words =
          {"encountered error \"AGENT\"|encountered error AGENT|TaskFailedToStart: AGENT|Timed out waiting for Amazon "
           "ECS Agent"},
      .also = Place::task}},
    {{"ecs.place.no_instance", Place::event, Certainty::persistent, Gravity::wait, Owner::infrastructure,
      "the cluster has no container instance for the task",
      "aws ecs list-container-instances --region {region} --cluster {cluster}",
      "No instance is registered and active, or none meets the demands and AWS names no nearest one. Look at the Auto "
      "Scaling group behind the capacity provider, at ECS_CLUSTER in the instances' user data, and whether the service "
      "was meant for Fargate.",
      "Amazon ECS Developer Guide, service event messages and API failure reasons"},
     {.words = {"No Container Instances were found|NO ACTIVE INSTANCES|EMPTY CAPACITY PROVIDER|met all of its "
                "requirements$"},
      .also = Place::task}},
    {{"ecs.place.fargate_capacity", Place::event, Certainty::first, Gravity::wait, Owner::infrastructure,
      "Fargate has no capacity left in the zones of the service",
      "aws ecs update-service --region {region} --cluster {cluster} --service {service} --network-configuration "
      "'awsvpcConfiguration={subnets=[SUBNETS OF MORE ZONES]}'",
      "AWS is short of machines in those zones for now and keeps trying. More zones, another CPU and memory pair, or "
      "FARGATE beside FARGATE_SPOT give it more to choose from.",
      "Amazon ECS Developer Guide, service event messages"},
     {{"Capacity is unavailable at this time"}}},
    {{"ecs.place.quota", Place::event, Certainty::first, Gravity::wait, Owner::infrastructure,
      "a Fargate quota of the account is used up",
      "aws service-quotas list-service-quotas --region {region} --service-code fargate",
      "The account may run only so many vCPUs, and so many tasks, in a region at once, new accounts very few. A "
      "rollout "
      "needs room for old and new tasks together. Ask for a higher quota, or stop something.",
      "Amazon ECS Developer Guide, service event messages"},
     {{"reached the limit on the number of|configuration is above your limit|provisioning capacity limit was "
       "exceeded"}}},
    {{"ecs.place.zone", Place::event, Certainty::second, Gravity::wait, Owner::infrastructure,
      "ECS cannot place the task and gives an internal error",
      "aws ec2 describe-subnets --region {region} --query 'Subnets[].[SubnetId,AvailabilityZoneId]' --output text",
      "Most often a subnet lies in a zone that Fargate does not serve, for which AWS has no better words. If it passes "
      "by "
      "itself, it was a fault of AWS; if not, leave that zone's subnet out.",
      "Amazon ECS Developer Guide, service event messages"},
     {{"Reason: Internal error"}}},
    {{"ecs.place.partial", Place::event, Certainty::first, Gravity::wait, Owner::infrastructure,
      "ECS could start only some of the tasks that the deployment needs",
      "aws ecs describe-services --region {region} --cluster {cluster} --services {service} --query "
      "'services[].events[:5].message'",
      "There is room for some tasks, not for all. The event goes on with the reason, for which the other ecs.place "
      "causes tell what to do.",
      "Amazon ECS Developer Guide, service event messages"},
     {{"could not launch *task* for deployment"}}},
    {{"ecs.task.failed_to_start", Place::task, Certainty::third, Gravity::wait, Owner::undecided,
      "tasks do not start, and AWS gives no reason that tells why",
      "aws ecs describe-tasks --region {region} --cluster {cluster} --tasks {task} --query "
      "'tasks[].[stoppedReason,containers[].reason]'",
      "On EC2 the task often says only this, and the cause stands in the reason of one of its containers, which is "
      "read "
      "first. Where there is none, an internal error of AWS is likely and another try may succeed; the same three "
      "times "
      "is no chance.",
      "Amazon ECS Developer Guide, TaskFailedToStart errors; recorded stopped tasks"},
     {{"Task failed to start|InternalError"}}},
};

}  // namespace

std::span<const Entry> event_causes()
{
    return entries;
}

}  // namespace tinystacks::deployment::detail
