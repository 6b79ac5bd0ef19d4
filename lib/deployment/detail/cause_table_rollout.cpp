#include "deployment/detail/cause_table.hpp"

namespace tinystacks::deployment::detail {
namespace {

constexpr Entry entries[] = {
    // What service events say of the rollout as a whole.
    {{"ecs.deploy.stuck_config", Place::event, Certainty::first, Gravity::fatal, Owner::application,
      "minimumHealthyPercent and maximumPercent leave no room to replace a task",
      "aws ecs update-service --region {region} --cluster {cluster} --service {service} --deployment-configuration "
      "'minimumHealthyPercent=100,maximumPercent=200'",
      "ECS may neither stop an old task without falling below the minimum nor start a new one without crossing the "
      "maximum: 100/100 does that with any count, and 51/149 with a single task. The rollout stands still until one of "
      "the two is changed.",
      "Amazon ECS Developer Guide, service event messages"},
     {{"because of the service deployment configuration"}}},
    {{"ecs.deploy.impaired", Place::event, Certainty::symptom, Gravity::wait, Owner::undecided,
      "tasks of the service keep failing, and ECS waits longer and longer between tries",
      "aws ecs list-tasks --region {region} --cluster {cluster} --service-name {service} --desired-status STOPPED",
      "After several tasks that never reached RUNNING the pause grows up to 27 minutes. It says that something is "
      "wrong, "
      "not what: the stopped tasks do.",
      "Amazon ECS Developer Guide, service event messages and service throttle logic"},
     {{"unable to consistently start tasks"}}},
    {{"ecs.deploy.throttled", Place::event, Certainty::first, Gravity::wait, Owner::infrastructure,
      "AWS is throttling what ECS does for the service",
      "aws service-quotas list-service-quotas --region {region} --service-code ecs",
      "ECS, EC2 or the load balancer's API is asked for more than the account may. ECS tries again by itself. Fewer "
      "rollouts at the same time help, or a higher quota.",
      "Amazon ECS Developer Guide, service event messages"},
     {{"operations are being throttled"}}},

    // A service deployment's status and its reason.
    {{"ecs.bg.hook_said_no", Place::rollout, Certainty::first, Gravity::fatal, Owner::application,
      "a lifecycle hook of the deployment judged the new version bad",
      "aws logs tail --region {region} --since 1h /aws/lambda/HOOK",
      "Your own function was called at the stage that the message names and answered hookStatus FAILED. ECS rolls back "
      "at once. Why it said so is in the function's log.",
      "Amazon ECS Developer Guide, troubleshooting blue/green deployments; recorded replies"},
     {{"returned FAILED status"}}},
    {{"ecs.bg.elb_denied", Place::rollout, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "ECS may not shift the load balancer's traffic",
      "aws iam attach-role-policy --role-name ROLE --policy-arn "
      "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers",
      "A blue/green, linear or canary deployment changes listeners and rules with the infrastructure role of the "
      "service's load balancer settings. That role lacks the action which the message names.",
      "Amazon ECS Developer Guide, troubleshooting blue/green deployments"},
     {{"lifecycle hook(s) failed. User*not authorized to perform: elasticloadbalancing"}}},
    {{"ecs.bg.hook_broken", Place::rollout, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "a lifecycle hook of the deployment could not be called or gave no valid answer",
      "aws lambda get-policy --region {region} --function-name HOOK",
      "ECS assumes the hook's role and invokes its function, which must answer with a hookStatus of SUCCEEDED, FAILED "
      "or "
      "IN_PROGRESS. Check the role's trust policy, lambda:InvokeFunction, and what the function returns.",
      "Amazon ECS Developer Guide, troubleshooting blue/green deployments; recorded replies"},
     {{"lifecycle hook(s) failed. ECS was unable"}}},
    {{"ecs.bg.network_config", Place::rollout, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "listener rules and target groups of the service do not fit a blue/green deployment",
      "aws elbv2 describe-rules --region {region} --listener-arn LISTENER",
      "Both target groups must hang on the production rule (and on the test rule, if there is one), and exactly one of "
      "them may carry weight when the deployment begins. Somebody changed the weights by hand, or an earlier "
      "deployment "
      "was stopped half-way.",
      "Amazon ECS Developer Guide, troubleshooting blue/green deployments"},
     {{"invalid networking configuration"}}},
    {{"ecs.bg.pause_timeout", Place::rollout, Certainty::first, Gravity::fatal, Owner::operator_,
      "nobody let the paused deployment go on in time", "tinystacks deploy",
      "A pause hook holds the deployment until ContinueServiceDeployment is called or its time is over; then ECS does "
      "what its timeoutAction says, here a rollback. Deploy again and answer in time, or give the hook more of it.",
      "Amazon ECS Developer Guide, troubleshooting blue/green deployments"},
     {{"pause hook timed out|hook=TIMED_OUT"}}},
    {{"ecs.deploy.alarm", Place::rollout, Certainty::first, Gravity::fatal, Owner::application,
      "a CloudWatch alarm of the service fired during the rollout",
      "aws cloudwatch describe-alarms --region {region} --state-value ALARM --query "
      "'MetricAlarms[].[AlarmName,StateReason]' --output text",
      "The service names alarms that end a deployment, and one of them went into ALARM while the new tasks ran. It is "
      "final for this release. Look at the requests and the log of the new tasks in the minutes before. Alarms do not "
      "see "
      "a release that never gets traffic.",
      "Amazon ECS API Reference, ServiceDeploymentAlarms; service events recorded by AWS Copilot's tests"},
     {.words = {"alarms=TRIGGERED|alarm detected"}, .also = Place::event}},
    {{"ecs.deploy.no_rollback", Place::rollout, Certainty::symptom, Gravity::fatal, Owner::undecided,
      "the deployment failed and there is no earlier version to go back to", "tinystacks deploy",
      "It is the service's first deployment, or none of the earlier ones ended well, so ECS has nothing to roll back "
      "to. "
      "Why the release failed stands in its tasks. Correct that and deploy again.",
      "recorded replies; Amazon ECS Developer Guide, service deployments"},
     {{"No rollback candidate"}}},
    {{"ecs.deploy.breaker", Place::rollout, Certainty::symptom, Gravity::fatal, Owner::undecided,
      "the deployment circuit breaker of ECS ended the rollout",
      "aws ecs list-tasks --region {region} --cluster {cluster} --service-name {service} --desired-status STOPPED",
      "So many tasks failed to start, or failed health checks, that ECS gave up: half of the desired count, at least 3 "
      "and at most 200, unless the service says otherwise. It is final for this release and names no reason; the "
      "stopped "
      "tasks do, and they are shown in its stead.",
      "Amazon ECS Developer Guide, deployment circuit breaker and service deployments; recorded replies"},
     {.words = {"circuit breaker threshold was exceeded|breaker=TRIGGERED|circuit breaker: tasks failed to "
                "start|deployment failed: tasks failed to start"},
      .also = Place::event}},
    {{"ecs.deploy.rollback_asked", Place::rollout, Certainty::first, Gravity::fatal, Owner::operator_,
      "somebody asked ECS to stop this deployment and roll it back",
      "aws cloudtrail lookup-events --region {region} --lookup-attributes "
      "AttributeKey=EventName,AttributeValue=StopServiceDeployment",
      "StopServiceDeployment was called by a person or another program. What the release itself was worth is not "
      "known. "
      "When tinystacks makes that call it says so, and gives the cause that made it.",
      "Amazon ECS Developer Guide, stopping service deployments; Amazon ECS API Reference, ServiceDeployment.status"},
     {{"status=ROLLBACK_REQUESTED"}}},
    {{"ecs.deploy.superseded", Place::rollout, Certainty::first, Gravity::fatal, Owner::operator_,
      "another deployment took the place of this one",
      "aws ecs list-service-deployments --region {region} --cluster {cluster} --service {service}",
      "A service carries out one deployment at a time: a newer UpdateService stops the older one without judging it. "
      "Look who deployed, and whether their version holds yours. A service whose circuit breaker does not roll back "
      "ends "
      "a deployment in the same state.",
      "Amazon ECS Developer Guide, service deployments"},
     {{"status=STOPPED"}}},
    {{"ecs.bg.waiting", Place::rollout, Certainty::first, Gravity::wait, Owner::operator_,
      "the deployment is paused until somebody lets it go on",
      "aws ecs continue-service-deployment --region {region} --service-deployment-arn DEPLOYMENT --hook-id HOOK",
      "A pause hook waits for a person or a program. The two versions stay as they are until then, and at its end its "
      "timeoutAction decides.",
      "Amazon ECS API Reference, ServiceDeployment.lifecycleHookDetails"},
     {{"hook=AWAITING_ACTION"}}},

    // What no words of AWS tell.
    {{"ecs.deploy.timeout", Place::rollout, Certainty::first, Gravity::fatal, Owner::undecided,
      "the service did not become steady in time", "tinystacks status --watch",
      "Tasks were started and none failed for a reason that AWS names, but the rollout did not end within the time "
      "given. "
      "A slow start, a long deregistration delay of the target group, or a service that stays short of tasks lead "
      "here. "
      "ECS goes on with the rollout unless it was told to go back.",
      "ours: the time limit of a deployment"}},
    {{"unknown", Place::task, Certainty::third, Gravity::fatal, Owner::undecided,
      "the new version does not come up, for a reason that tinystacks does not know",
      "aws ecs describe-tasks --region {region} --cluster {cluster} --tasks {task}",
      "The words of AWS fit none of the causes in this list; they are shown as they came. Please report them: "
      "`tinystacks "
      "deploy --record FILE` keeps what was observed, without secrets and account numbers.",
      "ours"}},
};

}  // namespace

std::span<const Entry> rollout_causes()
{
    return entries;
}

}  // namespace tinystacks::deployment::detail
