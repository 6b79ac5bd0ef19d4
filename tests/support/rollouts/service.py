"""One cluster with one service: what it is, what it has said and done so far. Its scheduler is in scheduler.py."""
from .names import ACCOUNT, REGION, arn, hexadecimal, present, role, uuid
from .rollout import Attempt, Deployment
from .tasks import Task

DAY = 86400.0


class ServiceState:
    """The state, and small questions to it."""

    def __init__(self, story, clock, agenda, image):
        of = story.get("service", {})
        self.story, self.clock, self.agenda, self.seed = story, clock, agenda, story["story"]
        self.cluster, self.name, self.desired = of.get("cluster", "main"), of.get("name", "web"), of.get("desired", 2)
        self.launch, self.balancer, self.health_check = of.get("launch", "FARGATE"), of.get("balancer"), of.get("health_check")
        self.containers = of.get("containers", ["web"])
        self.breaker = {"enable": True, "rollback": True, **of.get("breaker", {})}
        self.percent = list(of.get("percent", [100, 200]))
        self.strategy, self.bake, self.settle = of.get("strategy", "ROLLING"), of.get("bake", 0), of.get("settle", 4.0)
        self.steps, self.step_seconds = of.get("steps", [100.0]), of.get("step_seconds", 4.0)
        self.alarm_names, self.alarms_roll_back = of.get("alarms", []), of.get("alarms_roll_back", True)
        self.hooks = [dict(h) for h in story.get("hooks", [])]
        self.first, self.state = of.get("first", False), of.get("state", "ACTIVE")
        self.lag = {"list": 0.8, "revision": 1.5, "current": 0.8, "service": 0.0, **story.get("lag", {})}
        self.kept_for = of.get("stopped_tasks_kept_for", 3600.0)
        self._name_things()
        self.tags = {}  # of task definitions, by ARN
        self.definitions, self.history, self.deployments, self.attempts, self.tasks, self.events = {}, [], [], [], [], []
        self.counts, self.told, self._due, self._alarm_on = {}, {}, None, False
        self.before_change = None  # (until, DescribeServices of before): a reply that is behind
        self._set_up(of, image)

    def _name_things(self):
        self.cluster_arn, self.arn = arn("ecs", "cluster/" + self.cluster), arn("ecs", f"service/{self.cluster}/{self.name}")
        self.instance_arn = arn("ecs", f"container-instance/{self.cluster}/{hexadecimal(32, self.name, 'instance')}")
        self.groups = [arn("elasticloadbalancing", f"targetgroup/{self.name}-{colour}/{hexadecimal(16, self.name, colour)}")
                       for colour in ("blue", "green")]
        self.balancer_arn = arn("elasticloadbalancing", f"loadbalancer/app/{self.name}/{hexadecimal(16, self.name, 'balancer')}")
        self.subnets = ["subnet-0" + hexadecimal(16, self.name, zone) for zone in "ab"]

    def _set_up(self, of, image):
        self.old_definition = self.register(self._first_definition(of, image))["taskDefinitionArn"]
        self.tags[self.old_definition] = [{"key": "aws:cloudformation:stack-name", "value": self.cluster}, {"key": "team", "value": "web"}]
        old = Deployment(self, self.old_definition, "old", self.story.get("old"), -DAY)
        self.deployments, self.primary, self.candidate = [old], old, None
        if self.first:
            return
        old.close("COMPLETED", f"ECS deployment {old.id} completed.", -DAY + 300)
        attempt = Attempt(self, old, [], -DAY)
        attempt.stage = "CLEAN_UP" if self.strategy != "ROLLING" else None
        attempt.share = 100.0
        attempt.move("SUCCESSFUL", -DAY + 300)
        self.attempts, self.candidate = [attempt], old
        for _ in range(self.desired):
            self.spawn(old).is_old_and_well(-DAY + 60)
        self.tell("has reached a steady state.", -DAY + 300)
        for event in self.story.get("past_events", []):
            self.tell(event["says"], -abs(event["ago"]))

    def _first_definition(self, of, image):
        port = (self.balancer or {}).get("port", 8080)
        logs = {"logDriver": "awslogs", "options": {"awslogs-group": f"/ecs/{self.name}", "awslogs-region": REGION,
                                                    "awslogs-stream-prefix": "ecs"}}
        containers = []
        for index, name in enumerate(self.containers):
            container = {"name": name, "image": of.get("image", image + ":before") if index == 0 else "public.ecr.aws/sidecar/agent:3",
                         "cpu": 0, "essential": index == 0 or not of.get("sidecars_optional", False), "portMappings": [],
                         "environment": of.get("environment", []) if index == 0 else [], "mountPoints": [], "volumesFrom": [], "logConfiguration": logs}
            if index == 0:
                container["portMappings"] = [{"containerPort": port, "hostPort": port, "protocol": "tcp"}]
                container.update({"secrets": of["secrets"]} if "secrets" in of else {})
                if self.health_check:
                    container["healthCheck"] = {"interval": 5, "timeout": 2, "retries": 2, "startPeriod": 0, **self.health_check}
            containers.append(container)
        return {"family": self.name, "networkMode": "awsvpc", "requiresCompatibilities": [self.launch], "cpu": "256", "memory": "512",
                "executionRoleArn": role(self.name + "-execution"), "taskRoleArn": role(self.name + "-task"),
                "containerDefinitions": containers}

    # -- small questions

    def checked(self):
        """Whether anything but RUNNING says that a task is good."""
        return bool(self.balancer or self.health_check)

    def threshold(self):
        return self.breaker.get("threshold") or max(3, min(200, -(-self.desired // 2)))

    def living(self):
        return [t for t in self.tasks if t.alive()]

    def attempt(self):
        return self.attempts[-1] if self.attempts else None

    def image_of(self, definition, container):
        containers = self.definitions[definition]["containerDefinitions"]
        return next((c["image"] for c in containers if c["name"] == container), containers[0]["image"])

    def variables_of(self, definition):
        container = self.definitions[definition]["containerDefinitions"][0]
        return container.get("environment", []), container.get("secrets", [])

    def say(self, text, task=None):
        """Words of a story with what they speak of put in."""
        deployment = task.deployment if task else self.primary
        image = self.image_of(deployment.definition, self.containers[0])
        values = {"image": image, "repository": image.split("@")[0].rsplit(":", 1)[0], "task": task.id if task else "",
                  "service": self.name, "cluster": self.cluster, "account": ACCOUNT, "region": REGION,
                  "deployment": deployment.id, "group": self.groups[0], "role": role(self.name + "-execution")}
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        return text

    def tell(self, text, now, task=None):
        text = self.say(text, task)
        message = text if text.startswith(("service ", "(service ")) else f"(service {self.name}) {text}"
        self.events.append({"id": uuid(self.seed, "event", len(self.events)), "at": now, "message": message})

    def tell_story(self, text, now):
        """An event of the story; its {task} is the newest of the primary deployment."""
        mine = [t for t in self.tasks if t.deployment is self.primary]
        self.tell(text, now, mine[-1] if mine else None)
        self.count("told", now)

    def count(self, what, now):
        self.counts[what] = self.counts.get(what, 0) + 1
        self.agenda.mark(f"{what}.{self.counts[what]}", now)

    def network(self):
        return {"awsvpcConfiguration": {"subnets": self.subnets, "securityGroups": ["sg-0" + hexadecimal(16, self.name)],
                                        "assignPublicIp": "DISABLED"}}

    def configuration(self):
        alarms = bool(self.alarm_names)
        hooks = [present(targetType="PAUSE" if h.get("pause") else "AWS_LAMBDA", lifecycleStages=[h["stage"]]) for h in self.hooks]
        return present(
            deploymentCircuitBreaker={"enable": self.breaker["enable"], "rollback": self.breaker["rollback"]},
            maximumPercent=self.percent[1], minimumHealthyPercent=self.percent[0], strategy=self.strategy,
            bakeTimeInMinutes=1 if self.bake else 0, lifecycleHooks=hooks or None,
            alarms={"alarmNames": self.alarm_names, "enable": alarms, "rollback": alarms and self.alarms_roll_back})

    def register(self, definition):
        revision = 11 + len(self.definitions)
        name = arn("ecs", f"task-definition/{definition['family']}:{revision}")
        self.definitions[name] = {"volumes": [], "placementConstraints": [], "compatibilities": ["EC2", "FARGATE"],
                                  "requiresAttributes": [{"name": "com.amazonaws.ecs.capability.docker-remote-api.1.18"}], **definition,
                                  "taskDefinitionArn": name, "revision": revision, "status": "ACTIVE",
                                  "registeredAt": self.clock.wall(self.agenda.now),
                                  "registeredBy": f"arn:aws:iam::{ACCOUNT}:user/vendor"}
        return self.definitions[name]

    def spawn(self, deployment):
        task = Task(self, deployment, deployment.next_fate(), len(self.tasks) + 1)
        self.tasks.append(task)
        return task
