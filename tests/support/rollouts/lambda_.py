"""One Lambda function with an image: updates that take a while and may fail, versions, an alias, and calls.

Sources: AWS Lambda developer guide, "Lambda function states", "Lambda runtime environment"; botocore's Lambda model.
"""
import base64
import json
import re
import time
import urllib.parse

from .names import Refused, arn, hexadecimal, present, role, uuid

UPDATING = "The operation cannot be performed at this time. An update is in progress for resource: {}"
IN_STATE = "The operation cannot be performed at this time. The function is currently in the following state: {}"
REPORT = ("START RequestId: {request} Version: {version}\nEND RequestId: {request}\nREPORT RequestId: {request}\tDuration: 9.31 ms\t"
          "Billed Duration: 10 ms\tMemory Size: 512 MB\tMax Memory Used: 58 MB\t\n")
RESERVED = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API")
WELL = {"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": "pong"}


class Code:
    """An image by its text; kind is old, new or back."""

    def __init__(self, uri, kind, repository):
        self.uri, self.kind = uri, kind
        named = uri.split("@sha256:")
        self.sha = named[1] if len(named) == 2 else hexadecimal(64, "code", uri)
        self.resolved = uri if len(named) == 2 else f"{repository}@sha256:{self.sha}"


class Function:
    def __init__(self, story, clock, agenda, image):
        of = self.of = story["lambda"]
        self.story, self.clock, self.agenda, self.seed, self.repository = story, clock, agenda, story["story"], image
        self.name = of.get("name", "worker")
        self.arn = arn("lambda", "function:" + self.name)
        self.old_uri = image + ":before"
        self.code = self.serving = Code(self.old_uri, "old", image)
        self.old_sha = self.code.sha
        self.updating_until, self.failure, self.edits, self.refusals = None, None, 0, 0
        self.versions, self.ready, self.aliases = {"3": self.code}, {"3": -1e9}, {"live": ("3", {})}
        self.tags, self.calls, self.asked_first, self.woken = {}, {"old": 0, "new": 0, "variables": 0}, None, None
        self.environment = self.old_environment = dict(of.get("environment", {}))
        for act in story.get("acts", []):
            agenda.when(act["at"], lambda now, act=act: self._act(act, now))

    # -- state

    def busy(self):
        """Somebody's update is going on: another person's for a while after the first look, or ours."""
        if self.asked_first is None:
            self.asked_first = time.monotonic()
        other = (time.monotonic() - self.asked_first) * (self.clock.speed or 1.0) < self.of.get("busy_for", 0)
        return other or self.updating_until is not None

    def change(self, uri=None, environment=None):
        """Begins an update of the image, else of the configuration; refused while another one goes on, or as the story has it."""
        now = self.agenda.now
        if self.busy():
            raise Refused("ResourceConflictException", UPDATING.format(self.arn), 409)
        kind = None if uri is None else "back" if self._is_old(uri) else "new"
        plan = self.of.get({None: "variables", "back": "rollback", "new": "update"}[kind], {})
        refused = plan.get("refused")
        if refused and self.refusals < refused.get("times", 1e9):
            self.refusals += 1
            raise Refused(refused["code"], self.say(refused["says"], uri), refused.get("status", 400))
        self.edits, self.failure = self.edits + 1, None
        before = self.code
        self.code = Code(uri, kind, self.repository) if uri else self.code
        self.environment = self.environment if environment is None else environment
        takes = plan.get("takes", 2.0 if kind == "back" else 4.0)
        self.updating_until = now + takes
        self.agenda.at(self.updating_until, lambda later: self._end_update(plan, kind, before, later))

    def _is_old(self, uri):
        return uri == self.old_uri or uri.endswith("@sha256:" + self.old_sha)

    def _end_update(self, plan, kind, before, now):
        self.updating_until = None
        if plan.get("fails"):
            self.failure, self.code = plan["fails"], before
        else:
            self.serving = self.code
        self.agenda.mark("back.over" if kind == "back" else "updated", now)

    def say(self, text, uri=None):
        for name, value in {"image": uri or self.code.uri, "function": self.arn}.items():
            text = text.replace("{" + name + "}", value)
        return text

    def _act(self, act, now):
        """Another person updates the function to an image of theirs."""
        if act["do"] == "deploy_other":
            self.code = self.serving = Code(self.repository + ":theirs", "other", self.repository)
            self.edits, self.updating_until = self.edits + 1, None
        self.agenda.mark("other.deployed", now)

    # -- views

    def configuration(self, version=None):
        now, code = self.agenda.now, self.versions[version] if version else self.serving
        moment = self.clock.began[1] if self.clock.began and self.edits else self.clock.opened
        view = {
            "FunctionName": self.name, "FunctionArn": self.arn + (f":{version}" if version else ""), "Role": role(self.name),
            "CodeSize": 0, "Description": "", "Timeout": self.of.get("timeout", 10), "MemorySize": 512,
            "LastModified": time.strftime("%Y-%m-%dT%H:%M:%S.000+0000", time.gmtime(moment)), "CodeSha256": code.sha,
            "Version": version or "$LATEST", "TracingConfig": {"Mode": "PassThrough"}, "PackageType": "Image",
            "RevisionId": uuid(self.seed, self.edits, version, self.busy()), "State": "Active", "LastUpdateStatus": "Successful",
            "Architectures": [self.of.get("architecture", "x86_64")], "EphemeralStorage": {"Size": 512},
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/" + self.name}}
        if self.environment:
            view["Environment"] = {"Variables": self.environment}
        if self.of.get("vpc"):
            view["VpcConfig"] = {"SubnetIds": ["subnet-0a9b8c7d6e5f40312"], "SecurityGroupIds": ["sg-0a9b8c7d6e5f40313"],
                                 "VpcId": "vpc-0a9b8c7d6e5f40311", "Ipv6AllowedForDualStack": False}
        view.update(self._version_state(version, now) if version else self._latest_state())
        return view

    def _latest_state(self):
        if self.busy():
            # "Creating" is in no model and is sent all the same.
            return {"LastUpdateStatus": "InProgress", "LastUpdateStatusReason": "The function is being created.",
                    "LastUpdateStatusReasonCode": "Creating"}
        if self.failure:
            return {"LastUpdateStatus": "Failed", "LastUpdateStatusReasonCode": self.failure["code"],
                    "LastUpdateStatusReason": self.say(self.failure.get("says", ""))}
        if self.of.get("idle") and self.woken is None:
            return {"State": "Inactive", "StateReasonCode": "Idle", "StateReason": "The function has not been invoked for a while."}
        return {}

    def _version_state(self, version, now):
        if now < self.ready[version]:
            return {"State": "Pending", "StateReasonCode": "Creating", "StateReason": "The function is being created.",
                    "LastUpdateStatus": "InProgress", "LastUpdateStatusReason": "The function is being created.",
                    "LastUpdateStatusReasonCode": "Creating"}
        failed = self.of.get("version", {}).get("fails")
        if failed and self.versions[version].kind == "new":
            return {"State": "Failed", "StateReasonCode": failed["code"], "StateReason": failed.get("says", "")}
        return {}

    def truth(self):
        return {"serving": self.serving.kind, "restored": self.serving.kind in ("old", "back") and not self.busy(),
                "busy": self.busy(), "failed": self.failure is not None, "variables": self.environment, "live": self.versions[self.aliases["live"][0]].kind}


class Lambda:
    """The REST calls, by method and path. Each gives (status, headers, JSON object or bytes)."""

    PATH = re.compile(r"/20\d\d-\d\d-\d\d/functions(?:/(?P<name>[^/]+))?(?:/(?P<rest>.*?))?/?")
    NAMES = {("GET", ""): "GetFunction", ("GET", "configuration"): "GetFunctionConfiguration",
             ("PUT", "code"): "UpdateFunctionCode", ("PUT", "configuration"): "UpdateFunctionConfiguration",
             ("POST", "invocations"): "Invoke", ("GET", "url"): "GetFunctionUrlConfig",
             ("POST", "versions"): "PublishVersion", ("GET", "versions"): "ListVersionsByFunction",
             ("GET", "aliases"): "ListAliases", ("POST", "aliases"): "CreateAlias",
             ("GET", "alias"): "GetAlias", ("PUT", "alias"): "UpdateAlias"}

    def __init__(self, function):
        self.function = function

    def operation(self, method, path):
        """The operation's name, or None when it is not one of ours."""
        if "/tags/" in path:
            return "ListTags" if method == "GET" else "TagResource"
        found = self.PATH.fullmatch(path)
        if not found or not found["name"]:
            return None
        rest = found["rest"] or ""
        return self.NAMES.get((method, "alias" if rest.startswith("aliases/") else rest))

    def call(self, operation, path, query, headers, body):
        function = self.function
        if operation in ("ListTags", "TagResource"):
            function.tags.update(json.loads(body or b"{}").get("Tags", {}) if operation == "TagResource" else {})
            return (200, {}, {"Tags": function.tags}) if operation == "ListTags" else (204, {}, None)
        found = self.PATH.fullmatch(path)
        name, qualifier = self._names(found["name"], query.get("Qualifier"))
        if name != function.name or function.of.get("missing"):
            raise Refused("ResourceNotFoundException", f"Function not found: {arn('lambda', 'function:' + name)}", 404)
        ask = {} if operation == "Invoke" else json.loads(body or b"{}")
        ask.update(_qualifier=qualifier, _alias=(found["rest"] or "").partition("/")[2], _headers=headers)
        return getattr(self, operation)(ask)

    @staticmethod
    def _names(text, qualifier):
        text = urllib.parse.unquote(text)
        if text.startswith("arn:"):
            parts = text.split(":")
            return parts[6], qualifier or (parts[7] if len(parts) > 7 else None)
        name, _, behind = text.partition(":")
        return name, qualifier or behind or None

    def _version(self, qualifier):
        function = self.function
        if qualifier in (None, "$LATEST"):
            return None
        version = function.aliases[qualifier][0] if qualifier in function.aliases else qualifier
        if version not in function.versions:
            raise Refused("ResourceNotFoundException", f"Function not found: {function.arn}:{qualifier}", 404)
        return version

    def GetFunction(self, ask):
        version = self._version(ask["_qualifier"])
        code = self.function.versions[version] if version else self.function.serving
        return 200, {}, {"Configuration": self.function.configuration(version), "Tags": self.function.tags,
                         "Code": {"RepositoryType": "ECR", "ImageUri": code.uri, "ResolvedImageUri": code.resolved}}

    def GetFunctionConfiguration(self, ask):
        return 200, {}, self.function.configuration(self._version(ask["_qualifier"]))

    def UpdateFunctionCode(self, ask):
        self.function.change(ask.get("ImageUri") or self.function.repository + ":zip")
        version = self._publish(self.function.updating_until) if ask.get("Publish") else None
        view = self.function.configuration(version)
        return 200, {}, {**view, "CodeSha256": self.function.code.sha}

    def UpdateFunctionConfiguration(self, ask):
        environment = ask.get("Environment", {}).get("Variables")
        for name in environment or {}:
            if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]+", name):
                raise Refused("ValidationException", f"Value at 'environment.variables' failed to satisfy constraint: {name}")
            if name in RESERVED:
                raise Refused("InvalidParameterValueException", "Lambda was unable to configure your environment variables because the "
                              "environment variables you have provided contains reserved keys that are currently not supported for "
                              f"modification. Reserved keys used in this request: {name}")
        self.function.change(environment=environment)
        return 200, {}, self.function.configuration()

    def _publish(self, ready):
        function = self.function
        newest = max(function.versions, key=int)
        if function.versions[newest].sha != function.code.sha:
            newest = str(int(newest) + 1)
            function.versions[newest], function.ready[newest] = function.code, ready
        return newest

    def PublishVersion(self, _):
        function = self.function
        if function.busy():
            raise Refused("ResourceConflictException", UPDATING.format(function.arn), 409)
        version = self._publish(function.agenda.now + function.of.get("version", {}).get("takes", 1.5))
        return 201, {}, function.configuration(version)

    def ListVersionsByFunction(self, _):
        return 200, {}, {"Versions": [self.function.configuration(v) for v in (None, *self.function.versions)]}

    def GetFunctionUrlConfig(self, _):
        raise Refused("ResourceNotFoundException", "The resource you requested does not exist.", 404)

    def ListAliases(self, _):
        return 200, {}, {"Aliases": [self._view_alias(name) for name in self.function.aliases]}

    def _view_alias(self, name):
        version, weights = self.function.aliases[name]
        return present(AliasArn=f"{self.function.arn}:{name}", Name=name, FunctionVersion=version, Description="",
                       RoutingConfig={"AdditionalVersionWeights": weights} if weights else None,
                       RevisionId=uuid(name, version, sorted(weights)))

    def GetAlias(self, ask):
        if ask["_alias"] not in self.function.aliases:
            raise Refused("ResourceNotFoundException", f"Cannot find alias arn: {self.function.arn}:{ask['_alias']}", 404)
        return 200, {}, self._view_alias(ask["_alias"])

    def UpdateAlias(self, ask):
        self.GetAlias(ask)
        return 200, {}, self._set_alias(ask["_alias"], ask)

    def CreateAlias(self, ask):
        return 201, {}, self._set_alias(ask["Name"], ask)

    def _set_alias(self, name, ask):
        version, weights = self.function.aliases.get(name, (ask.get("FunctionVersion"), {}))
        version = ask.get("FunctionVersion", version)
        if version not in self.function.versions:
            raise Refused("ResourceNotFoundException", f"Function not found: {self.function.arn}:{version}", 404)
        if "RoutingConfig" in ask:
            weights = ask["RoutingConfig"].get("AdditionalVersionWeights") or {}
        self.function.aliases[name] = (version, weights)
        return self._view_alias(name)

    def Invoke(self, ask):
        function, version = self.function, self._version(ask["_qualifier"])
        if version and function.agenda.now < function.ready[version]:
            raise Refused("ResourceConflictException", IN_STATE.format("Pending"), 409)
        if function.of.get("idle") and function.woken is None:
            function.woken = function.agenda.now
            raise Refused("ResourceConflictException", IN_STATE.format("Inactive"), 409)
        kind = (function.versions[version] if version else function.serving).kind
        result = self._result(kind)
        if result.get("refused"):
            refused = result["refused"]
            raise Refused(refused["code"], function.say(refused.get("says", "")), refused.get("status", 502))
        return 200, *self._answer(result, version or "$LATEST", ask["_headers"])

    def _result(self, kind):
        """What this call of the code gives: the story's nth, then its last again and again."""
        function, kind = self.function, "new" if kind == "new" else "old"
        if kind == "new" and "variables_calls" in function.of and function.environment != function.old_environment:
            kind = "variables"
        results = function.of.get({"new": "calls"}.get(kind, kind + "_calls")) or [{}]
        index = function.calls[kind]
        function.calls[kind] += 1
        function.agenda.mark(f"{kind}.call.{index + 1}", function.agenda.now)
        return results[min(index, len(results) - 1)]

    def _answer(self, result, version, headers):
        request = uuid(self.function.seed, "call", self.function.calls["new"], self.function.calls["old"])

        def fill(text):
            return text.replace("{request}", request).replace("{version}", version)
        out = {"X-Amz-Executed-Version": version, "_takes": result.get("takes", 0.03)}
        if result.get("error"):
            out["X-Amz-Function-Error"] = result["error"]
        if (headers.get("X-Amz-Log-Type") or "").lower() == "tail":
            out["X-Amz-Log-Result"] = base64.b64encode(fill(result.get("log", REPORT)).encode()[-4096:]).decode()
        return out, fill(json.dumps(result.get("payload", WELL))).encode()
