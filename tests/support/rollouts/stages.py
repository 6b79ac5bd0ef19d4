"""Blue/green, linear and canary: one stage after the other, with hooks, traffic in steps and bake time.

Source of the stages: Amazon ECS developer guide, "Blue/green deployments" and "Lifecycle hooks".
"""
from .rollout import STAGES, hook_function

SECONDS = {"RECONCILE_SERVICE": 0.4, "PRE_SCALE_UP": 0.4, "POST_SCALE_UP": 0.4, "TEST_TRAFFIC_SHIFT": 0.8,
           "POST_TEST_TRAFFIC_SHIFT": 0.4, "POST_PRODUCTION_TRAFFIC_SHIFT": 0.4, "BAKE_TIME": 3.0}
SAID_NO = ("Service deployment rolled back because {stage} lifecycle hook(s) failed. "
           "Lifecycle hook target {function} returned FAILED status.")
TIMED_OUT = "Service deployment rolled back because {stage} pause hook timed out."


class Stages:
    def __init__(self, service):
        self.service = service

    def go_on(self, attempt, now):
        """Does what the stage asks for and looks again when it may be over."""
        service, primary = self.service, self.service.primary
        if attempt.status == "PENDING":
            return
        if attempt.stage is None:
            attempt.enter(STAGES[0], now)
        if attempt.reached("SCALE_UP"):
            service.place(primary, service.desired - len(primary.tasks()), now)
        if not self._hooks_passed(attempt, now):
            return
        left = self._left(attempt, now)
        if left is None:
            return  # tasks will report
        if left > 1e-6:
            service.poke(now, left)
            return
        if attempt.stage == "CLEAN_UP":
            service.complete(now)
            return
        attempt.enter(STAGES[STAGES.index(attempt.stage) + 1], now)
        if attempt.reached("POST_PRODUCTION_TRAFFIC_SHIFT"):
            attempt.share = 100.0
        if attempt.stage == "POST_SCALE_UP" and attempt.breaker == "MONITORING":
            attempt.breaker = "MONITORING_COMPLETE"
        service.poke(now, 0.01)

    def _left(self, attempt, now):
        """Seconds until the stage is over; None when it depends on tasks."""
        service, primary, spent = self.service, self.service.primary, now - attempt.stage_since
        if attempt.stage == "SCALE_UP":
            return 0.0 if sum(t.ready() for t in primary.tasks()) >= service.desired else None
        if attempt.stage == "PRODUCTION_TRAFFIC_SHIFT":
            step = min(int(spent / service.step_seconds + 1e-6), len(service.steps) - 1)
            attempt.share = float(service.steps[step])
            whole = service.step_seconds * len(service.steps)
            return min(service.step_seconds * (step + 1), whole) - spent
        if attempt.stage == "BAKE_TIME":
            return (service.bake or SECONDS["BAKE_TIME"]) - spent
        if attempt.stage == "CLEAN_UP":
            service.drain([t for t in service.living() if t.deployment is not primary], primary, now)
            return 0.0 if all(t.gone() for t in service.tasks if t.deployment is not primary) else None
        return SECONDS[attempt.stage] - spent

    def _hooks_passed(self, attempt, now):
        for index, hook in enumerate(self.service.hooks):
            if hook["stage"] != attempt.stage or attempt.hooks.get(index) == "SUCCEEDED":
                continue
            if index not in attempt.hooks:
                self._begin_hook(attempt, index, hook, now)
            return False
        return True

    def _begin_hook(self, attempt, index, hook, now):
        pause = hook.get("pause", False)
        attempt.hooks[index], attempt.updated = ("AWAITING_ACTION" if pause else "IN_PROGRESS"), now
        self.service.agenda.mark("hook.waits" if pause else "hook.runs", now)
        if pause:
            if "expires" in hook:
                self.service.agenda.at(now + hook["expires"],
                                       lambda later: self._end_hook(attempt, index, "TIMED_OUT", TIMED_OUT, later))
        elif hook.get("answer", "SUCCEEDED") is not None:
            words = hook.get("words", SAID_NO)
            self.service.agenda.at(now + hook.get("takes", 1.0),
                                   lambda later: self._end_hook(attempt, index, hook.get("answer", "SUCCEEDED"), words, later))

    def _end_hook(self, attempt, index, answer, words, now):
        if attempt.over() or attempt.rollback or attempt.hooks.get(index) not in ("AWAITING_ACTION", "IN_PROGRESS"):
            return
        attempt.hooks[index], attempt.updated = answer, now
        if answer != "SUCCEEDED":
            hook = self.service.hooks[index]
            words = words.replace("{stage}", attempt.stage).replace("{function}", hook_function(hook))
            words = self.service.say(words)
            self.service.fail(attempt, now, words, words, True, words)
        self.service.poke(now)

    def let_go(self, now, action="CONTINUE"):
        """Somebody calls ContinueServiceDeployment."""
        attempt = self.service.attempt()
        for index, state in list(attempt.hooks.items()):
            if state == "AWAITING_ACTION":
                self._end_hook(attempt, index, "SUCCEEDED" if action == "CONTINUE" else "FAILED", SAID_NO, now)
