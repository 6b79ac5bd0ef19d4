"""A task of the service, from PROVISIONING to STOPPED, as its fate has it."""
from .names import REGION, arn, hexadecimal, present, uuid

REGISTERING = ("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
DRAINING = ("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
HEALTHY = ("healthy", None, None)


class End:
    """Why and how a task stops."""

    def __init__(self, code, words, exit_code=None, reason=None, container=None, takes=2.0, others=137):
        self.code, self.words, self.exit, self.reason = code, words, exit_code, reason
        self.container, self.takes, self.others, self.at = container, takes, others, None


class Task:
    """Its state changes only by entries of the agenda; `service` is told of each change."""

    def __init__(self, service, deployment, fate, serial):
        self.service, self.deployment, self.fate, self.serial = service, deployment, fate, serial
        self.kind = deployment.kind
        self.id = hexadecimal(32, service.seed, "task", serial)
        self.arn = arn("ecs", f"task/{service.cluster}/{self.id}")
        self.address = None if fate.get("address") is False else f"10.0.{serial // 200 + 1}.{serial % 200 + 10}"
        self.status, self.health, self.target = "PROVISIONING", "UNKNOWN", None
        self.born = self.running_at = self.ready_at = self.stopped_at = None
        self.end, self.doomed = None, False

    # -- what others ask

    def running(self):
        return self.running_at is not None and self.end is None

    def alive(self):
        return self.end is None

    def ready(self):
        return self.end is None and self.ready_at is not None

    def gone(self):
        return self.stopped_at is not None

    # -- life

    def is_born(self, now):
        self.born = now
        self.service.agenda.at(now + 0.8, lambda _: self._be("PENDING", "PROVISIONING"))
        start = self.fate.get("start", 3.0)
        if start is not None:
            self.service.agenda.at(now + start * 0.85, lambda _: self._be("ACTIVATING", "PENDING", "PROVISIONING"))
            self.service.agenda.at(now + start, self._run)
        self._plan(now)

    def is_old_and_well(self, since):
        """One that has been running since before the story; its fate counts from second 0."""
        self.born, self.running_at, self.ready_at, self.status = since, since + 3, since + 9, "RUNNING"
        self.health = "HEALTHY" if self.service.health_check else "UNKNOWN"
        self.target = HEALTHY if self.service.balancer and self.address else None
        self._plan(0.0)

    def _plan(self, base):
        agenda = self.service.agenda
        for moment, *state in self.fate.get("target", []):
            agenda.at(base + moment, lambda now, state=state: self._set_target(tuple((state + [None, None])[:3]), now))
        for moment, state in self.fate.get("health", []):
            agenda.at(base + moment, lambda now, state=state: self._set_health(state, now))
        dies = self.fate.get("dies")
        if dies:
            agenda.at(base + dies["at"], lambda now: self.stop(self._own_end(dies), now))

    def _own_end(self, dies):
        return End(dies.get("code", "EssentialContainerExited"), dies.get("words", "Essential container in task exited"),
                   dies.get("exit"), dies.get("reason"), dies.get("container"), dies.get("takes", 2.0), dies.get("others", 137))

    def _be(self, status, *before):
        if self.end is None and self.status in before:
            self.status = status

    def _run(self, now):
        if self.end is not None:
            return
        self.status, self.running_at = "RUNNING", now
        agenda = self.service.agenda
        if self.service.balancer and self.address:
            # A fate may know of the target before the task runs: AWS registers it only now.
            self.target = REGISTERING
            if "target" not in self.fate:
                agenda.at(now + 2, lambda later: self._set_target(HEALTHY, later))
        if self.service.health_check and "health" not in self.fate:
            agenda.at(now + 2, lambda later: self._set_health("HEALTHY", later))
        if not self.service.checked():
            agenda.at(now + self.service.settle, self._look)
        self.service.on_running(self, now)
        self._look(now)

    def _set_target(self, state, now):
        if self.end is None and self.target is not None:
            was, self.target = self.target, state
            self._look(now)
            self.service.on_target(self, was, now)

    def _set_health(self, state, now):
        if self.end is None and self.running_at is not None:
            self.health = state
            self._look(now)
            self.service.on_health(self, now)

    def _look(self, now):
        """Whether it counts as good."""
        service = self.service
        good = self.running() and (not service.health_check or self.health == "HEALTHY")
        good = good and (not service.balancer or (self.target or ("none",))[0] == "healthy")
        good = good and (service.checked() or now >= self.running_at + service.settle)
        if good and self.ready_at is None:
            self.ready_at = now
            service.on_ready(self, now)
        elif not good:
            self.ready_at = None

    # -- death

    def stop(self, end, now):
        """Begins to stop; the words can be read from now on."""
        if self.end is not None:
            return
        was_ready = self.ready_at is not None
        self.end, end.at, self.ready_at = end, now, None
        agenda = self.service.agenda
        if self.running_at is None:
            self.status = "DEPROVISIONING"
        else:
            self.status = "DEACTIVATING" if self.target else "STOPPING"
            agenda.at(now + end.takes * 0.3, lambda _: self._fade("STOPPING"))
            agenda.at(now + end.takes * 0.6, lambda _: self._fade("DEPROVISIONING"))
        if self.target:
            self.target = DRAINING
        agenda.at(now + end.takes, self._be_gone)
        self.service.on_dead(self, was_ready, now)

    def order_stop(self, code, words, now, reason=None):
        """Somebody else ends it: it gets SIGTERM and, if it does not care, SIGKILL."""
        self.stop(End(code, words, self.fate.get("exit_when_told", 143), reason, takes=self.fate.get("takes_to_stop", 2.0)), now)

    def _fade(self, status):
        if self.stopped_at is None:
            self.status = status

    def _be_gone(self, now):
        self.status, self.stopped_at, self.target = "STOPPED", now, None
        self.service.on_gone(self, now)

    # -- how AWS tells of it

    def _container_died(self, name):
        if self.end is None:
            return False
        own = name == (self.end.container or self.service.containers[0])
        at_once = self.end.code == "EssentialContainerExited" and own
        return at_once or self.stopped_at is not None or self.running_at is None

    def view_container(self, index, name):
        service, died = self.service, self._container_died(name)
        own = self.end is not None and name == (self.end.container or service.containers[0])
        finished = next((e for e in self.fate.get("finishes", []) if e["container"] == name), None)
        done = finished is not None and service.agenda.now >= self.born + finished["at"]
        status = "STOPPED" if died or done else "RUNNING" if self.running_at is not None else "PENDING"
        ran = self.running_at is not None
        code = None
        if done:
            code = finished.get("exit", 0)
        elif died and ran:
            code = self.end.exit if own else self.end.others
        told = self.end.reason if died and own else None
        interfaces = [{"attachmentId": uuid(self.id, "eni"), "privateIpv4Address": self.address}] if self.address else []
        return present(
            containerArn=arn("ecs", f"container/{service.cluster}/{self.id}/{uuid(self.id, name)}"), taskArn=self.arn, name=name,
            image=service.image_of(self.deployment.definition, name), lastStatus=status, exitCode=code,
            imageDigest="sha256:" + hexadecimal(64, self.deployment.definition, name) if ran else None,
            runtimeId=f"{self.id}-{1069100000 + index}" if ran else None,
            reason=service.say(told, self) if told else None, networkBindings=[], networkInterfaces=interfaces,
            healthStatus=self.health if index == 0 else "UNKNOWN", cpu="128", memory="256")

    def _view_attachment(self):
        details = [{"name": "subnetId", "value": self.service.subnets[self.serial % 2]}]
        if self.address:
            details += [{"name": "networkInterfaceId", "value": "eni-0" + hexadecimal(16, self.id)},
                        {"name": "macAddress", "value": "0a:58:a9:fe:ac:02"},
                        {"name": "privateIPv4Address", "value": self.address}]
        state = {"PROVISIONING": "PRECREATED", "STOPPED": "DELETED", "DEPROVISIONING": "DETACHING"}.get(self.status, "ATTACHED")
        return {"id": uuid(self.id, "eni"), "type": "ElasticNetworkInterface", "status": state, "details": details}

    def view(self):
        service, end, wall = self.service, self.end, self.service.clock.wall
        ran = self.running_at is not None
        names = service.containers
        fargate = service.launch == "FARGATE"
        pulled = (self.born + 1, max(self.born + 1, self.running_at - 0.5)) if ran else (None, None)
        return present(
            taskArn=self.arn, taskDefinitionArn=self.deployment.definition, clusterArn=service.cluster_arn,
            attachments=[self._view_attachment()], attributes=[{"name": "ecs.cpu-architecture", "value": "x86_64"}],
            availabilityZone=REGION + "ab"[self.serial % 2], connectivity="CONNECTED", connectivityAt=wall(self.born + 0.8),
            containerInstanceArn=None if fargate else service.instance_arn,
            containers=[self.view_container(i, n) for i, n in enumerate(names)],
            cpu="256", memory="512", createdAt=wall(self.born), desiredStatus="STOPPED" if end else "RUNNING",
            lastStatus=self.status, enableExecuteCommand=False, executionStoppedAt=wall(end.at) if end and ran else None,
            group="service:" + service.name, healthStatus=self.health, launchType=service.launch,
            overrides={"containerOverrides": [{"name": n} for n in names], "inferenceAcceleratorOverrides": []},
            platformVersion="1.4.0" if fargate else None, platformFamily="Linux" if fargate else None,
            pullStartedAt=wall(pulled[0]), pullStoppedAt=wall(pulled[1]), startedAt=wall(self.running_at),
            startedBy=self.deployment.id, stopCode=end.code if end else None,
            stoppedReason=service.say(end.words, self) if end else None, stoppingAt=wall(end.at) if end else None,
            stoppedAt=wall(self.stopped_at), tags=[], version=1 + ran + 2 * (end is not None) + self.gone(),
            ephemeralStorage={"sizeInGiB": 20} if fargate else None)

    def lines(self):
        """[(moment, line)] that its first container has printed by now."""
        now, last = self.service.agenda.now, self.end.at + 0.5 if self.end else None
        base = self.born if self.born >= 0 else 0.0
        out = [(base + moment, self.service.say(line, self)) for moment, line in self.fate.get("log", [])]
        return [(moment, line) for moment, line in out if moment <= now and (last is None or moment <= last)]
