"""Code sources, stacks and their deployments as a server of the published API keeps them, and how they go on.

Nothing here goes by the clock: a check or a deployment goes on by one step whenever somebody looks at it, and times
are counted up, so that a story runs the same on every machine. The contract does not say which words a status may be:
those here are CodeBuild's, and a Course may have others.
"""
import copy
import dataclasses
import re

FAILING = "fail the check"  # in the description of a source: its check fails until it stands there no longer
BROKEN = "broken"  # a stage of this name: its deployments fail
KEPT = ("owner", "name", "createdOn", "createdBy", "status", "ciCdInfraStatus", "buildDetails", "stackCount", "latestVersion")


class Refused(Exception):
    """An answer other than that which was asked for."""

    def __init__(self, status, kind, message):
        super().__init__(message)
        self.status, self.kind = status, kind

    @property
    def body(self):
        return {"name": f"{self.kind}Error", "message": str(self), "status": self.status, "type": self.kind}


@dataclasses.dataclass
class Course:
    """How a check or a deployment goes: how often one sees it running, its log, and the word it ends with."""
    polls: int = 2
    lines: list = dataclasses.field(default_factory=list)
    word: str = "SUCCEEDED"
    running: str = "IN_PROGRESS"
    error: str = ""
    appears_after: int = 0  # that many looks still see what was before it
    beside: int = 0  # deployments of others that begin with it


class Run:
    """A check or a deployment on its course."""

    def __init__(self, number, course, now):
        self.number, self.course, self.now = number, course, now
        self.hidden, self.looks, self.shown = course.appears_after, 0, 0
        self.started, self.finished = now(), None

    def look(self):
        """Whether there is something to be seen of it."""
        if self.hidden > 0:
            self.hidden -= 1
            return False
        if self.finished is None and self.looks >= self.course.polls:
            self.finished = self.now()
        self.looks += 1
        return True

    @property
    def word(self):
        return self.course.word if self.finished else self.course.running

    @property
    def succeeded(self):
        return self.finished and self.course.word == "SUCCEEDED"

    def log(self):
        """A line more each time, all of them at the end."""
        self.shown = len(self.course.lines) if self.finished else min(self.shown + 1, len(self.course.lines))
        return [{"timestamp": self.started, "message": line} for line in self.course.lines[:self.shown]]


@dataclasses.dataclass
class Source:
    record: dict
    check: Run = None
    before: dict = None  # buildDetails of the check before
    versions: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Stack:
    record: dict
    customer: str = None
    runs: list = dataclasses.field(default_factory=list)
    stages: dict = dataclasses.field(default_factory=dict)  # of runs, by their number
    events: list = dataclasses.field(default_factory=list)


class State:
    """What a server knows. `next_checks` and `next_deployments` are the courses of those that begin next."""

    def __init__(self):
        self.sources, self.stacks, self.ticks, self.runs = {}, {}, 0, 0
        self.next_checks, self.next_deployments = [], []

    def now(self):
        self.ticks += 1
        return f"2026-01-{1 + self.ticks // 86400:02}T{self.ticks // 3600 % 24:02}:{self.ticks // 60 % 60:02}:{self.ticks % 60:02}.000Z"

    def begin(self, course):
        self.runs += 1
        return Run(self.runs, course, self.now)

    # Sources

    def source(self, owner, name):
        if (owner, name) not in self.sources:
            raise Refused(404, "NotFound", f"There is no code source {name} of {owner}")
        return self.sources[owner, name]

    def begin_check(self, source):
        failing = FAILING in source.record.get("description", "")
        usual = Course(word="FAILED", error="exit status 1", lines=["cloning", "no main module"]) if failing else \
            Course(lines=["cloning", "synthesizing", "done"])
        source.before = source.record.get("buildDetails")
        source.check = self.begin(self.next_checks.pop(0) if self.next_checks else usual)
        self.show_check(source)

    def show_check(self, source):
        """Writes into the record what a look at the check sees."""
        check, details = source.check, dict((source.before or {}).get("gitIngestion", {}))
        if check.look():
            details = {**details, "status": check.word, "startTime": check.started, "lastRunTime": 1767225600000 + check.number,
                       "commitId": f"{check.number:040x}"}
            for member in ("endTime", "error", "statusDetails"):
                details.pop(member, None)
            if check.finished:
                details["endTime"] = check.finished
                if check.course.error:
                    details.update(error=check.course.error, statusDetails="The last phase failed")
                if check.succeeded:
                    details["lastSuccessfulRunTime"] = details["lastRunTime"]
        source.record["buildDetails"] = {"gitIngestion": details}
        source.record["ciCdInfraStatus"] = details.get("status", "PENDING")

    def create_source(self, owner, user, record):
        name = required(record, "name")
        required(record, "repository", "cloneUrl")
        required(record, "infrastructureCodeType", "format")
        if (owner, name) in self.sources:
            raise Refused(409, "Conflict", f"A code source {name} exists already")
        now = self.now()
        made = {**copy.deepcopy(record), "owner": owner, "createdOn": now, "createdBy": user, "lastModifiedOn": now,
                "lastModifiedBy": user, "status": "ACTIVE", "stackCount": 0}
        self.sources[owner, name] = Source(made)
        self.begin_check(self.sources[owner, name])
        return made

    def show_source(self, owner, name, version):
        source = self.source(owner, name)
        if version is not None and version not in [each["version"] for each in source.versions]:
            raise Refused(404, "NotFound", f"There is no version {version} of {name}")
        self.show_check(source)
        source.record["stackCount"] = len(self.stacks_of(owner, name))
        return source.record

    def update_source(self, owner, user, name, record):
        source = self.source(owner, name)
        if record.get("name", name) != name:
            raise Refused(400, "Validation", "The name of a code source cannot be changed")
        old = source.record
        source.record = {**copy.deepcopy(record), **{member: old[member] for member in KEPT if member in old},
                         "lastModifiedOn": self.now(), "lastModifiedBy": user}
        self.begin_check(source)
        return source.record

    def update_source_parameters(self, owner, user, name, change):
        source = self.source(owner, name)
        for member in ("parameters", "parameterCategories"):
            if member in change:
                source.record[member] = {**source.record.get(member, {}), **copy.deepcopy(change[member])}
        source.record.update(lastModifiedOn=self.now(), lastModifiedBy=user)
        self.begin_check(source)

    def delete_source(self, owner, name):
        source = self.source(owner, name)
        if self.stacks_of(owner, name):
            raise Refused(409, "Conflict", f"There are stacks of {name}")
        del self.sources[owner, name]
        return source.record

    def publish(self, owner, name, change):
        source, version = self.source(owner, name), required(change, "version")
        if not source.check.succeeded:
            raise Refused(409, "Conflict", f"The latest build of {name} has not succeeded")
        if version in [each["version"] for each in source.versions]:
            raise Refused(409, "Conflict", f"The version {version} is published already")
        at = 1767225600000 + self.ticks
        source.versions.append({"version": version, "commitSha": source.record["buildDetails"]["gitIngestion"]["commitId"],
                                "description": "", "createdOn": at, "publishedOn": at, "isPublic": True})
        source.record["latestVersion"] = version

    def versions(self, owner, name):
        used = [stack.record for stack in self.stacks_of(owner, name)]
        found = []
        for version in self.source(owner, name).versions:
            users = [each for each in used if each["source"].get("currentVersion") == version["version"]]
            found.append({**version, "userCount": len(users), "userStacks": users})
        return found

    def stacks_of(self, owner, name):
        return [each for each in self.stacks.values() if (each.record["source"]["owner"], each.record["source"]["name"]) == (owner, name)]

    def users_of(self, owner, name):
        self.source(owner, name)
        return [{"owner": each.record["owner"], "stackName": each.record["name"], "userName": each.record["createdBy"],
                 "version": each.record["source"].get("currentVersion", ""), "lastModifiedOn": each.record["lastModifiedOn"],
                 "status": each.record["status"]} for each in self.stacks_of(owner, name)]

    # Stacks

    def stack(self, owner, name, customer=None):
        for stack in self.stacks.values():
            if (stack.record["owner"], stack.record["name"]) == (owner, name) and customer in (None, stack.customer):
                return stack
        raise Refused(404, "NotFound", f"There is no stack {name} of {owner}")

    def list_stacks(self, owner, wanted):
        return [each.record for each in self.stacks.values() if each.record["owner"] == owner
                and wanted.get("customerId") == each.customer
                and wanted.get("sourceOwner") in (None, each.record["source"]["owner"])
                and wanted.get("sourceName") in (None, each.record["source"]["name"])]

    def create_stack(self, owner, user, customer, record):
        name, wanted = required(record, "name"), required(record, "source", "name")
        if (owner, customer, name) in self.stacks:
            raise Refused(409, "Conflict", f"A stack {name} exists already")
        source = self.source(record["source"].get("owner", owner), wanted)
        version = record["source"].get("targetVersion") or record["source"].get("currentVersion") or source.record.get("latestVersion")
        if version not in [each["version"] for each in source.versions]:
            raise Refused(422, "Validation", f"The code source {wanted} has no published version {version}")
        if not record.get("stages") and not record.get("deploymentTarget"):
            raise Refused(422, "Validation", "A stack needs a stage or a deployment target")
        given = record.get("parameters", {})
        for parameter, definition in source.record.get("parameters", {}).items():
            has = {**definition, **given.get(parameter, {})}
            if has.get("required") and "value" not in has and "defaultValue" not in has:
                raise Refused(422, "Validation", f"The parameter {parameter} has no value")
        now = self.now()
        made = {**copy.deepcopy(record), "owner": owner, "createdOn": now, "createdBy": user, "lastModifiedOn": now,
                "lastModifiedBy": user, "status": "PENDING",
                "source": {**record["source"], "owner": source.record["owner"], "targetVersion": version}}
        stack = self.stacks[owner, customer, name] = Stack(made, customer)
        self.note(stack, user, "Create", newValue=version)
        self.begin_deployment(stack, (made.get("stages") or [{"name": ""}])[0]["name"])
        return made

    def update_stack(self, owner, user, name, record):
        stack = self.stack(owner, name)
        kept = {member: stack.record[member] for member in ("owner", "name", "createdOn", "createdBy", "status", "source")}
        source = {**kept["source"], **copy.deepcopy(record.get("source", {}))}
        stack.record = {**copy.deepcopy(record), **kept, "source": source, "lastModifiedOn": self.now(), "lastModifiedBy": user}
        self.note(stack, user, "Update")
        self.begin_deployment(stack, (stack.record.get("stages") or [{"name": ""}])[0]["name"])
        return stack.record

    def update_stack_parameters(self, owner, user, name, customer, change):
        stack = self.stack(owner, name, customer)
        for parameter, given in change.get("parameters", {}).items():
            held = stack.record.setdefault("parameters", {})
            held[parameter] = {**held.get(parameter, {}), **copy.deepcopy(given)}
        stack.record.update(lastModifiedOn=self.now(), lastModifiedBy=user)
        self.note(stack, user, "Update", changeField="RuntimeVariables")

    def delete_stack(self, owner, name, customer):
        stack = self.stack(owner, name, customer)
        del self.stacks[owner, stack.customer, name]
        return stack.record

    def note(self, stack, user, change, **more):
        stack.events.append({"userName": user, "timeLastUpdated": self.now(), "eventType": "Infrastructure", "changeType": change,
                             "changeField": "Stack", "updateId": str(len(stack.events) + 1), "path": {}, **more})

    # Deployments

    def deploy(self, owner, user, name, stage, customer):
        stack = self.stack(owner, name, customer)
        if stage not in [each.get("name") for each in stack.record.get("stages", [])]:
            raise Refused(404, "NotFound", f"The stack {name} has no stage {stage}")
        self.note(stack, user, "InfrastructureDeployment", changeField="Stage", newValue=stage)
        self.begin_deployment(stack, stage)

    def begin_deployment(self, stack, stage):
        words = {"word": "FAILED", "error": "exit status 1"} if stage == BROKEN else {}
        course = self.next_deployments.pop(0) if self.next_deployments else \
            Course(lines=[f"{stage}: planning", f"{stage}: applying", f"{stage}: {'failed' if words else 'done'}"], **words)
        for each in [course] + [dataclasses.replace(course, beside=0) for _ in range(course.beside)]:
            run = self.begin(each)
            stack.runs.append(run)
            stack.stages[run.number] = stage

    def deployments(self, owner, name, customer):
        """The newest first, as CodeBuild lists them."""
        stack, seen = self.stack(owner, name, customer), []
        for run in stack.runs:
            if not run.look():
                continue
            deployment = {"deploymentId": f"deploy-{run.number:04}", "startTime": run.started, "sourceStack": name, "status": run.word,
                          "sourceStackVersion": stack.record["source"]["targetVersion"], "parameters": stack.record.get("parameters", {})}
            if run.finished:
                deployment["finishTime"] = run.finished
                self.end(stack, run)
            seen.insert(0, deployment)
        return seen

    @staticmethod
    def end(stack, run):
        stack.record["status"] = run.word
        for stage in stack.record.get("stages", []):
            if stage.get("name") == stack.stages[run.number]:
                stage["status"] = run.word
        if run.succeeded:
            stack.record["source"]["currentVersion"] = stack.record["source"]["targetVersion"]

    def run_of(self, stack, deployment):
        seen = [run for run in stack.runs if run.hidden == 0]
        found = [run for run in seen if deployment in (None, f"deploy-{run.number:04}")]
        if not found and deployment is not None:
            raise Refused(404, "NotFound", f"There is no deployment {deployment}")
        return found[-1] if found else None

    def deployment_log(self, owner, name, deployment):
        run = self.run_of(self.stack(owner, name), deployment)
        return run.log() if run else []

    def deployment_events(self, owner, name, customer, deployment):
        run = self.run_of(self.stack(owner, name, customer), deployment)
        status = "CREATE_IN_PROGRESS" if not run or not run.finished else "CREATE_COMPLETE" if run.succeeded else "CREATE_FAILED"
        return [{"EventId": f"{number}", "StackName": name, "LogicalResourceId": logical, "ResourceType": kind, "ResourceStatus": status,
                 "Timestamp": run.started} for number, (logical, kind) in enumerate(RESOURCES)] if run else []

    def outputs(self, owner, name, customer):
        stack = self.stack(owner, name, customer)
        return [{"stackName": name, "outputKey": "Url", "outputValue": f"https://{re.sub('[^a-z0-9-]', '-', name)}.example.com",
                 "description": "Where it answers", "exportName": f"{name}-url"}] if any(run.succeeded for run in stack.runs) else []

    def resources(self, owner, name, customer):
        stack = self.stack(owner, name, customer)
        return [{"stackName": name, "stackId": f"arn:aws:cloudformation:us-east-1:123456789012:stack/{name}/1", "logicalResourceId": logical,
                 "physicalResourceId": f"{name}-{logical.lower()}", "resourceType": kind, "resourceStatus": "CREATE_COMPLETE",
                 "timestamp": stack.record["createdOn"], "driftInformation": {"stackResourceDriftStatus": "NOT_CHECKED"}}
                for logical, kind in RESOURCES] if any(run.succeeded for run in stack.runs) else []

    def stack_of_user(self, owner, name, actor):
        stack = self.stack(actor, name)
        if stack.record["source"]["owner"] != owner:
            raise Refused(403, "Unauthorized", "The stack is not of a code source of yours")
        return {"owner": actor, "name": name, "version": stack.record["source"].get("currentVersion", ""), "outputs":
                self.outputs(actor, name, None), "createdOn": stack.record["createdOn"], "lastModifiedOn": stack.record["lastModifiedOn"]}


RESOURCES = [("Cluster", "AWS::ECS::Cluster"), ("Service", "AWS::ECS::Service")]


def required(record, *path):
    """The member at the path, which must be there and not empty."""
    value = record
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if not value:
        raise Refused(400, "Validation", f"{'.'.join(path)} is missing")
    return value
