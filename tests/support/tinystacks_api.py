#!/usr/bin/env python3
"""usage: tinystacks_api.py [--tls PEM]

A server of the published API on a free port of 127.0.0.1, for the tests: it keeps what it is told (played_api.py), is
strict about what it is sent (docs/openapi.yaml), remembers every request, and fails as it is told to. Prints its port
and serves until it is ended.

`/_world/…` is for the test, and neither checked nor remembered:

- GET requests, wrong, state: what came; what no right client sends, a line each; what is kept
- POST faults: `{method, path, times, carried_out, …}` and members of a Reply; path with `*`; the next so many requests
  that match get it; with carried_out they take effect, and it is their own answer that is delayed, cut or never sent
- POST courses: `{checks: [Course…], deployments: [Course…]}` of what begins next
- POST many: `{sources: N, stacks: N}` more of them
"""
import dataclasses
import fnmatch
import json
import sys
import time
import urllib.parse

import contract
from documents import unique
from played_api import Course, Refused, Source, Stack, State
from recording_server import RecordingServer, Reply


@dataclasses.dataclass
class User:
    name: str
    groups: tuple = ()


@dataclasses.dataclass
class Fault:
    """What the next `times` requests of a method and path get instead of their answer; `*` stands for any text."""
    reply: Reply
    method: str = "*"
    path: str = "*"
    times: int = 1
    carried_out: bool = False

    def matches(self, request):
        return self.times > 0 and fnmatch.fnmatchcase(request.method, self.method) and fnmatch.fnmatchcase(request.path, self.path)


class World(RecordingServer):
    """Ada is in the groups TinyStacks and Acme, Bob in none."""

    def __init__(self, certificate=None):
        self.state = State()
        self.users = {"token-of-ada": User("ada", ("TinyStacks", "Acme")), "token-of-bob": User("bob")}
        self.faults = []
        self.operations = contract.operations(contract.load(contract.OURS))
        super().__init__(certificate)

    # Faults, and the test's own door

    def fail(self, method="*", path="*", times=1, carried_out=False, **reply):
        """The next requests that match get this reply; carried_out: they take effect, and it is their own answer that is cut or never sent."""
        with self.lock:
            self.faults.append(Fault(Reply(**reply), method, path, times, carried_out))

    def refuse(self, status, kind, message, path="*", times=1, **more):
        """fail() with an error in the contract's form."""
        self.fail(path=path, times=times, status=status, body=Refused(status, kind, message).body, **more)

    def reply_to(self, request):
        if not request.path.startswith("/_world/"):
            return super().reply_to(request)
        with self.lock:
            return Reply(body=self.control(request.method, request.path.removeprefix("/_world/"), request.body))

    def control(self, method, door, body):
        told = json.loads(body) if body else {}
        if (method, door) == ("POST", "faults"):
            self.fail(**told)
        elif (method, door) == ("POST", "courses"):
            self.state.next_checks += [Course(**each) for each in told.get("checks", [])]
            self.state.next_deployments += [Course(**each) for each in told.get("deployments", [])]
        elif (method, door) == ("POST", "many"):
            self.add_many(**told)
        elif (method, door) == ("GET", "requests"):
            return [{"at": each.at, "method": each.method, "path": each.path, "query": each.query,
                     "headers": dict(each.headers.items()), "body": each.body.decode(errors="replace")} for each in self.requests]
        elif (method, door) == ("GET", "wrong"):
            return self.wrong
        elif (method, door) == ("GET", "state"):
            return {"sources": [each.record for each in self.state.sources.values()],
                    "stacks": [each.record for each in self.state.stacks.values()]}
        return {}

    def add_many(self, sources=0, stacks=0):
        """Ada's, as large as real ones are."""
        filler = {"description": "x" * 200, "createdOn": self.state.now(), "lastModifiedOn": self.state.now(), "status": "ACTIVE"}
        for number in range(sources):
            record = {**filler, "owner": "ada", "name": f"source-{number:05}", "repository": {"cloneUrl": "https://git.example.com/a/b.git"},
                      "infrastructureCodeType": {"format": "TERRAFORM", "language": "hcl"}}
            self.state.sources["ada", record["name"]] = Source(record, self.state.begin(Course()))
        for number in range(stacks):
            record = {**filler, "owner": "ada", "name": f"stack-{number:05}", "source": {"owner": "ada", "name": "web", "currentVersion": "1"},
                      "stages": [{"name": "dev", "region": "us-east-1"}], "parameters": {"size": {"propertyType": "String", "value": "y" * 200}}}
            self.state.stacks["ada", None, record["name"]] = Stack(record)

    # Requests

    def answer(self, request):
        fault = next((each for each in self.faults if each.matches(request)), None)
        if fault:
            fault.times -= 1
            if not fault.carried_out:
                return fault.reply
            real = self.serve(request)
            return dataclasses.replace(fault.reply, status=real.status, body=real.body)
        return self.serve(request)

    def serve(self, request):
        try:
            operation, values = contract.find_operation(self.operations, request.method, request.path)
            if operation is None:
                self.complain(request, "is no operation")
                raise Refused(404, "NotFound", f"Nothing is at {request.path}")
            user = self.authenticate(request, operation)
            body = self.check(request, operation)
            status, answer = getattr(self, operation.name)(user, self.owner(request, user), request.query, body, **values)
        except Refused as refused:
            return Reply(refused.status, refused.body)
        schema = operation.answers[str(status)]
        if schema is None:
            return Reply(status, answer or b"", content_type="text/plain")
        few = answer[:20] if isinstance(answer, list) else answer
        for problem in contract.problems_of(schema, few):
            self.complain(request, "was answered wrongly:", problem)
        return Reply(status, answer)

    def authenticate(self, request, operation):
        if operation.security == []:
            return None
        if len(request.headers.get_all("Authorization", [])) > 1:
            self.complain(request, "has two credentials")
        token = request.bearer or request.headers.get("x-api-key")
        if token is None:
            self.complain(request, "has no credential")
        if token not in self.users:
            raise Refused(401, "Unauthenticated", "The token is not valid")
        return self.users[token]

    def owner(self, request, user):
        group = request.headers.get("group")
        if user is None or group is None:
            return user and user.name
        if group not in user.groups:
            raise Refused(403, "Unauthorized", f"{user.name} is not in the group {group}")
        return f"group:{group}"

    def check(self, request, operation):
        """Complains about what the contract does not allow and refuses it; the body, read."""
        problems = [f"has no query parameter {name}" for name in request.query if not operation.declares("query", name)]
        problems += [f"sends the header {name}" for name in ("Cookie", "Referer") if name in request.headers]
        if not request.headers.get("User-Agent", "").startswith("tinystacks"):
            problems.append(f"does not say who it is: {request.headers.get('User-Agent')}")
        body = {}
        if request.body and operation.body is None:
            problems.append("sends a body")
        elif not request.body and operation.wants_body:
            problems.append("sends no body")
        elif request.body:
            if request.headers.get_content_type() != "application/json":
                problems.append(f"sends {request.headers.get('Content-Type')}")
            try:
                body = json.loads(request.body, object_pairs_hook=unique)
                problems += contract.problems_of(operation.body, body)
            except ValueError as why:
                problems.append(f"sends no JSON: {why}")
        for problem in problems:
            self.complain(request, problem)
        if problems:
            raise Refused(400, "Validation", f"{operation.name} {'; '.join(problems)}")
        return body

    # The operations, by the names that docs/openapi.yaml gives them

    def ping(self, *_):
        return 200, "Healthy Connection"

    def listSources(self, _user, owner, *_):
        return 200, [each.record for each in self.state.sources.values() if each.record["owner"] == owner]

    def createSource(self, user, owner, _query, body):
        return 201, self.state.create_source(owner, user.name, body)

    def showSource(self, _user, owner, query, _body, sourceName):
        return 200, self.state.show_source(owner, sourceName, query.get("version"))

    def updateSource(self, user, owner, _query, body, sourceName):
        return 202, self.state.update_source(owner, user.name, sourceName, body)

    def deleteSource(self, _user, owner, _query, _body, sourceName):
        return 200, self.state.delete_source(owner, sourceName)

    def updateSourceParameters(self, user, owner, _query, body, sourceName):
        return 200, self.state.update_source_parameters(owner, user.name, sourceName, body)

    def publishSourceVersion(self, _user, owner, _query, body, sourceName):
        return 200, self.state.publish(owner, sourceName, body)

    def listSourceVersions(self, _user, owner, _query, _body, sourceName):
        return 200, self.state.versions(owner, sourceName)

    def listStacksOfSource(self, _user, owner, _query, _body, sourceName):
        return 200, self.state.users_of(owner, sourceName)

    def showSourceLog(self, _user, owner, _query, _body, sourceName):
        return 200, self.state.source(owner, sourceName).check.log()

    def listStacks(self, _user, owner, query, _body):
        return 200, self.state.list_stacks(owner, query)

    def createStack(self, user, owner, query, body):
        return 201, self.state.create_stack(owner, user.name, query.get("customerId"), body)

    def showStack(self, _user, owner, query, _body, stackName):
        return 200, self.state.stack(owner, stackName, query.get("customerId")).record

    def updateStack(self, user, owner, _query, body, stackName):
        return 202, self.state.update_stack(owner, user.name, stackName, body)

    def deleteStack(self, _user, owner, query, _body, stackName):
        return 202, self.state.delete_stack(owner, stackName, query.get("customerId"))

    def updateStackParameters(self, user, owner, query, body, stackName):
        return 200, self.state.update_stack_parameters(owner, user.name, stackName, query.get("customerId"), body)

    def listStackOutputs(self, _user, owner, query, _body, stackName):
        return 200, self.state.outputs(owner, stackName, query.get("customerId"))

    def listStackResources(self, _user, owner, query, _body, stackName):
        return 200, self.state.resources(owner, stackName, query.get("customerId"))

    def showStackOfUser(self, _user, owner, _query, _body, stackName, userActorId):
        return 200, self.state.stack_of_user(owner, stackName, userActorId)

    def listStackEvents(self, _user, owner, _query, _body, stackName):
        return 200, self.state.stack(owner, stackName).events

    def deployStage(self, user, owner, query, _body, stackName, stageName):
        return 202, self.state.deploy(owner, user.name, stackName, stageName, query.get("customerId"))

    def listDeployments(self, _user, owner, query, _body, stackName):
        return 200, self.state.deployments(owner, stackName, query.get("customerId"))

    def showDeploymentLog(self, _user, owner, query, _body, stackName):
        return 200, self.state.deployment_log(owner, stackName, query.get("deploymentId"))

    def listDeploymentEvents(self, _user, owner, query, _body, stackName):
        return 200, self.state.deployment_events(owner, stackName, query.get("customerId"), query.get("deploymentId"))


def main():
    certificate = sys.argv[sys.argv.index("--tls") + 1] if "--tls" in sys.argv else None
    with World(certificate) as world:
        print(urllib.parse.urlsplit(world.url).port, flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
