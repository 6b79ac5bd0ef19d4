"""A deployment of the service (an entry of DescribeServices) and its service deployment, the attempt as a whole."""
from .names import arn, number, present

ENDED = ("SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED")
GOING = ("PENDING", "IN_PROGRESS")
STAGES = ("RECONCILE_SERVICE", "PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT",
          "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP")
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 40.0


class Deployment:
    """One revision's tasks. Its kind is of the story: old, new, back (the old image again) or other (another person's)."""

    def __init__(self, service, definition, kind, fates, now):
        self.service, self.definition, self.kind, self.fates = service, definition, kind, fates or [{}]
        self.created = self.updated = self.primary_since = now
        index = len(service.history)
        self.number = number(19, service.seed, "deployment", index)
        self.id = "ecs-svc/" + self.number
        self.revision = arn("ecs", f"service-revision/{service.cluster}/{service.name}/{self.number}")
        self.status, self.launched, self.failed = "PRIMARY", 0, 0
        self.next_start, self.pause, self.first_death = -1e9, FIRST_PAUSE, None
        self.rollout, self.reason = "IN_PROGRESS", f"ECS deployment {self.id} in progress."
        service.history.append(self)

    def next_fate(self):
        fate = self.fates[min(self.launched, len(self.fates) - 1)]
        self.launched += 1
        return fate

    def again(self, now, fates):
        """Primary once more, after another one failed."""
        self.status, self.rollout, self.primary_since, self.updated = "PRIMARY", "IN_PROGRESS", now, now
        self.fates, self.launched, self.next_start, self.pause = fates or [{}], 0, now + 0.6, FIRST_PAUSE

    def close(self, rollout, reason, now):
        self.rollout, self.reason, self.updated = rollout, reason, now

    def tasks(self):
        return [t for t in self.service.tasks if t.deployment is self and t.alive()]

    def view(self):
        service, mine, wall = self.service, self.tasks(), self.service.clock.wall
        running = sum(t.running() for t in mine)
        fargate = service.launch == "FARGATE"
        return present(
            id=self.id, status=self.status, taskDefinition=self.definition,
            desiredCount=service.desired if self.status == "PRIMARY" else len(mine), pendingCount=len(mine) - running,
            runningCount=running, failedTasks=self.failed, createdAt=wall(self.created), updatedAt=wall(self.updated),
            launchType=service.launch, platformVersion="1.4.0" if fargate else None,
            platformFamily="Linux" if fargate else None, networkConfiguration=service.network(),
            rolloutState=self.rollout, rolloutStateReason=self.reason)


class Attempt:
    """One service deployment, from PENDING to one of four ends."""

    def __init__(self, service, target, sources, now):
        self.service, self.target, self.sources, self.created, self.updated = service, target, sources, now, now
        self.arn = arn("ecs", f"service-deployment/{service.cluster}/{service.name}/{target.number[:16]}xQ7t")
        self.status, self.words, self.rollback, self.ended = "PENDING", None, None, None
        self.failures, self.failures_back = 0, 0
        self.breaker = "MONITORING" if service.breaker["enable"] else "DISABLED"
        self.alarms, self.fired = "MONITORING" if service.alarm_names else "DISABLED", []
        self.stage = self.stage_since = None
        self.hooks, self.share = {}, 0.0  # states of the story's hooks by index; production traffic of the target

    def over(self):
        return self.status in ENDED

    def move(self, status, now, words=None):
        self.status, self.updated = status, now
        self.words = words or self.words
        mine = self.target.kind in ("new", "back")
        if self.over():
            self.ended = now
            self.breaker = "MONITORING_COMPLETE" if self.breaker == "MONITORING" else self.breaker
            self.alarms = "MONITORING_COMPLETE" if self.alarms == "MONITORING" else self.alarms
            if mine:
                self.service.agenda.mark("over" if self.target.kind == "new" else "back.over", now)
        if mine:
            self.service.agenda.mark("attempt." + status, now)

    def enter(self, stage, now):
        self.stage, self.stage_since, self.updated = stage, now, now
        self.service.agenda.mark("stage." + stage, now)

    def reached(self, stage):
        return self.stage is not None and STAGES.index(self.stage) >= STAGES.index(stage)

    def _summary(self, deployment, production, test):
        mine = deployment.tasks()
        running = sum(t.running() for t in mine)
        primary = deployment is self.service.primary
        summary = {"arn": deployment.revision, "requestedTaskCount": self.service.desired if primary or mine else 0,
                   "runningTaskCount": running, "pendingTaskCount": len(mine) - running}
        if self.stage is not None:
            summary["requestedProductionTrafficWeight"] = production
            summary["requestedTestTrafficWeight"] = test
        return summary

    def _view_hooks(self):
        views = []
        for index, hook in enumerate(self.service.hooks):
            if index not in self.hooks:
                continue
            pause = hook.get("pause", False)
            views.append(present(
                hookId=f"ecs-{'pause' if pause else 'lambda'}-{number(6, self.arn, index)}",
                targetType="PAUSE" if pause else "AWS_LAMBDA", targetArn=None if pause else hook_function(hook),
                status=self.hooks[index], expiresAt=self.service.clock.wall(self.stage_since + hook.get("expires", 3600)),
                timeoutAction="ROLLBACK"))
        return views

    def _started(self):
        return None if self.status == "PENDING" else self.service.clock.wall(self.created + 0.4)

    def brief(self):
        service, wall = self.service, self.service.clock.wall
        return present(
            serviceDeploymentArn=self.arn, serviceArn=service.arn, clusterArn=service.cluster_arn, createdAt=wall(self.created),
            startedAt=self._started(), finishedAt=wall(self.ended) if self.status != "STOPPED" else None,
            targetServiceRevisionArn=self.target.revision, status=self.status, statusReason=self.words)

    def view(self):
        service, wall = self.service, self.service.clock.wall
        back = self.rollback is not None
        production = 0.0 if back else self.share
        test = 100.0 if not back and self.reached("TEST_TRAFFIC_SHIFT") else 0.0
        stopped = self.status == "STOPPED"
        return present(
            serviceDeploymentArn=self.arn, serviceArn=service.arn, clusterArn=service.cluster_arn, createdAt=wall(self.created),
            startedAt=self._started(), updatedAt=wall(self.updated), finishedAt=None if stopped else wall(self.ended),
            stoppedAt=wall(self.ended) if stopped else None,
            sourceServiceRevisions=[self._summary(d, 100.0 - production, 100.0 - test) for d in self.sources],
            targetServiceRevision=self._summary(self.target, production, test), status=self.status, statusReason=self.words,
            lifecycleStage=self.stage, lifecycleHookDetails=self._view_hooks() or None,
            deploymentConfiguration=service.configuration(), rollback=self.rollback,
            deploymentCircuitBreaker={"status": self.breaker, "failureCount": self.failures, "threshold": service.threshold()},
            alarms=present(status=self.alarms, alarmNames=service.alarm_names or None, triggeredAlarmNames=self.fired or None))


def hook_function(hook):
    return arn("lambda", "function:" + hook.get("function", "deployment-check"))
