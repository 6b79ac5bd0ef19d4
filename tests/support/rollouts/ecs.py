"""The calls of Amazon ECS, answered from the service as it is now. Shapes: botocore's ECS model of 2026."""
import re

from .names import Refused, arn, last_part, present, role
from .rollout import GOING

DEFAULTS = {"cpu": 0, "essential": True, "portMappings": [], "environment": [], "mountPoints": [], "volumesFrom": []}


# What only AWS may set. AWS CLI and SDKs do not even send it.
READ_ONLY = ("taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy",
             "deregisteredAt")


def check_definition(ask):
    for name in READ_ONLY:
        if name in ask:
            raise Refused("ClientException", f"Unknown parameter in input: {name}")
    for tag in ask.get("tags", []):
        if tag["key"].lower().startswith("aws:"):
            raise Refused("InvalidParameterException", "Some tags contain invalid keys: the prefix aws: is reserved.")
    for container in ask["containerDefinitions"]:
        plain = [e["name"] for e in container.get("environment", [])]
        for secret in container.get("secrets", []):
            if secret["name"] in plain:
                raise Refused("ClientException", "The secret name must be unique and not shared with any new or existing environment "
                                                 f"variables set on the container, such as '{secret['name']}'.")


def page(rows, ask, member, most=100):
    start, size = int(ask.get("nextToken") or 0), min(int(ask.get("maxResults") or most), most)
    more = start + size < len(rows)
    return present(**{member: rows[start:start + size], "nextToken": str(start + size) if more else None})


class Ecs:
    """One method an operation, named as AWS names it; `ask` is the request's JSON."""

    def __init__(self, service):
        self.service = service

    # -- what is meant

    def _in_cluster(self, ask):
        if last_part(ask.get("cluster") or "default") != self.service.cluster:
            raise Refused("ClusterNotFoundException", "Cluster not found.")

    def _is_ours(self, name):
        return self.service.state != "MISSING" and last_part(name or "") == self.service.name

    def _service(self, ask):
        self._in_cluster(ask)
        if not self._is_ours(ask.get("service")):
            raise Refused("ServiceNotFoundException", "Service not found.")

    def _definition(self, name):
        known = self.service.definitions
        if name in known:
            return known[name]
        wanted = last_part(name or "")
        hits = [d for a, d in known.items() if last_part(a) == wanted or d["family"] == wanted]
        if not hits:
            raise Refused("ClientException", "Unable to describe task definition.")
        return max(hits, key=lambda d: d["revision"])

    def _missing(self, kind, name):
        return {"arn": name if name.startswith("arn:") else arn("ecs", f"{kind}/{self.service.cluster}/{name}"), "reason": "MISSING"}

    # -- task definitions

    def RegisterTaskDefinition(self, ask):
        definition = {k: v for k, v in ask.items() if k != "tags"}
        if not definition.get("family") or not definition.get("containerDefinitions"):
            raise Refused("ClientException", "Family and container definitions must be given.")
        check_definition(ask)
        definition["containerDefinitions"] = [{**DEFAULTS, **c} for c in definition["containerDefinitions"]]
        registered, tags = self.service.register(definition), ask.get("tags", [])
        self.service.tags[registered["taskDefinitionArn"]] = tags
        return {"taskDefinition": registered, "tags": tags}

    def DescribeTaskDefinition(self, ask):
        definition = self._definition(ask.get("taskDefinition"))
        tags = self.service.tags.get(definition["taskDefinitionArn"], []) if "TAGS" in ask.get("include", []) else []
        return {"taskDefinition": definition, "tags": tags}

    def ListTaskDefinitions(self, ask):
        family = ask.get("familyPrefix")
        rows = [a for a, d in self.service.definitions.items() if not family or d["family"] == family]
        return {"taskDefinitionArns": rows[::-1] if ask.get("sort") == "DESC" else rows}

    # -- clusters and services

    def DescribeClusters(self, ask):
        service, clusters, failures = self.service, [], []
        for name in ask.get("clusters") or ["default"]:
            if last_part(name) == service.cluster:
                clusters.append({"clusterArn": service.cluster_arn, "clusterName": service.cluster, "status": "ACTIVE",
                                 "runningTasksCount": sum(t.running() for t in service.tasks), "pendingTasksCount": 0,
                                 "activeServicesCount": 1, "registeredContainerInstancesCount": int(service.launch != "FARGATE"),
                                 "statistics": [], "tags": [], "settings": [], "capacityProviders": [],
                                 "defaultCapacityProviderStrategy": []})
            else:
                failures.append({"arn": arn("ecs", "cluster/" + last_part(name)), "reason": "MISSING"})
        return {"clusters": clusters, "failures": failures}

    def ListClusters(self, _):
        return {"clusterArns": [self.service.cluster_arn]}

    def ListServices(self, ask):
        self._in_cluster(ask)
        return {"serviceArns": [self.service.arn] if self.service.state == "ACTIVE" else []}

    def DescribeServices(self, ask):
        self._in_cluster(ask)
        names = ask.get("services") or []
        if not 1 <= len(names) <= 10:
            raise Refused("InvalidParameterException", "Services cannot be empty, and at most 10.")
        view = self._view_service()
        behind = self.service.before_change
        if behind and self.service.agenda.now < behind["until"]:
            behind["asked"] += 1
            view = behind["view"] if behind["asked"] % 2 else view
        return {"services": [view for n in names if self._is_ours(n)],
                "failures": [self._missing("service", last_part(n)) for n in names if not self._is_ours(n)]}

    def _current(self):
        """The service deployment that the service names: an earlier one for a moment."""
        attempts, lag = self.service.attempts, self.service.lag["current"]
        for attempt in reversed(attempts):
            if attempt.created < 0 or self.service.agenda.now >= attempt.created + lag:
                return attempt.arn
        return None

    def _view_balancers(self):
        service = self.service
        if not service.balancer:
            return []
        view = {"targetGroupArn": service.groups[0], "containerName": service.containers[0],
                "containerPort": service.balancer.get("port", 8080)}
        if service.strategy != "ROLLING":
            listener = service.balancer_arn.split(":loadbalancer/")[1]
            view["advancedConfiguration"] = {
                "alternateTargetGroupArn": service.groups[1], "roleArn": role("ecs-balancer"),
                "productionListenerRule": arn("elasticloadbalancing", f"listener-rule/{listener}/3f1d0c5b9e7a2468/0a1b2c3d4e5f6071")}
        return [view]

    def _view_service(self):
        service = self.service
        wall, fargate = service.clock.wall, service.launch == "FARGATE"
        living = service.living()
        running = sum(t.running() for t in living)
        newest_first = sorted(service.events, key=lambda e: e["at"])[::-1][:100]
        return present(
            serviceArn=service.arn, serviceName=service.name, clusterArn=service.cluster_arn, status=service.state,
            desiredCount=service.desired, runningCount=running, pendingCount=len(living) - running, launchType=service.launch,
            platformVersion="LATEST" if fargate else None, platformFamily="Linux" if fargate else None,
            taskDefinition=service.primary.definition, deploymentConfiguration=service.configuration(),
            deployments=[d.view() for d in service.deployments], loadBalancers=self._view_balancers(), serviceRegistries=[],
            roleArn=role("aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"), createdAt=wall(-9e6), placementConstraints=[],
            events=[{"id": e["id"], "createdAt": wall(e["at"]), "message": e["message"]} for e in newest_first],
            placementStrategy=[], networkConfiguration=service.network(), currentServiceDeployment=self._current(),
            healthCheckGracePeriodSeconds=(service.balancer or {}).get("grace", 0), schedulingStrategy="REPLICA",
            deploymentController={"type": "ECS"}, createdBy=role("vendor"), enableECSManagedTags=False, propagateTags="NONE",
            enableExecuteCommand=False, availabilityZoneRebalancing="DISABLED")

    def UpdateService(self, ask):
        self._service(ask)
        service = self.service
        if service.state != "ACTIVE":
            raise Refused("ServiceNotActiveException", "Service was not ACTIVE.")
        asked = ask.get("taskDefinition")
        definition = self._definition(asked)["taskDefinitionArn"] if asked else service.primary.definition
        if service.lag["service"] and service.before_change is None:
            service.before_change = {"until": service.agenda.now + service.lag["service"], "view": self._view_service(), "asked": 0}
        service.desired = ask.get("desiredCount", service.desired)
        configuration = ask.get("deploymentConfiguration") or {}
        service.percent = [configuration.get("minimumHealthyPercent", service.percent[0]),
                           configuration.get("maximumPercent", service.percent[1])]
        service.breaker.update(configuration.get("deploymentCircuitBreaker") or {})
        if ask.get("forceNewDeployment") or definition != service.primary.definition:
            service.deploy(definition, self._kind(definition), service.agenda.now)
        service.poke(service.agenda.now)
        return {"service": self._view_service()}

    def _kind(self, definition):
        """What brings the old image back is no new release, whatever the revision is called."""
        service, name = self.service, self.service.containers[0]
        same = service.image_of(definition, name) == service.image_of(service.old_definition, name)
        tried = any(d.kind == "new" for d in service.history)
        return "back" if same and tried and not service.first else "new"

    # -- tasks

    def _listed(self, task):
        return not task.gone() or self.service.agenda.now <= task.stopped_at + self.service.kept_for

    def ListTasks(self, ask):
        self._in_cluster(ask)
        filters = [k for k in ("serviceName", "family", "containerInstance", "launchType") if ask.get(k)]
        if ask.get("startedBy") and filters:
            raise Refused("InvalidParameterException", "startedBy cannot be combined with another filter.")
        if ask.get("serviceName") and not self._is_ours(ask["serviceName"]):
            raise Refused("ServiceNotFoundException", "Service not found.")
        living = ask.get("desiredStatus", "RUNNING") != "STOPPED"
        rows = [t for t in self.service.tasks if t.alive() == living and self._listed(t)]
        if ask.get("startedBy"):
            rows = [t for t in rows if t.deployment.id == ask["startedBy"]]
        if ask.get("family"):
            rows = [t for t in rows if self.service.definitions[t.deployment.definition]["family"] == ask["family"]]
        return page([t.arn for t in rows], ask, "taskArns")

    def DescribeTasks(self, ask):
        self._in_cluster(ask)
        names = ask.get("tasks") or []
        if not 1 <= len(names) <= 100:
            raise Refused("InvalidParameterException", "Tasks cannot be empty, and at most 100.")
        known = {t.id: t for t in self.service.tasks if self._listed(t)}
        return {"tasks": [known[last_part(n)].view() for n in names if last_part(n) in known],
                "failures": [self._missing("task", n) for n in names if last_part(n) not in known]}

    # -- service deployments

    def ListServiceDeployments(self, ask):
        self._service(ask)
        service, span = self.service, ask.get("createdAt") or {}
        wall = service.clock.wall
        rows = [a for a in reversed(service.attempts) if a.created < 0 or service.agenda.now >= a.created + service.lag["list"]]
        rows = [a for a in rows if not ask.get("status") or a.status in ask["status"]]
        rows = [a for a in rows if span.get("after", 0) <= wall(a.created) <= span.get("before", 1e12)]
        return page([a.brief() for a in rows], ask, "serviceDeployments")

    def _attempt(self, name):
        return next((a for a in self.service.attempts if a.arn == name), None)

    def DescribeServiceDeployments(self, ask):
        asked = [(n, self._attempt(n)) for n in ask.get("serviceDeploymentArns") or []]
        return {"serviceDeployments": [a.view() for _, a in asked if a],
                "failures": [{"arn": n, "reason": "MISSING"} for n, a in asked if not a]}

    def DescribeServiceRevisions(self, ask):
        service, revisions, failures = self.service, [], []
        for name in ask.get("serviceRevisionArns") or []:
            deployment = next((d for d in service.history if d.revision == name), None)
            late = deployment and deployment.created >= 0 and service.agenda.now < deployment.created + service.lag["revision"]
            if deployment is None or late:
                failures.append({"arn": name, "reason": "MISSING"})
            else:
                revisions.append(self._view_revision(deployment))
        return {"serviceRevisions": revisions, "failures": failures}

    def _view_revision(self, deployment):
        service = self.service
        fargate = service.launch == "FARGATE"
        images = [{"containerName": c["name"], "image": c["image"]}
                  for c in service.definitions[deployment.definition]["containerDefinitions"]]
        return present(
            serviceRevisionArn=deployment.revision, serviceArn=service.arn, clusterArn=service.cluster_arn,
            taskDefinition=deployment.definition, launchType=service.launch, platformVersion="1.4.0" if fargate else None,
            platformFamily="Linux" if fargate else None, networkConfiguration=service.network(), containerImages=images,
            guardDutyEnabled=False, createdAt=service.clock.wall(deployment.created))

    def StopServiceDeployment(self, ask):
        attempt = self._attempt(ask.get("serviceDeploymentArn"))
        if attempt is None:
            raise Refused("ServiceDeploymentNotFoundException", "The service deployment was not found.")
        if ask.get("stopType", "ROLLBACK") != "ROLLBACK":
            raise Refused("InvalidParameterException", "stopType ABORT is not supported.")
        if attempt.over():
            raise Refused("ConflictException", "The service deployment has ended.")
        if attempt.status in GOING:
            self.service.ask_for_rollback(attempt, self.service.agenda.now)
            self.service.agenda.mark("client.stops", self.service.agenda.now)
        return {"serviceDeploymentArn": attempt.arn}

    def ContinueServiceDeployment(self, ask):
        if self._attempt(ask.get("serviceDeploymentArn")) is None:
            raise Refused("ServiceDeploymentNotFoundException", "The service deployment was not found.")
        self.service.stages.let_go(self.service.agenda.now, ask.get("action", "CONTINUE"))
        return {"serviceDeploymentArn": ask["serviceDeploymentArn"]}

    # -- container instances

    def ListContainerInstances(self, ask):
        self._in_cluster(ask)
        return {"containerInstanceArns": [] if self.service.launch == "FARGATE" else [self.service.instance_arn]}

    def DescribeContainerInstances(self, ask):
        self._in_cluster(ask)
        service = self.service
        free = service.story.get("service", {}).get("free", {})
        here, failures = [], []
        for name in ask.get("containerInstances") or []:
            if service.launch == "FARGATE" or last_part(name) != last_part(service.instance_arn):
                failures.append(self._missing("container-instance", name))
                continue
            here.append({"containerInstanceArn": service.instance_arn, "ec2InstanceId": "i-0c7d1e2f3a4b50617", "version": 31,
                         "remainingResources": resources(free.get("cpu", 512), free.get("memory", 900)),
                         "registeredResources": resources(2048, 3884), "status": "ACTIVE", "agentConnected": True,
                         "runningTasksCount": sum(t.running() for t in service.tasks), "pendingTasksCount": 0})
        return {"containerInstances": here, "failures": failures}

    def ListTagsForResource(self, _):
        return {"tags": []}

    def TagResource(self, _):
        return {}


def resources(cpu, memory):
    return [{"name": name, "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": value}
            for name, value in (("CPU", cpu), ("MEMORY", memory))]


OPERATIONS = frozenset(name for name in vars(Ecs) if re.match(r"[A-Z]", name))
