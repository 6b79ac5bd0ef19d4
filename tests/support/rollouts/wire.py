"""Whether botocore's own clients can read what the server sends: operations, errors, faults, and what comes from moto."""
import json
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import botocore.config
import botocore.exceptions
import botocore.session

from . import server
from .names import ACCOUNT, REGION

WIRE = {
    "story": "A service behind a balancer, for the wire.", "service": {"balancer": {"port": 8080}, "desired": 1, "alarms": ["errors"]},
    "new": [{"start": 1, "log": [[0.5, "hello"], [1.2, "ready"]]}],
    "truth": {"outcome": ["succeeded"], "exit": [0], "cause": None, "owner": [], "certain": "over"},
    "faults": [{"is": kind, "to": ["ListClusters"], "calls": [1]} for kind in ("throttled", "error", "page", "reset", "denied")] + [
        {"is": "throttled", "to": ["DescribeLoadBalancers"], "calls": [1]}, {"is": "expired", "to": ["ListServices"], "after": -1}]}
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
    wire.expect("the service is there", service["services"][0]["runningCount"] == 1)
    wire.expect("the other is missing", service["failures"][0]["reason"] == "MISSING")
    old = ecs.describe_task_definition(taskDefinition=service["services"][0]["taskDefinition"])["taskDefinition"]
    container = {**old["containerDefinitions"][0], "image": "other:1"}
    shared = {"environment": [{"name": "A", "value": "1"}], "secrets": [{"name": "A", "valueFrom": "/a"}]}
    wire.refused("ClientException", ecs.register_task_definition, family="web", containerDefinitions=[{**container, **shared}])
    new = ecs.register_task_definition(family="web", containerDefinitions=[container], tags=[{"key": "team", "value": "web"}])
    for include, tags in ((["TAGS"], [{"key": "team", "value": "web"}]), ([], [])):
        told = ecs.describe_task_definition(taskDefinition=new["taskDefinition"]["taskDefinitionArn"], include=include)
        wire.expect(f"its tags are {tags}", told.get("tags") == tags)
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
    described = elbv2.describe_target_groups(TargetGroupArns=[group])["TargetGroups"]
    wire.expect("the group has a path", described[0]["HealthCheckPath"] == "/healthz")
    wire.expect("the balancer has a name", elbv2.describe_load_balancers()["LoadBalancers"][0]["DNSName"].endswith("elb.amazonaws.com"))
    streams = logs.describe_log_streams(logGroupName="/ecs/web")["logStreams"]
    stream = next(s["logStreamName"] for s in streams if "lastEventTimestamp" in s)
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
    wire.refused("InvalidParameterValueException", client.update_function_configuration, FunctionName="worker",
                 Environment={"Variables": {"AWS_REGION": "here"}})
    told = client.update_function_configuration(FunctionName="worker", Environment={"Variables": {"MODE": "fast"}})
    wire.expect("the environment changes", told["Environment"]["Variables"] == {"MODE": "fast"} and told["LastUpdateStatus"] == "InProgress")
    wire.refused("ResourceConflictException", client.update_function_configuration, FunctionName="worker")
    wire.advance(4.5)
    answer = client.invoke(FunctionName="worker", Payload=b"{}", LogType="Tail")
    wire.expect("the first call fails", answer["FunctionError"] == "Unhandled")
    wire.expect("and says how", json.load(answer["Payload"])["errorType"] == "KeyError")
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
    main = "import sys; from moto.server import main; main(sys.argv[1:])"
    child = subprocess.Popen([sys.executable, "-c", main, "-H", "127.0.0.1", "-p", str(free)],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wire = Wire(WIRE)
    try:
        wire.server.world.moto = urllib.parse.urlsplit(f"http://127.0.0.1:{free}")
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


CASES = {"wire: ecs": wire_ecs, "wire: lambda": wire_lambda, "wire: moto": wire_moto}
