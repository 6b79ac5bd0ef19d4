#!/usr/bin/env python3
"""Runs every command with --json and --events, in success and failure, and reads what it prints.

usage: json_output.py PROGRAM

With --json exactly one document stands on stdout, whatever happens (docs/interface.md). With --events every line of
stdout is a document with a `type`, and the last is that same document. No Docker engine is asked: what needs one is
shown failing.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import registry

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from documents import check_document, one_document, unique  # noqa: E402

BUILDSPEC = "version: 0.2\nphases:\n  build:\n    commands:\n      - {}\n"
PROJECT = "version: 1\nstack: shop\nimage: 127.0.0.1:{1}/shop\nstages:\n  - name: dev\n    target: {{ docker: {{ port: 8001, container_port: {0} }} }}\n"


def files(port):
    """What lies in the repository all commands run in."""
    return {
        "Dockerfile": "FROM scratch\nEXPOSE 8080\n",
        "build.yml": BUILDSPEC.format("'false'"),
        "release.yml": BUILDSPEC.format("'true'"),
        "tinystacks.yml": PROJECT.format(8080, port),
        "ok.yml": BUILDSPEC.format("echo fine") + "artifacts:\n  files: ok.yml\n",
        "failing.yml": BUILDSPEC.format("printf 'tail without end \\\\377'; exit 7"),
        "invalid.yml": BUILDSPEC.format("echo: oops"),
        "bad/tinystacks.yml": PROJECT.format("none", port),
        "bad/Dockerfile": "FROM scratch\n",
        "ecs/tinystacks.yml": PROJECT.format(8080, port).split("    target")[0]
        + "    region: us-east-1\n    target: { ecs: { cluster: shop, service: shop } }\n",
        "approval/tinystacks.yml": PROJECT.format(8080, port) + "    approval: required\n",
    }


# Arguments, exit code, members that the document has beside the common ones.
CASES = [
    ("", 0, {"text"}),
    ("--version", 0, {"text"}),
    ("--help", 0, {"text"}),
    ("deploy --help", 0, {"text"}),
    ("help", 0, {"text"}),
    ("help exit-codes", 0, {"text"}),
    ("help nonsense", 2, set()),
    ("completion bash", 0, {"text"}),
    ("completion fish", 0, {"text"}),
    ("completion tcsh", 2, set()),
    ("explain", 0, {"causes"}),
    ("explain ecs.oom", 0, {"cause"}),
    ("explain ecs.ooom", 5, set()),
    ("explain --markdown", 0, {"text"}),
    ("explain --markdown ecs.oom", 2, set()),
    ("init --dry-run", 0, {"framework", "container_port", "dry_run", "files"}),
    ("init", 0, {"framework", "container_port", "dry_run", "files"}),
    ("init --dockerfile bad/Dockerfile", 2, set()),
    ("init --dockerfile nowhere", 5, set()),
    ("init --port many", 2, set()),
    ("validate", 0, {"files", "errors", "warnings"}),
    ("validate --strict", 0, {"files", "errors", "warnings"}),
    ("validate --project bad/tinystacks.yml", 3, {"files", "errors", "warnings"}),
    ("validate --project nowhere.yml", 5, set()),
    ("buildspec check ok.yml", 0, {"files", "errors", "warnings"}),
    ("buildspec check invalid.yml", 3, {"files", "errors", "warnings"}),
    ("buildspec check nowhere.yml", 5, set()),
    ("buildspec check", 2, set()),
    ("buildspec", 2, set()),
    ("buildspec run ok.yml", 0, {"status", "phases", "exported_variables", "artifacts"}),
    ("buildspec run ok.yml --artifacts out --quiet", 0, {"status", "phases", "exported_variables", "artifacts"}),
    ("buildspec run failing.yml", 10, {"status", "phases", "exported_variables", "artifacts"}),
    ("buildspec run invalid.yml", 3, {"status", "phases", "exported_variables", "artifacts"}),
    ("buildspec run nowhere.yml", 5, {"status", "phases", "exported_variables", "artifacts"}),
    ("buildspec run ok.yml --shell nosuchshell", 5, {"status", "phases", "exported_variables", "artifacts"}),
    ("buildspec run ok.yml --env-file nowhere", 5, set()),
    ("buildspec run ok.yml --env nothing", 2, set()),
    ("buildspec run", 2, set()),
    ("status", 0, {"stack", "stages", "deployments"}),
    ("status --project bad/tinystacks.yml", 3, set()),
    ("status --project nowhere.yml", 5, set()),
    ("logs", 1, set()),
    ("logs build", 5, set()),
    ("logs release --stage prod", 5, set()),
    ("logs runtime", 1, set()),
    ("logs everything", 2, set()),
    ("logs build --since never", 2, set()),
    ("deploy --dry-run", 0, {"dry_run", "commit", "stages"}),
    ("deploy", 1, set()),
    ("deploy --project ecs/tinystacks.yml", 10, {"deployments", "build", "unchanged"}),
    ("deploy --project approval/tinystacks.yml", 1, set()),
    ("deploy --resume", 1, set()),
    ("deploy --resume --force", 2, set()),
    ("deploy --stage prod", 5, set()),
    ("deploy --commit nosuch", 5, set()),
    ("deploy --project bad/tinystacks.yml", 3, set()),
    ("deploy --commit= --stage", 2, set()),
    ("deploy --stage", 2, set()),
    ("deploy --commit HEAD --working-tree", 2, set()),
    ("build", 10, {"build"}),
    ("build --commit nosuch", 5, set()),
    ("logs build", 0, {"run", "channel", "stage"}),
    ("logs", 0, {"run", "channel", "stage"}),
    ("release --stage dev", 1, set()),
    ("release --stage dev --project ecs/tinystacks.yml", 10, {"deployments", "build", "unchanged"}),
    ("release", 2, set()),
    ("approve", 5, set()),
    ("approve --reject --record-only", 2, set()),
    ("rollback --stage dev", 5, set()),
    ("rollback", 2, set()),
    ("variable list", 0, {"variables"}),
    ("variable set LOG_LEVEL=debug --no-deploy", 0, {"variables"}),
    ("variable set LOG_LEVEL=debug", 0, {"variables", "deployments", "build", "unchanged"}),
    ("variable set DB_PASSWORD=x", 2, set()),
    ("variable unset NOTHING", 5, set()),
    ("variable", 2, set()),
    ("connect list", 0, {"connections"}),
    ("connect remove github", 5, set()),
    ("connect github", 2, set()),
    ("connect gitlab --with-token", 2, set()),
    ("connect api https://api.example.com", 2, set()),
    ("connect aws --external-id x", 2, set()),
    ("connect", 2, set()),
    ("down", 2, set()),
    ("down --yes", 1, set()),
    ("down --stage prod --yes", 5, set()),
    ("doctor", 1, {"checks"}),
    ("--frobnicate", 2, set()),
    ("frobnicate", 2, set()),
    ("-C nowhere status", 5, set()),
    ("status --control https://api.example.com", 4, set()),
]


class Place:
    """A repository, and how the program runs in it."""

    def __init__(self, program, temporary, port):
        self.program = program
        self.root = pathlib.Path(os.path.realpath(temporary))
        self.work = self.root / "shop"
        for name, text in files(port).items():
            (self.work / name).parent.mkdir(parents=True, exist_ok=True)
            (self.work / name).write_text(text)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.root), "XDG_STATE_HOME": str(self.root / "state"),
            "DOCKER_HOST": f"unix://{self.root}/no-docker.sock", "GIT_CONFIG_GLOBAL": "/dev/null",
            **{f"GIT_{who}_{what}": "ada@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}}
        for command in ("init --quiet", "add --all", "commit --quiet --message First"):
            subprocess.run(["git", *command.split()], cwd=self.work, env=self.environment, check=True)

    def run(self, arguments):
        return subprocess.run([self.program, *arguments], cwd=self.work, env=self.environment, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=120, check=False)


def check_json(place, line, wanted, members, where):
    words = ["--json", *line.split()] if where == "before" else [*line.split(), "--json"]
    done = place.run(words)
    if done.returncode != wanted:
        yield f"exits {done.returncode}, not {wanted}: {(done.stdout + done.stderr).decode(errors='replace')[-400:]}"
        return
    try:
        document = one_document(done.stdout.decode("utf-8"))
    except ValueError as error:
        yield f"stdout is not one document: {error}: {done.stdout[:200]!r}"
        return
    yield from check_document(document, wanted, members)


def check_events(place, line, wanted, members):
    done = place.run([*line.split(), "--events"])
    if done.returncode != wanted:
        yield f"--events exits {done.returncode}, not {wanted}: {done.stderr.decode(errors='replace')[-400:]}"
        return
    lines = done.stdout.decode("utf-8").split("\n")
    if lines[-1] != "":
        yield f"--events ends with {lines[-1][:100]!r}"
        return
    try:
        documents = [json.loads(each, object_pairs_hook=unique) for each in lines[:-1]]
    except ValueError as error:
        yield f"--events prints no JSON: {error}: {done.stdout[:200]!r}"
        return
    if not documents or not all(isinstance(each.get("type"), str) for each in documents):
        yield f"--events prints lines without a type: {lines[:3]}"
        return
    if [each["type"] for each in documents].count("result") != 1 or documents[-1]["type"] != "result":
        yield "--events does not end with its only result"
        return
    yield from check_document(documents[-1], wanted, members)


def check_follow(place):
    """--json cannot follow; what can is named, and the hint does it."""
    for line in ("logs --json --follow", "logs build -f --json", "--json logs runtime --follow --since 5m"):
        done = place.run(line.split())
        error = one_document(done.stdout.decode())["error"]
        if done.returncode != 2 or error["kind"] != "usage" or "--events" not in error["message"]:
            yield f"{line}: exits {done.returncode}: {error}"
            continue
        hint = error["hint"].split()
        if hint[0] != "tinystacks" or "--events" not in hint or "--json" in hint:
            yield f"{line}: the hint is {error['hint']!r}"
        elif place.run(hint[1:]).returncode == 2:
            yield f"{line}: the hint does not work: {error['hint']!r}"


def check_events_of_a_run(place):
    done = place.run(["buildspec", "run", "failing.yml", "--events"])
    types = [json.loads(line)["type"] for line in done.stdout.decode().splitlines()]
    if not {"lines", "result"} <= set(types) or len(set(types)) < 3:
        yield f"buildspec run --events prints only {sorted(set(types))}"
    if done.stderr:
        yield f"buildspec run --events prints on stderr too: {done.stderr[:200]!r}"
    done = place.run(["buildspec", "run", "failing.yml", "--json"])
    if b"tail without end" not in done.stderr:
        yield f"buildspec run --json does not log to stderr: {done.stderr[-200:]!r}"


def main():
    program = os.path.realpath(sys.argv[1])
    passed = failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        place = Place(program, temporary, registry.start())
        checks = []
        for line, wanted, members in CASES:
            checks.append((line, lambda l=line, w=wanted, m=members: check_json(place, l, w, m, "after")))
            checks.append((line, lambda l=line, w=wanted, m=members: check_json(place, l, w, m, "before")))
            checks.append((line, lambda l=line, w=wanted, m=members: check_events(place, l, w, m)))
        checks += [("--follow", lambda: check_follow(place)), ("--events", lambda: check_events_of_a_run(place))]
        for name, check in checks:
            problems = list(check())
            for problem in problems:
                print(f"{name}: {problem}")
            passed, failed = (passed, failed + 1) if problems else (passed + 1, failed)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
