#!/usr/bin/env python3
"""Deploys into rollouts that go wrong, heal, or only look wrong, and compares the verdict with the truth.

usage: rollouts.py PROGRAM [--all | --only GLOB] [--leave] [--jobs N] [--keep FOLDER] [--speed N]

Each story of tests/fixtures/rollouts gets a Git repository, an image, a state of its own and an AWS of its own
(tests/support/rollouts) in front of moto, and `PROGRAM deploy --json` is run. Without --all and --only: the stories marked
`ci`. Checked are the exit code, also against the world (11 only when the old version serves again, 0 only when the rollout
is over), outcome, cause and owner, the number of calls in any minute, and that stdout is one JSON document. Printed are
also how long after it was certain the cause was told on stderr, and how long after AWS's own end the program ended.

With --leave each deploy is interrupted as soon as it watches, and `PROGRAM status --watch --events` tells the end instead.

Exit status 0: every exit code is right and at least 95 % of the causes are; 77: something is missing here.
"""
import argparse
import concurrent.futures
import fnmatch
import importlib.util
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "support"))
from rollouts import server, stories  # noqa: E402
from rollouts.names import ACCOUNT, REGION  # noqa: E402

BASE_IMAGE = os.environ.get("BASE_IMAGE", "public.ecr.aws/docker/library/busybox:1.36")
CALLS_A_MINUTE, TIME_LIMIT, CAUSES_WANTED = 120, 240, 0.95
BUILD = """version: 0.2
phases:
  build:
    commands:
      - docker build --quiet --tag "$ECR_IMAGE_URL:latest" .
      - docker tag "$ECR_IMAGE_URL:latest" "$ECR_IMAGE_URL:$(git rev-parse HEAD)"
      - docker push --quiet "$ECR_IMAGE_URL:$(git rev-parse HEAD)"
      - docker push --quiet "$ECR_IMAGE_URL:latest"
"""
PROMOTE = r"""version: 0.2
phases:
  build:
    commands:
      - docker pull --quiet "$ECR_IMAGE_URL:$PREVIOUS_STAGE_NAME"
      - docker tag "$ECR_IMAGE_URL:$PREVIOUS_STAGE_NAME" "$ECR_IMAGE_URL:$STAGE_NAME"
      - docker push --quiet "$ECR_IMAGE_URL:$STAGE_NAME"
      - |
        (
          set -eu
          CHANGE
        )
"""
UPDATE_SERVICE = r"""
aws ecs update-service --region "$STAGE_REGION" --cluster "$CLUSTER_ARN" --service "$SERVICE_NAME" MORE \
  --query service.serviceArn"""
NEW_DEFINITION = r"""
current=$(aws ecs describe-services --region "$STAGE_REGION" --cluster "$CLUSTER_ARN" --services "$SERVICE_NAME" \
  --query 'services[0].taskDefinition' --output text)
aws ecs describe-task-definition --region "$STAGE_REGION" --task-definition "$current" --query taskDefinition \
  --output json |
  jq --arg image "$ECR_IMAGE_URL:$STAGE_NAME" --argjson change 'PATCH' '
    .containerDefinitions[0] |= (. + {image: $image} + $change)
    | del(.taskDefinitionArn, .revision, .status, .registeredAt, .registeredBy, .compatibilities,
          .requiresAttributes)' > new.json
new=$(aws ecs register-task-definition --region "$STAGE_REGION" --cli-input-json file://new.json \
  --query taskDefinition.taskDefinitionArn --output text)
""" + UPDATE_SERVICE.replace("MORE", '--task-definition "$new"')
UPDATE_FUNCTION = r"""
aws lambda update-function-code --region "$STAGE_REGION" --function-name "$LAMBDA_FUNCTION_NAME" \
  --image-uri "$ECR_IMAGE_URL:WHICH" --query LastUpdateStatus"""
PUBLISH = UPDATE_FUNCTION.replace("WHICH", "$STAGE_NAME") + r"""
aws lambda wait function-updated --region "$STAGE_REGION" --function-name "$LAMBDA_FUNCTION_NAME"
version=$(aws lambda publish-version --region "$STAGE_REGION" --function-name "$LAMBDA_FUNCTION_NAME" \
  --query Version --output text)
aws lambda update-alias --region "$STAGE_REGION" --function-name "$LAMBDA_FUNCTION_NAME" --name live \
  --function-version "$version" --query FunctionVersion"""
CHANGES = {"register": NEW_DEFINITION, "force": UPDATE_SERVICE.replace("MORE", "--force-new-deployment"),
           "nothing": UPDATE_SERVICE.replace(" MORE", "")}
PROJECT = """version: 1
stack: {stack}
image: {image}
stages:
  - name: dev
    account: "{account}"
    region: {region}
    target: {target}
"""
CREDENTIAL_PROCESS = """import json, time
now = time.time()
print(json.dumps({"Version": 1, "AccessKeyId": "ASIA%016d" % (now * 1000), "SecretAccessKey": "secret", "SessionToken": "token",
                  "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + 3600))}))
"""


def say(text=""):
    print(text, flush=True)


def skip(why):
    say(f"skipped: {why}")
    sys.exit(77)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Ground:
    """A registry and moto for all stories; ended by their process ids."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rollouts-"))
        self.registry, self.moto = free_port(), free_port()
        settings = self.folder / "registry.yml"
        settings.write_text(f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {self.folder}/registry}}}}\n"
                            f"http: {{addr: '127.0.0.1:{self.registry}'}}\nlog: {{level: error}}\n")
        main = "import sys; from moto.server import main; main(sys.argv[1:])"
        self.children = [self._start("docker-registry", "serve", str(settings)),
                         self._start(sys.executable, "-c", main, "-H", "127.0.0.1", "-p", str(self.moto))]
        for port in (self.registry, self.moto):
            self._wait_for(port)

    @staticmethod
    def _start(*command):
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @staticmethod
    def _wait_for(port):
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        sys.exit(f"nothing listens on port {port}")

    def end(self):
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.wait(20)
        listed = subprocess.run(["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"], capture_output=True, check=False)
        ours = [i for i in listed.stdout.decode().split() if i.startswith(f"127.0.0.1:{self.registry}/")]
        if ours:
            subprocess.run(["docker", "rmi", "--force", *ours], capture_output=True, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


class Place:
    """The vendor's repository and home for one story."""

    def __init__(self, ground, name, story, url):
        self.story, self.root, self.url = story, ground.folder / name, url
        self.image = f"127.0.0.1:{ground.registry}/{name}"
        self.repository, self.home = self.root / "repository", self.root / "home"
        self.repository.mkdir(parents=True)
        self.home.mkdir()
        self._write_files(name)
        git = ["git", "-C", str(self.repository), "-c", "user.name=vendor", "-c", "user.email=vendor@localhost"]
        for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", story["story"]]):
            subprocess.run(git + command, check=True)

    def _write_files(self, name):
        where = self.repository
        (where / "Dockerfile").write_text(f"FROM {BASE_IMAGE}\nCOPY name /name\nCMD [\"sleep\", \"1000\"]\n")
        (where / "name").write_text(name + "\n")
        (where / "build.yml").write_text(BUILD)
        (where / "release.yml").write_text(self._release())
        (where / "tinystacks.yml").write_text(PROJECT.format(
            stack=name[:20].strip("-"), image=self.image, account=ACCOUNT, region=REGION, target=self._target()))

    def _target(self):
        if "lambda" in self.story:
            return f"{{ lambda: {{ function: {self.story['lambda'].get('name', 'worker')} }} }}\n    health: /healthz"
        service = self.story["service"]
        return f"{{ ecs: {{ cluster: {service.get('cluster', 'main')}, service: {service.get('name', 'web')} }} }}"

    def _release(self):
        kind = self.story.get("release", "register")
        if kind == "shipped":
            return (ROOT / "templates" / "release.yml").read_text()
        if "lambda" in self.story:
            tag = "before" if kind == "nothing" else "$STAGE_NAME"
            change = PUBLISH if kind == "publish" else UPDATE_FUNCTION.replace("WHICH", tag)
        else:
            change = CHANGES[kind].replace("PATCH", json.dumps(self.story.get("release_change", {})))
        return PROMOTE.replace("CHANGE", change.strip().replace("\n", "\n" + " " * 10))

    def environment(self):
        kept = {k: v for k, v in os.environ.items() if not re.match("(AWS|GITHUB|TINYSTACKS|XDG)_|CI$|DOCKER_CONFIG$", k)}
        kept.update(HOME=str(self.home), XDG_STATE_HOME=str(self.home / "state"), XDG_CONFIG_HOME=str(self.home / "config"),
                    NO_COLOR="1", DOCKER_CONFIG=str(self.home / "docker"), AWS_ENDPOINT_URL=self.url, AWS_REGION=REGION,
                    AWS_DEFAULT_REGION=REGION, AWS_PAGER="", AWS_EC2_METADATA_DISABLED="true")
        if self.story.get("keys_expire_after"):
            (self.home / "keys.py").write_text(CREDENTIAL_PROCESS)
            (self.home / ".aws").mkdir()
            (self.home / ".aws" / "config").write_text(
                f"[default]\nregion = {REGION}\ncredential_process = {sys.executable} {self.home}/keys.py\n")
        else:
            kept.update(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="secret")
        return kept


class Deployed:
    """`deploy --json` run to its end, with the time of each line on stderr."""

    def __init__(self, program, place, limit, leave=False):
        self.out, self.lines, self.status = [], [], None
        self._run([program, "deploy", "--json"], place, limit, leave)
        if leave:
            self.left, self.out = self.status, []
            self._run([program, "status", "--watch", "--events"], place, limit, False)
        self.text = b"".join(self.out).decode("utf-8", "replace")
        try:
            self.document = json.loads(self.text.splitlines()[-1] if leave else self.text)
        except (ValueError, IndexError):
            self.document = None

    def _run(self, command, place, limit, leave):
        child = subprocess.Popen(command, cwd=place.repository, env=place.environment(), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

        def read_lines():
            for line in child.stderr:
                self.lines.append((time.time(), line))
                if leave and b"==> dev: deployment" in line:
                    child.send_signal(signal.SIGINT)
        readers = [threading.Thread(target=lambda: self.out.append(child.stdout.read())),
                   threading.Thread(target=read_lines)]
        for reader in readers:
            reader.start()
        try:
            self.status = child.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self.ended = time.time()
        for reader in readers:
            reader.join(10)

    def verdict(self):
        deployments = (self.document or {}).get("deployments") or []
        return (deployments[-1].get("verdict") if deployments else None) or {}

    def first_line(self, words, since):
        return next((at for at, line in self.lines if at >= since and words.search(line.decode("utf-8", "replace"))), None)


def busiest_minute(calls):
    """The most calls of the program itself in any 60 s; those of its release.yml's AWS CLI are the vendor's."""
    times = sorted(c["at"] for c in calls if not re.search("aws-cli|Botocore", c["agent"]))
    most, first = 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - 60:
            first += 1
        most = max(most, last - first + 1)
    return most


class Row:
    """What came of a story beside what should have come."""

    def __init__(self, name, story, deployed, report, calls):
        self.name, self.truth, self.exit, self.wrong = name, story["truth"], deployed.status, []
        verdict = deployed.verdict()
        self.outcome, self.cause, self.owner = verdict.get("outcome"), verdict.get("cause"), verdict.get("owner")
        self.calls, self.report = busiest_minute(calls), report
        self.exit_right = self._judge_exit(report["truth"])
        self.good, self.wants_cause = self.truth["exit"] == [0], self.truth["cause"] is not None
        accepted = [self.truth["cause"], *self.truth.get("or", [])]
        self.cause_right = self.cause in accepted if self.wants_cause else self.cause is None or self.truth.get("cause_optional", False)
        self.owner_right = not self.truth["owner"] or self.owner in self.truth["owner"]
        self._judge_rest(deployed)
        self._time(deployed, accepted)

    def _judge_exit(self, world):
        if self.exit not in self.truth["exit"]:
            self.wrong.append(f"exit {self.exit}, not {' or '.join(map(str, self.truth['exit']))}")
        elif self.exit == 11 and not world["restored"]:
            self.wrong.append("exit 11, but the old version does not serve")
        elif self.exit == 10 and 11 in self.truth["exit"] and world["restored"] and "attempt" in world:
            self.wrong.append("exit 10, but the old version serves again")
        elif self.exit == 0 and (world.get("rollout", "COMPLETED") != "COMPLETED" or world.get("busy")):
            self.wrong.append("exit 0 before the rollout was over")
        else:
            return True
        return False

    def _judge_rest(self, deployed):
        if self.outcome not in self.truth["outcome"]:
            self.wrong.append(f"outcome {self.outcome}, not {' or '.join(self.truth['outcome'])}")
        if not self.cause_right:
            self.wrong.append(f"cause {self.cause}, not {self.truth['cause']}")
        if not self.owner_right:
            self.wrong.append(f"owner {self.owner}, not {' or '.join(self.truth['owner'])}")
        if self.calls > CALLS_A_MINUTE:
            self.wrong.append(f"{self.calls} calls in a minute")
        if deployed.document is None:
            self.wrong.append("stdout is no JSON document")
        elif deployed.document.get("exit_code") != self.exit:
            self.wrong.append(f"exit_code is {deployed.document.get('exit_code')} in the JSON")

    def _time(self, deployed, accepted):
        """Story seconds: told after certain, and ended after AWS's own end (after certain where AWS never ends)."""
        began, speed, marks = self.report["began"], self.report["speed"], self.report["marks"]
        certain, self.told, self.late = self.report["certain"], None, None
        if began is None:
            return
        over = max([marks[m] for m in ("over", "back.over") if m in marks], default=certain)
        if over is not None:
            self.late = (deployed.ended - began) * speed - over
        words = [re.escape(c) for c in accepted if c] + ([self.truth["words"]] if "words" in self.truth else [])
        if certain is not None and self.wants_cause and words:
            at = deployed.first_line(re.compile("|".join(words), re.IGNORECASE), began)
            self.told = (at - began) * speed - certain if at else None

    def __str__(self):
        def number(value):
            return "-" if value is None else f"{value:.1f}"
        return (f"{'WRONG' if self.wrong else 'ok':5} {self.name:36} {self.exit!s:>4} {self.outcome!s:15} {self.cause!s:26} "
                f"{self.owner!s:14} {number(self.told):>6} {number(self.late):>6} {self.calls:>5}  {'; '.join(self.wrong)}")


def play(program, ground, name, story, options):
    image = f"127.0.0.1:{ground.registry}/{name}"
    played = server.Server(server.World(story, f"http://127.0.0.1:{ground.moto}", image, options.speed)).start()
    place = Place(ground, name, story, played.url)
    deployed = Deployed(program, place, TIME_LIMIT, options.leave)
    report = json.loads(json.dumps(played.world.report()))
    row = Row(name, story, deployed, report, list(played.world.calls))
    played.end()
    if options.keep:
        keep(pathlib.Path(options.keep) / name, deployed, report, played.world.calls, row)
    shutil.rmtree(place.root, ignore_errors=True)
    return row


def keep(folder, deployed, report, calls, row):
    folder.mkdir(parents=True, exist_ok=True)
    began = report["began"] or deployed.ended
    (folder / "stdout").write_text(deployed.text)
    (folder / "stderr").write_text("".join(f"{at - began:8.2f} {line.decode('utf-8', 'replace')}" for at, line in deployed.lines))
    (folder / "calls").write_text("".join(f"{c['now']:8.2f} {c['status']:3} {c['operation']} {c['fault'] or ''}\n" for c in calls))
    (folder / "world.json").write_text(json.dumps(report, indent=1))
    (folder / "row").write_text(f"{row}\n")


def summarise(rows):
    """Prints what the measure is about; true when it is met."""
    asked = [r for r in rows if r.wants_cause]
    right = sum(r.exit_right for r in rows)
    causes, owners = sum(r.cause_right for r in asked), sum(r.owner_right for r in rows if r.truth["owner"])
    alarms = [r.name for r in rows if not r.wants_cause and not r.cause_right]
    told, late = [r.told for r in asked if r.told is not None], [r.late for r in rows if r.exit_right and r.late is not None]

    def of(values, what):
        return f"{what(values):.1f} s" if values else "-"
    outcomes, owned = sum(r.outcome in r.truth["outcome"] for r in rows), sum(bool(r.truth["owner"]) for r in rows)
    say(f"\nexit codes {right} of {len(rows)}, outcomes {outcomes} of {len(rows)}, causes {causes} of {len(asked)}, "
        f"owners {owners} of {owned}, false alarms {len(alarms)}")
    say(f"cause told after certain: median {of(told, statistics.median)}, worst {of(told, max)} (never: "
        f"{sum(r.told is None and r.report['began'] is not None for r in asked)}); ended after AWS: median "
        f"{of(late, statistics.median)}, worst {of(late, max)}; at most {max(r.calls for r in rows)} calls a minute")
    enough = not asked or causes >= CAUSES_WANTED * len(asked)
    fit = all(r.calls <= CALLS_A_MINUTE and not any("JSON" in w for w in r.wrong) for r in rows)
    return right == len(rows) and enough and not alarms and fit


def check_machine():
    missing = [p for p in ("docker", "docker-registry", "git", "jq", "aws") if not shutil.which(p)]
    missing += [m for m in ("moto", "flask") if not importlib.util.find_spec(m)]
    if missing:
        skip(f"{', '.join(missing)} missing: tests/run.sh installs what is needed")
    if subprocess.run(["docker", "image", "inspect", BASE_IMAGE], capture_output=True, check=False).returncode != 0:
        skip(f"{BASE_IMAGE} is missing: base_image of examples/machine.sh makes it")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", metavar="GLOB", action="append")
    parser.add_argument("--leave", action="store_true")
    parser.add_argument("--jobs", type=int, default=6)
    parser.add_argument("--keep", metavar="FOLDER")
    parser.add_argument("--speed", type=float, default=1.0)
    options = parser.parse_args()
    check_machine()
    chosen = {name: story for name, story in stories.every().items() if options.all or (
        any(fnmatch.fnmatch(name, g) for g in options.only) if options.only else story.get("ci"))}
    if not chosen:
        sys.exit("no story is called like that")
    program, ground, rows = str(pathlib.Path(options.program).resolve()), Ground(), []
    say(f"{'':5} {'story':36} {'exit':>4} {'outcome':15} {'cause':26} {'owner':14} {'told':>6} {'late':>6} {'calls':>5}")
    try:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            started = [pool.submit(play, program, ground, name, story, options) for name, story in chosen.items()]
            for done in concurrent.futures.as_completed(started):
                rows.append(done.result())
                say(str(rows[-1]))
    finally:
        ground.end()
    sys.exit(0 if summarise(rows) else 1)


if __name__ == "__main__":
    main()
