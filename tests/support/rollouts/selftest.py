#!/usr/bin/env python3
"""Proves the played AWS: its replies fit botocore's models, and its stories come out as their truths say.

usage: selftest.py [GLOB...]

Each story is played by hand, twice at different paces, with an ideal client that stops a failed rollout once its cause
is certain: marks must be the same, a rollout must end as the truth has it. Over HTTP, botocore's own clients must be
able to read every operation, error and fault. Exit status 77: botocore or moto is missing.
"""
import fnmatch
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from rollouts import server, stories  # noqa: E402
from rollouts.faults import refusal  # noqa: E402
from rollouts.names import Refused  # noqa: E402
from rollouts.rollout import GOING  # noqa: E402

try:
    import botocore.session
    import moto.server  # noqa: F401
    from rollouts import wire
except ImportError as error:
    print(f"skipped: {error.name} is missing: pip install -r tests/requirements.txt")
    sys.exit(77)

# Sent by AWS and in no model of botocore 1.43.
AHEAD_OF_THE_MODEL = {("LastUpdateStatusReasonCode", "Creating"), ("StateReasonCode", "Creating"), ("stopCode", "InfrastructureHealth"),
                      ("LastUpdateStatusReasonCode", "DependencyError")}
LONGEST = 400.0
IMAGE = "127.0.0.1:5000/app"


class Model:
    """Whether a reply has the members, types and words that AWS declares."""

    def __init__(self):
        session = botocore.session.get_session()
        self.services = {name: session.get_service_model(name) for name in ("ecs", "logs", "lambda", "elbv2")}

    def complaints(self, service, operation, reply):
        return list(self._walk(self.services[service].operation_model(operation).output_shape, reply, operation, ""))

    def _walk(self, shape, value, place, name):
        kinds = {"structure": dict, "list": list, "map": dict, "string": str, "integer": int, "long": int, "boolean": bool,
                 "timestamp": (int, float, str), "double": (int, float), "float": (int, float), "blob": (str, bytes)}
        if not isinstance(value, kinds[shape.type_name]):
            yield f"{place}: {value!r} is no {shape.type_name}"
        elif shape.type_name == "structure":
            for key in shape.required_members:
                if key not in value:
                    yield f"{place}: lacks {key}"
            for key, each in value.items():
                if key not in shape.members:
                    yield f"{place}: no model has {key}"
                else:
                    yield from self._walk(shape.members[key], each, f"{place}.{key}", key)
        elif shape.type_name == "list":
            for each in value:
                yield from self._walk(shape.member, each, f"{place}[]", name)
        elif getattr(shape, "enum", None) and value not in shape.enum and (name, value) not in AHEAD_OF_THE_MODEL:
            yield f"{place}: '{value}' is none of {shape.enum}"


class Run:
    """One story by hand."""

    def __init__(self, story, model, pace):
        self.story, self.model, self.pace, self.wrong = story, model, pace, []
        self.world = server.World(story, image=IMAGE, speed=0)
        self.acted = False

    def wants_back(self):
        return any(o in ("rolled_back", "rollback_failed", "failed") for o in self.story["truth"]["outcome"])

    def play(self):
        world = self.world
        with world.lock:
            world.look()
            self.change()
            while world.clock.now() < LONGEST and not self.over():
                world.clock.advance(self.pace)
                world.look()
                self.observe()
                if self.certain() is not None and self.wants_back() and not self.acted and self.must_act():
                    self.acted = True
                    self.bring_back()
        return self

    def certain(self):
        return self.world.agenda.moment(self.story["truth"]["certain"])

    def refuse_if_denied(self, operation):
        """The faults that a client meets however often it tries."""
        rule = self.world.faults.find(operation, self.world.agenda.now, "")
        if rule and rule["is"] in ("denied", "refused"):
            status, code, message = refusal(rule, operation, "ecs")
            raise Refused(code, message, status)


class EcsRun(Run):
    def change(self):
        world, service = self.world, self.world.service
        self.api = world.by_target["AmazonEC2ContainerServiceV20141113"][0]
        self.where, self.waits_until = {"cluster": service.cluster, "service": service.name}, None
        world.clock.begin()
        world.look()
        try:
            shown = self.ask("DescribeServices", {"cluster": service.cluster, "services": [service.name]})["services"][0]
            definition = self.ask("DescribeTaskDefinition", {"taskDefinition": shown["taskDefinition"]})["taskDefinition"]
            keep = ("family", "networkMode", "containerDefinitions", "requiresCompatibilities", "cpu", "memory", "executionRoleArn")
            new = {k: json.loads(json.dumps(definition[k])) for k in keep}
            new["containerDefinitions"][0]["image"] = IMAGE + ":dev"
            new = self.ask("RegisterTaskDefinition", new)["taskDefinition"]["taskDefinitionArn"]
            self.ask("UpdateService", {**self.where, "taskDefinition": new})
            self.refused = False
        except Refused:
            self.refused = True

    def ask(self, operation, ask):
        self.refuse_if_denied(operation)
        reply = json.loads(json.dumps(getattr(self.api, operation)(ask)))
        self.wrong += self.model.complaints("ecs", operation, reply)
        return reply

    def over(self):
        attempt = self.world.service.attempt()
        if self.refused or "over" not in self.world.agenda.marks or not attempt.over():
            return self.refused
        return self.acted or not (self.wants_back() and attempt.status == "STOPPED")

    def observe(self):
        try:
            self.look_at_all()
        except Refused:
            pass  # as the story has it

    def look_at_all(self):
        world, service = self.world, self.world.service
        cluster = {"cluster": service.cluster}
        view = self.ask("DescribeServices", {**cluster, "services": [service.name]})["services"][0]
        self.check_counts(view)
        for status in ("RUNNING", "STOPPED"):
            tasks = self.ask("ListTasks", {**cluster, "serviceName": service.name, "desiredStatus": status})["taskArns"]
            if tasks:
                self.ask("DescribeTasks", {**cluster, "tasks": tasks[-20:]})
        listed = self.ask("ListServiceDeployments", self.where)["serviceDeployments"]
        if listed:
            arns = [d["serviceDeploymentArn"] for d in listed]
            seen = self.ask("DescribeServiceDeployments", {"serviceDeploymentArns": arns})["serviceDeployments"]
            self.ask("DescribeServiceRevisions", {"serviceRevisionArns": [d["targetServiceRevision"]["arn"] for d in seen]})
        if service.balancer:
            health = world.balancers.DescribeTargetHealth({"TargetGroupArn": service.groups[0]})
            self.wrong += self.model.complaints("elbv2", "DescribeTargetHealth", health)

    def check_counts(self, view):
        primary = [d for d in view["deployments"] if d["status"] == "PRIMARY"]
        if len(primary) != 1:
            self.wrong.append(f"{len(primary)} deployments are PRIMARY")
        running = sum(d["runningCount"] for d in view["deployments"])
        if running != view["runningCount"]:
            self.wrong.append(f"the deployments run {running} tasks, the service {view['runningCount']}")

    def must_act(self):
        """Whether AWS does not do it by itself: at once without a breaker, else when it has had its time."""
        attempt = self.world.service.attempt()
        if attempt.over():
            return attempt.status == "STOPPED" and self.world.service.primary.kind == "new"
        if attempt.status not in GOING:
            return False
        self.waits_until = self.waits_until or self.world.clock.now() + (60 if self.world.service.breaker["enable"] else 0)
        return self.world.clock.now() >= self.waits_until

    def bring_back(self):
        attempt = self.world.service.attempt()
        try:
            if attempt.status in GOING:
                self.ask("StopServiceDeployment", {"serviceDeploymentArn": attempt.arn, "stopType": "ROLLBACK"})
                return
        except Refused:
            pass
        try:
            self.ask("UpdateService", {**self.where, "taskDefinition": self.world.service.old_definition})
        except Refused:
            self.refused = True

    def verdict(self):
        """The outcome that the world shows to someone who knows all of it."""
        truth = self.world.service.truth()
        if self.refused:
            return "failed"
        if self.world.service.primary.kind == "other":
            return "superseded"
        ends = {"SUCCESSFUL": "succeeded", "ROLLBACK_SUCCESSFUL": "rolled_back", "ROLLBACK_FAILED": "rollback_failed"}
        outcome = ends.get(truth["attempt"])
        if outcome is None:
            return "rolled_back" if truth["restored"] else "failed"
        if outcome == "rolled_back" and not truth["restored"]:
            self.wrong.append("rolled back, but the old version does not serve")
        return outcome


class LambdaRun(Run):
    def change(self):
        self.world.clock.begin()
        self.world.look()
        self.called = self.restoring = False
        self.broken = self.refused = False
        self.try_update(IMAGE + ":dev")

    def try_update(self, uri):
        function = self.world.function
        for _ in range(3):
            try:
                self.refuse_if_denied("UpdateFunctionCode")
                function.change(uri)
                return
            except Refused as refused:
                if refused.status != 409:
                    self.refused = True
                    return
                function.of["busy_for"] = 0
        self.refused = True

    def over(self):
        if self.refused:
            return True
        function = self.world.function
        if self.restoring:
            return not function.busy()
        return not function.busy() and self.called and not self.broken

    def observe(self):
        view = self.world.function.configuration()
        self.wrong += self.model.complaints("lambda", "GetFunctionConfiguration", view)
        if not self.world.function.busy() and not self.called:
            if self.world.function.failure:
                self.called = True
                return
            bad = 0
            for _ in range(3):
                try:
                    _, headers, payload = self.world.rest.Invoke({"_qualifier": None, "_headers": {}})
                    bad += "X-Amz-Function-Error" in headers or json.loads(payload).get("statusCode", 200) >= 400
                except Refused:
                    bad += 1
            self.called, self.broken = True, bad == 3

    def must_act(self):
        return True

    def bring_back(self):
        if self.world.function.serving.kind == "new" and self.broken:
            self.try_update(self.world.function.old_uri)
            self.restoring = True

    def verdict(self):
        function = self.world.function
        if self.restoring:
            return "rolled_back" if function.truth()["restored"] else "rollback_failed"
        if function.serving.kind == "other":
            return "superseded"
        return "failed" if self.refused or function.failure else "succeeded"


def play(story, model):
    """What is wrong with a story."""
    kind = LambdaRun if "lambda" in story else EcsRun
    runs = [kind(json.loads(json.dumps(story)), model, pace).play() for pace in (0.9, 4.1)]
    wrong = sorted(set(w for r in runs for w in r.wrong))[:6]
    truth, outcomes = story["truth"], [r.verdict() for r in runs]
    by_person = {"waiting", "stopped", "uncertain"}
    if not by_person & set(truth["outcome"]) and set(outcomes) != {truth["outcome"][0]}:
        wrong.append(f"comes out as {outcomes}, not {truth['outcome'][0]}")
    if any(r.certain() is None for r in runs) and not runs[0].refused:
        wrong.append(f"'{truth['certain']}' never happens; marks: {sorted(runs[0].world.agenda.marks)}")
    if not runs[0].acted:
        first, second = (r.world.agenda.marks for r in runs)
        common = [m for m in sorted(set(first) & set(second)) if not m.startswith(("new.call", "old.call"))]
        differ = [m for m in common if abs(first[m] - second[m]) > 1e-6]
        wrong += [f"'{m}' depends on the pace: {first[m]} or {second[m]}" for m in differ[:3]]
    return wrong


def main():
    wanted, model, failed = sys.argv[1:] or ["*"], Model(), 0
    cases = {name: (lambda story=story: play(story, model)) for name, story in stories.every().items()}
    cases.update(wire.CASES)
    for name, case in cases.items():
        if not any(fnmatch.fnmatch(name, each) for each in wanted):
            continue
        for wrong in case():
            failed += 1
            print(f"{name}: {wrong}")
    print(f"{len(cases)} cases, {failed} complaints")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
