"""The service's scheduler: which tasks start and stop, when a rollout is over, and what undoes it.

Sources of its rules: Amazon ECS developer guide, "Amazon ECS deployment circuit breaker", "Service deployment",
"Service throttle logic", "Service event messages". Times are short where AWS promises none.
"""
from .names import present
from .rollout import GOING, LONGEST_PAUSE, Attempt, Deployment
from .service import ServiceState
from .stages import Stages

NOISE = ("SpotInterruption", "TerminationNotice", "UserInitiated", "InfrastructureHealth")
ELB_WORDS = "Task failed ELB health checks in (target-group {group})"
HEALTH_WORDS = "Task failed container health checks"
BREAKER_WORDS = "Service deployment rolled back because the circuit breaker threshold was exceeded."
NO_CANDIDATE = "No rollback candidate was found to run the rollback."
STUCK = ("was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the "
         "minimumHealthyPercent or maximumPercent value and try again.")
IMPAIRED = ("is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the "
            "Amazon ECS Developer Guide.")


class Service(ServiceState):
    """The service with everything that moves it: its scheduler, its breaker, its rollback, and other people."""

    def __init__(self, story, clock, agenda, image):
        super().__init__(story, clock, agenda, image)
        self.stages = Stages(self)
        self._plan()

    def _plan(self):
        for act in self.story.get("acts", []):
            self.agenda.when(act["at"], lambda now, act=act: self._act(act, now))
        for event in self.story.get("events", []):
            self.agenda.when(event["at"], lambda now, event=event: self.tell_story(event["says"], now))

    # -- what tasks report

    def on_running(self, task, now):
        self.count(task.kind + ".running", now)
        if self.balancer and task.address:
            self.tell("registered 1 targets in (target-group {group})", now)
        self.poke(now)

    def on_ready(self, task, now):
        self.count(task.kind + ".good", now)
        attempt = self.attempt()
        if attempt and task.deployment is attempt.target and self.checked() and attempt.breaker == "MONITORING":
            attempt.failures = 0  # a healthy task begins the count anew, as is the default
        self.poke(now)

    def on_target(self, task, was, now):
        state, _, words = task.target
        if state != "unhealthy":
            return
        if not task.doomed and was[0] != "unhealthy":
            self.count(task.kind + ".unhealthy", now)
            self.tell(f"(task {task.id}) (port {self.balancer.get('port', 8080)}) is unhealthy in (target-group {{group}}) due to "
                      f"(reason {words}).", now, task)
        task.doomed = True
        at = max(now + self.balancer.get("patience", 3.0), task.running_at + self.balancer.get("grace", 0))
        self.agenda.at(at, lambda later: self._end_unhealthy(task, ELB_WORDS, later))

    def on_health(self, task, now):
        if task.health != "UNHEALTHY":
            return
        self.count(task.kind + ".unhealthy", now)
        self.tell(f"(task {task.id}) failed container health checks.", now)
        self.agenda.at(now + 1.5, lambda later: self._end_unhealthy(task, HEALTH_WORDS, later))

    def _end_unhealthy(self, task, words, now):
        still = task.health == "UNHEALTHY" if words == HEALTH_WORDS else (task.target or ("",))[0] == "unhealthy"
        if task.alive() and still:
            task.order_stop("ServiceSchedulerInitiated", words, now)

    def on_dead(self, task, was_good, now):
        deployment, end = task.deployment, task.end
        if end.words.startswith("Scaling activity"):
            return
        ran = task.running_at is not None
        if ran and end.code == "ServiceSchedulerInitiated":
            self.tell(f"has stopped 1 running tasks: (task {task.id}).", now)
        failed = end.code not in NOISE and "maintenance" not in end.words
        if failed:
            self.count(task.kind + ".dead", now)
            if deployment.first_death is not None and task.born > deployment.first_death:
                self.count(task.kind + ".dead_again", now)
            deployment.first_death = now if deployment.first_death is None else deployment.first_death
        else:
            self.count(task.kind + ".lost", now)
        deployment.next_start = max(deployment.next_start, now + (0.8 if ran else deployment.pause))
        if not ran:
            deployment.pause = min(deployment.pause * 1.5, LONGEST_PAUSE)
        if failed and self._counts_as_failure(task, was_good):
            self._count_failure(deployment, now)
        self.poke(now)

    def _counts_as_failure(self, task, was_good):
        """The breaker's two stages: tasks that never run while none does; then failed health checks."""
        if task.running_at is None:
            return not any(t.running() for t in self.tasks if t.deployment is task.deployment)
        if task.end.code == "ServiceSchedulerInitiated":
            return True
        return self.checked() and not was_good

    def _count_failure(self, deployment, now):
        deployment.failed, deployment.updated = deployment.failed + 1, now
        if deployment.failed == 3 and not self.breaker["enable"]:
            self.tell(IMPAIRED, now)
        attempt = self.attempt()
        if attempt is None:
            return
        if deployment is attempt.target:
            self.breaker_counts(attempt, now)
        elif attempt.status == "ROLLBACK_IN_PROGRESS" and deployment is self.primary:
            attempt.failures_back += 1
            if attempt.failures_back >= self.threshold():
                deployment.close("FAILED", "ECS deployment circuit breaker: tasks failed to start.", now)
                self.tell(f"(deployment {deployment.id}) deployment failed: tasks failed to start.", now)
                attempt.move("ROLLBACK_FAILED", now)

    def breaker_counts(self, attempt, now, times=1):
        if attempt.breaker != "MONITORING" or attempt.status != "IN_PROGRESS":
            return
        attempt.failures, attempt.updated = attempt.failures + times, now
        if attempt.failures >= self.threshold():
            attempt.breaker = "TRIGGERED"
            self.fail(attempt, now, BREAKER_WORDS, "tasks failed to start.", self.breaker["rollback"],
                      "ECS deployment circuit breaker: tasks failed to start.")

    def on_gone(self, task, now):
        self.count(task.kind + ".gone", now)
        if self.balancer and task.running_at is not None:
            self.tell("deregistered 1 targets in (target-group {group})", now)
        self.poke(now)

    # -- the scheduler

    def poke(self, now, delay=0.3):
        """Lets the scheduler look soon; once is enough for whatever happens until then."""
        due = now + delay
        if self._due is None or due < self._due:
            self._due = due
            self.agenda.at(due, lambda later: self._reconcile(later, due))

    def _reconcile(self, now, due):
        if self._due != due:
            return  # an earlier look has been planned since
        self._due = None
        attempt = self.attempt()
        if self.strategy != "ROLLING" and attempt and attempt.target.kind == "new" and attempt.status in GOING:
            self.stages.go_on(attempt, now)
        else:
            self._roll(now)

    def _roll(self, now):
        primary = self.primary
        mine = primary.tasks()
        others = [t for t in self.living() if t.deployment is not primary]
        most, least = self.desired * self.percent[1] // 100, -(-self.desired * self.percent[0] // 100)
        if primary.rollout != "FAILED":
            room = most - len(mine) - len(others)
            self._say_when_stuck(primary, mine, others, room, least, now)
            self.place(primary, min(self.desired - len(mine), room), now)
            self._thin_out(primary, mine, others, least, now)
        if len(mine) > self.desired:
            worst_first = sorted(mine, key=lambda t: t.ready())
            self.drain(worst_first[:len(mine) - self.desired], primary, now)
        self._finish_when_steady(primary, now)

    def _say_when_stuck(self, primary, mine, others, room, least, now):
        stuck = primary.kind != "old" and not mine and room <= 0 and 0 < len(others) <= least
        if stuck and self.told.get("stuck") is not primary:
            self.told["stuck"] = primary
            self.tell_story(STUCK, now)

    def _thin_out(self, primary, mine, others, least, now):
        """Ends tasks of other revisions: bad ones at once, good ones as far as enough good ones remain."""
        if now < max(primary.primary_since, 0.0) + 0.5 and others:
            self.poke(now, 0.5)
            return
        bad, good = [t for t in others if not t.ready()], [t for t in others if t.ready()]
        spare = sum(t.ready() for t in mine) + len(good) - least
        self.drain(bad + good[:max(0, min(spare, len(good)))], primary, now)

    def _finish_when_steady(self, primary, now):
        attempt = self.attempt()
        steady = sum(t.ready() for t in primary.tasks()) >= self.desired == len(primary.tasks())
        others_gone = all(t.gone() for t in self.tasks if t.deployment is not primary)
        if primary.rollout != "IN_PROGRESS" or not steady or not others_gone or (attempt and attempt.status == "PENDING"):
            self.told.pop("steady_since", None)
            return
        since = self.told.setdefault("steady_since", now)
        wait = 1.0 + (self.bake if self.strategy == "ROLLING" and primary.kind == "new" else 0)
        if now < since + wait:
            self.poke(now, since + wait - now)
        else:
            self.complete(now)

    def complete(self, now):
        primary, attempt = self.primary, self.attempt()
        self.told.pop("steady_since", None)
        primary.close("COMPLETED", f"ECS deployment {primary.id} completed.", now)
        self.deployments, self.candidate = [primary], primary
        self.tell(f"(deployment {primary.id}) deployment completed.", now)
        self.tell("has reached a steady state.", now)
        if attempt and not attempt.over():
            attempt.move("ROLLBACK_SUCCESSFUL" if attempt.status == "ROLLBACK_IN_PROGRESS" else "SUCCESSFUL", now)

    def place(self, deployment, wanted, now):
        if wanted <= 0:
            return
        if now < deployment.next_start:
            self.poke(now, deployment.next_start - now)
        elif not self._hindered(deployment, now):
            born = [self.spawn(deployment) for _ in range(wanted)]
            for task in born:
                task.is_born(now)
                self.count(task.kind + ".born", now)
            self.tell(f"has started {wanted} tasks: " + " ".join(f"(task {t.id})" for t in born) + ".", now)

    def _hindered(self, deployment, now):
        """What keeps tasks from being placed, told once; AWS repeats the same message only after six hours."""
        for index, hindrance in enumerate(self.story.get("hindrances", [])):
            begins, ends = hindrance.get("from", 0.0), hindrance.get("until")
            over = ends is not None and now >= ends
            if deployment.kind not in hindrance.get("kinds", ["new"]) or now < begins or over:
                continue
            tell_at = max(now, begins) + hindrance.get("after", 0.5)
            if index not in self.told:
                self.told[index] = tell_at
                self._tell_hindrance(hindrance, deployment, tell_at)
            if ends is not None:
                self.poke(now, ends - now)
            return True
        return False

    def _tell_hindrance(self, hindrance, deployment, at):
        def tell(now):
            ends = hindrance.get("until")
            late = ends is not None and now >= ends
            if late or self.primary is not deployment or deployment.rollout == "FAILED":
                return
            self.tell_story(hindrance["says"], now)
            if hindrance.get("again"):
                self.agenda.at(now + hindrance["again"], tell)
        self.agenda.at(at, tell)

    def drain(self, tasks, because_of, now):
        if not tasks:
            return
        if self.balancer:
            self.tell(f"has begun draining connections on {len(tasks)} tasks.", now)
        for task in tasks:
            task.order_stop("ServiceSchedulerInitiated", f"Scaling activity initiated by (deployment {because_of.id})", now)
        self.tell(f"has stopped {len(tasks)} running tasks: " + " ".join(f"(task {t.id})" for t in tasks) + ".", now)

    # -- changes of what should run

    def deploy(self, definition, kind, now):
        """A new deployment becomes primary; one that is going on is superseded by it."""
        running = self.attempt()
        if running and not running.over():
            running.move("STOP_REQUESTED", now)
            self.agenda.at(now + 1.5, lambda later: None if running.over() else running.move("STOPPED", later))
        fates = self.story.get({"back": "rollback"}.get(kind, kind))
        if kind == "new" and self.variables_of(definition) != self.variables_of(self.old_definition):
            fates = self.story.get("variables", fates)
        sources = [d for d in self.deployments if d.tasks()]
        deployment = Deployment(self, definition, kind, fates, now)
        for each in self.deployments:
            each.status = "ACTIVE"
        self.deployments, self.primary = [deployment, *self.deployments], deployment
        attempt = Attempt(self, deployment, sources, now)
        attempt.share = 0.0 if self.strategy != "ROLLING" else 100.0
        self.attempts.append(attempt)
        self.agenda.at(now + 0.4, lambda later: self._begin(attempt, later))

    def _begin(self, attempt, now):
        if attempt.status == "PENDING":
            attempt.move("IN_PROGRESS", now)
            self.poke(now)

    def fail(self, attempt, now, words, event, rolls_back, rollout_reason):
        """The attempt has failed by a rule of the service itself."""
        deployment = attempt.target
        deployment.close("FAILED", rollout_reason, now)
        self.tell(f"(deployment {deployment.id}) deployment failed: {event}", now)
        if rolls_back:
            self.roll_back(attempt, words, now)
        else:
            attempt.move("STOPPED", now, words)

    def ask_for_rollback(self, attempt, now):
        attempt.move("ROLLBACK_REQUESTED", now)
        self.agenda.at(now + 1.2, lambda later: self._roll_back_if_asked(attempt, later))

    def _roll_back_if_asked(self, attempt, now):
        if attempt.status == "ROLLBACK_REQUESTED":
            self.roll_back(attempt, None, now)

    def roll_back(self, attempt, words, now):
        """The last deployment that was completed becomes primary again."""
        deployment, old = attempt.target, self.candidate
        if deployment.rollout != "FAILED":
            deployment.close("FAILED", f"ECS deployment {deployment.id} rolled back.", now)
        if old is None:
            self.drain(deployment.tasks(), deployment, now)
            attempt.move("ROLLBACK_FAILED", now, NO_CANDIDATE)
            return
        attempt.rollback = present(reason=words, startedAt=self.clock.wall(now), serviceRevisionArn=old.revision)
        attempt.move("ROLLBACK_IN_PROGRESS", now, words)
        deployment.status = "ACTIVE"
        old.again(now, self.story.get("rollback"))
        old.reason = f"ECS deployment {old.id} in progress."
        if attempt.breaker == "TRIGGERED":
            old.reason = f"ECS deployment circuit breaker: rolling back to deploymentId {old.id}."
        self.primary, self.deployments = old, [old] + [d for d in self.deployments if d is not old]
        self.tell(f"rolling back to deployment {old.id}.", now)
        self.poke(now)

    def _act(self, act, now):
        getattr(self, "_do_" + act["do"])(act, now)
        self.poke(now)

    def _do_deploy_other(self, _, now):
        again = {k: v for k, v in self.definitions[self.primary.definition].items()}
        again["containerDefinitions"] = [dict(c) for c in again["containerDefinitions"]]
        self.deploy(self.register(again)["taskDefinitionArn"], "other", now)

    def _do_stop_deployment(self, _, now):
        if self.attempt() and self.attempt().status in GOING:
            self.ask_for_rollback(self.attempt(), now)

    def _do_end_task(self, act, now):
        """A person, Spot, a host or AWS's maintenance ends the nth living task of a kind."""
        living = [t for t in self.living() if t.kind == act.get("of", "new") and t.running()]
        for task in living[act.get("nth", 0):][:act.get("count", 1)]:
            task.fate = {**task.fate, "exit_when_told": act.get("exit", 143), "takes_to_stop": act.get("takes", 2.0)}
            task.order_stop(act["code"], act["words"], now)

    def _do_scale(self, act, now):
        self.desired = act["to"]
        self.tell(f"has set desired count to {act['to']}.", now)

    def _do_alarm(self, _, now):
        attempt = self.attempt()
        if attempt.alarms == "MONITORING" and attempt.status == "IN_PROGRESS":
            attempt.alarms, attempt.fired = "TRIGGERED", list(self.alarm_names)
            self.fail(attempt, now, None, "alarm detected.", self.alarms_roll_back, "ECS deployment failed: alarm detected.")

    def _do_trip(self, _, now):
        """Failures that were no tasks, such as digests of images that cannot be resolved."""
        self.breaker_counts(self.attempt(), now, self.threshold())

    def _do_let_go(self, _, now):
        self.stages.let_go(now)

    # -- the truth

    def truth(self):
        good = {kind: sum(t.ready() for t in self.tasks if t.kind == kind) for kind in ("old", "new", "back", "other")}
        old_image = good["old"] + good["back"]
        restored = old_image >= self.desired and good["new"] == 0 and self.primary.kind in ("old", "back")
        mine = next((a for a in reversed(self.attempts) if a.target.kind == "new"), None)
        return {"good": good, "desired": self.desired, "restored": restored and not self.first, "primary": self.primary.kind,
                "definition": self.primary.definition, "variables": self.variables_of(self.primary.definition),
                "rollout": self.primary.rollout, "attempt": mine.status if mine else None}
