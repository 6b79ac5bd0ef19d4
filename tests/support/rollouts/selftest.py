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
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from rollouts import server, stories  # noqa: E402
from rollouts.faults import refusal  # noqa: E402
from rollouts.names import ACCOUNT, REGION, Refused  # noqa: E402
from rollouts.rollout import GOING  # noqa: E402

try:
    import botocore.config
    import botocore.exceptions
    import botocore.session
    import moto.server  # noqa: F401
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
            current = self.ask("DescribeServices", {"cluster": service.cluster, "services": [service.name]})["services"][0]["taskDefinition"]
            definition = self.ask("DescribeTaskDefinition", {"taskDefinition": current})["taskDefinition"]
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
            seen = self.ask("DescribeServiceDeployments", {"serviceDeploymentArns": [d["serviceDeploymentArn"] for d in listed]})
            self.ask("DescribeServiceRevisions", {"serviceRevisionArns": [d["targetServiceRevision"]["arn"] for d in seen["serviceDeployments"]]})
        if service.balancer:
            self.wrong += self.model.complaints("elbv2", "DescribeTargetHealth", world.balancers.DescribeTargetHealth({"TargetGroupArn": service.groups[0]}))

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
                    bad += "X-Amz-Function-Error" in self.world.rest.Invoke({"_qualifier": None, "_headers": {}})[1]
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
        marks = [{k: v for k, v in r.world.agenda.marks.items() if not k.startswith(("new.call", "old.call", "hook"))} for r in runs]
        common = set(marks[0]) & set(marks[1])
        wrong += [f"'{m}' depends on the pace: {marks[0][m]} or {marks[1][m]}" for m in sorted(common) if abs(marks[0][m] - marks[1][m]) > 1e-6][:3]
    return wrong


# -- over HTTP

WIRE = {
    "story": "A service behind a balancer, for the wire.", "service": {"balancer": {"port": 8080}, "desired": 1, "alarms": ["errors"]},
    "new": [{"start": 1, "log": [[0.5, "hello"], [1.2, "ready"]]}],
    "truth": {"outcome": ["succeeded"], "exit": [0], "cause": None, "owner": [], "certain": "over"},
    "faults": [{"is": "throttled", "to": ["DescribeLoadBalancers"], "calls": [1]}, {"is": "throttled", "to": ["ListClusters"], "calls": [1]}, {"is": "error", "to": ["ListClusters"], "calls": [1]},
               {"is": "page", "to": ["ListClusters"], "calls": [1]}, {"is": "reset", "to": ["ListClusters"], "calls": [1]},
               {"is": "denied", "to": ["ListClusters"], "calls": [1]}, {"is": "expired", "to": ["ListServices"], "after": -1}]}
WIRE_LAMBDA = {
    "story": "A function, for the wire.", "truth": WIRE["truth"],
    "lambda": {"calls": [{"error": "Unhandled", "payload": {"errorType": "KeyError"}}, {}], "update": {"takes": 2}},
    "faults": [{"is": "throttled", "to": ["GetFunction"], "calls": [1]}]}


class Wire:
    def __init__(self, story):
        self.server = server.Server(server.World(json.loads(json.dumps(story)), speed=0)).start()
        self.session = botocore.session.get_session()
        self.wrong = []

    def client(self, service):
        config = botocore.config.Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=5)
        return self.session.create_client(service, region_name=REGION, endpoint_url=self.server.url, config=config,
                                          aws_access_key_id="AKIATEST", aws_secret_access_key="secret")

    def advance(self, seconds):
        urllib.request.urlopen(urllib.request.Request(f"{self.server.url}/_rollouts/advance?seconds={seconds}", method="POST")).read()

    def expect(self, what, condition):
        if not condition:
            self.wrong.append(what)

    def refused(self, code, call, **ask):
        try:
            call(**ask)
            self.wrong.append(f"{code}: not refused")
        except botocore.exceptions.ClientError as refused:
            self.expect(f"{refused.response['Error']} is not {code}", refused.response["Error"]["Code"] == code)
        except botocore.exceptions.BotoCoreError as other:
            self.expect(f"{type(other).__name__} is not {code}", type(other).__name__ == code)


def wire_ecs():
    wire = Wire(WIRE)
    ecs, elbv2, logs = wire.client("ecs"), wire.client("elbv2"), wire.client("logs")
    for code in ("ThrottlingException", "ServerException", "503", "ConnectionClosedError", "AccessDeniedException"):
        wire.refused(code, ecs.list_clusters)
    wire.refused("ExpiredTokenException", ecs.list_services, cluster="main")
    wire.refused("ClusterNotFoundException", ecs.describe_services, cluster="none", services=["web"])
    wire.refused("Throttling", elbv2.describe_load_balancers)
    service = ecs.describe_services(cluster="main", services=["web", "nobody"])
    wire.expect("one service is there, the other missing", service["failures"][0]["reason"] == "MISSING" and service["services"][0]["runningCount"] == 1)
    old = ecs.describe_task_definition(taskDefinition=service["services"][0]["taskDefinition"])["taskDefinition"]
    new = ecs.register_task_definition(family="web", containerDefinitions=[{**old["containerDefinitions"][0], "image": "other:1"}])
    ecs.update_service(cluster="main", service="web", taskDefinition=new["taskDefinition"]["taskDefinitionArn"])
    wire.advance(3)
    attempt = ecs.list_service_deployments(cluster="main", service="web")["serviceDeployments"][0]["serviceDeploymentArn"]
    view = ecs.describe_service_deployments(serviceDeploymentArns=[attempt])["serviceDeployments"][0]
    wire.expect("the deployment is in progress", view["status"] == "IN_PROGRESS" and view["alarms"]["alarmNames"] == ["errors"])
    revision = ecs.describe_service_revisions(serviceRevisionArns=[view["targetServiceRevision"]["arn"]])["serviceRevisions"][0]
    wire.expect("the revision is ours", revision["taskDefinition"] == new["taskDefinition"]["taskDefinitionArn"])
    tasks = ecs.list_tasks(cluster="main", serviceName="web", desiredStatus="RUNNING")["taskArns"]
    running = ecs.describe_tasks(cluster="main", tasks=tasks)["tasks"]
    wire.expect("old and new run side by side", len({t["startedBy"] for t in running}) == 2)
    group = service["services"][0]["loadBalancers"][0]["targetGroupArn"]
    states = [t["TargetHealth"]["State"] for t in elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]]
    wire.expect(f"the targets are healthy and initial, not {states}", sorted(states) == ["healthy", "initial"])
    wire.expect("the group has a path", elbv2.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]["HealthCheckPath"] == "/healthz")
    wire.expect("the balancer has a name", elbv2.describe_load_balancers()["LoadBalancers"][0]["DNSName"].endswith("elb.amazonaws.com"))
    stream = next(s["logStreamName"] for s in logs.describe_log_streams(logGroupName="/ecs/web")["logStreams"] if "lastEventTimestamp" in s)
    events = logs.get_log_events(logGroupName="/ecs/web", logStreamName=stream, limit=1)["events"]
    wire.expect("the last line is told", [e["message"] for e in events] == ["ready"])
    wire.expect("both lines are found", len(logs.filter_log_events(logGroupName="/ecs/web")["events"]) == 2)
    wire.refused("ResourceNotFoundException", logs.get_log_events, logGroupName="/ecs/other", logStreamName=stream)
    ecs.stop_service_deployment(serviceDeploymentArn=attempt, stopType="ROLLBACK")
    wire.advance(30)
    view = ecs.describe_service_deployments(serviceDeploymentArns=[attempt])["serviceDeployments"][0]
    wire.expect(f"it was rolled back, not {view['status']}", view["status"] == "ROLLBACK_SUCCESSFUL")
    wire.refused("ConflictException", ecs.stop_service_deployment, serviceDeploymentArn=attempt)
    wire.server.end()
    return wire.wrong


def wire_lambda():
    wire = Wire(WIRE_LAMBDA)
    client = wire.client("lambda")
    wire.refused("TooManyRequestsException", client.get_function, FunctionName="worker")
    wire.refused("ResourceNotFoundException", client.get_function, FunctionName="nobody")
    wire.expect("the old image runs", client.get_function(FunctionName="worker")["Code"]["ImageUri"].endswith(":before"))
    told = client.update_function_code(FunctionName="worker", ImageUri="other:1")
    wire.expect("the update is in progress", told["LastUpdateStatus"] == "InProgress")
    wire.refused("ResourceConflictException", client.update_function_code, FunctionName="worker", ImageUri="other:2")
    wire.advance(2.5)
    by_arn = client.get_function_configuration(FunctionName=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:worker")
    wire.expect("the update has ended", by_arn["LastUpdateStatus"] == "Successful")
    answer = client.invoke(FunctionName="worker", Payload=b"{}", LogType="Tail")
    wire.expect("the first call fails", answer["FunctionError"] == "Unhandled" and json.load(answer["Payload"])["errorType"] == "KeyError")
    wire.expect("the second call works", "FunctionError" not in client.invoke(FunctionName="worker", Payload=b"{}"))
    wire.expect("a version is published", client.publish_version(FunctionName="worker")["Version"] == "4")
    wire.refused("ResourceConflictException", client.invoke, FunctionName="worker", Qualifier="4")
    client.update_alias(FunctionName="worker", Name="live", FunctionVersion="4")
    wire.expect("the alias moved", client.get_alias(FunctionName="worker", Name="live")["FunctionVersion"] == "4")
    client.tag_resource(Resource=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:worker", Tags={"IMAGE_SHA": "1"})
    wire.server.end()
    return wire.wrong


def wire_moto():
    """What is not played comes from moto as moto says it."""
    port = server.Server(server.World(WIRE))  # takes a free port, which moto gets
    free = port.server_address[1]
    port.server_close()
    child = subprocess.Popen([sys.executable, "-c", "import sys; from moto.server import main; main(sys.argv[1:])", "-H", "127.0.0.1", "-p", str(free)],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wire = Wire(WIRE)
    try:
        wire.server.world.moto = server.urllib.parse.urlsplit(f"http://127.0.0.1:{free}")
        identity = None
        for _ in range(150):
            try:
                identity = wire.client("sts").get_caller_identity()
                break
            except botocore.exceptions.ClientError:
                time.sleep(0.2)
        wire.expect("moto knows who calls", identity and identity["Account"] == ACCOUNT)
        storage = wire.client("s3")
        storage.create_bucket(Bucket="a-bucket")
        storage.put_object(Bucket="a-bucket", Key="a key", Body=b"\x00\xff" * 1000)
        wire.expect("bytes stay as they are", storage.get_object(Bucket="a-bucket", Key="a key")["Body"].read() == b"\x00\xff" * 1000)
    finally:
        child.terminate()
        child.wait()
        wire.server.end()
    return wire.wrong


def main():
    wanted, model, failed = sys.argv[1:] or ["*"], Model(), 0
    cases = {name: (lambda story=story: play(story, model)) for name, story in stories.every().items()}
    cases.update({"wire: ecs": wire_ecs, "wire: lambda": wire_lambda, "wire: moto": wire_moto})
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
