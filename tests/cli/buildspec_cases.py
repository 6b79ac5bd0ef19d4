#!/usr/bin/env python3
"""Runs the behaviour cases of tests/fixtures/buildspec/{cases,more} through `tinystacks buildspec run`.

usage: buildspec_cases.py PROGRAM [FOLDER...] [NAME...]

Each case is copied to a fresh directory and run twice: with --json, where log (stderr), result (stdout), artifacts and
exit code are compared with expect.json; and, for what the second form shows, without it, where the log must come on
stdout and the exit code must be the same. A case's `exit_code` 1 stands for 10 (a phase failed), 3 (invalid file) or
5 (no file). Nothing of a run may be left over afterwards.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

PHASES = ["DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD", "UPLOAD_ARTIFACTS"]
TIME_LIMIT = 120


class Run:
    """One run of the program in a copy of the case's directory."""

    def __init__(self, program, case, expected, arguments, directory):
        self.source = pathlib.Path(directory) / "source"
        self.artifacts = pathlib.Path(directory) / "artifacts"
        shutil.copytree(case, self.source, ignore=shutil.ignore_patterns("expect.json"))
        self.artifacts.mkdir()
        command = [program, "buildspec", "run", str(self.source / "buildspec.yml"), "--directory", str(self.source),
                   "--artifacts", str(self.artifacts), *arguments]
        for name, value in (expected.get("args") or {}).get("env", {}).items():
            command += ["--env", f"{name}={value}"]
        began = time.monotonic()
        # Commands must not see what is on our stdin, so there is something on it.
        done = subprocess.run(command, input=b"not for commands\n", capture_output=True, timeout=TIME_LIMIT,
                              env={**os.environ, "NO_COLOR": "1"}, check=False)
        self.seconds = time.monotonic() - began
        self.status = done.returncode
        self.out = done.stdout.decode(errors="replace")
        self.err = done.stderr.decode(errors="replace")
        self.left = self.processes_left()

    def processes_left(self):
        """Command lines of processes that still work in this run's directory or carry its variables."""
        mark = f"CODEBUILD_SRC_DIR={self.source}".encode()
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                there = os.readlink(entry / "cwd")
                if mark in (entry / "environ").read_bytes().split(b"\0") or (there + "/").startswith(f"{self.source}/"):
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue  # gone meanwhile, or not ours to look at
        return found


def wanted_status(case, expected):
    if expected["exit_code"] == 0:
        return 0
    if expected.get("phases", {}).get("DOWNLOAD_SOURCE") != "FAILED":
        return 10
    return 3 if (case / "buildspec.yml").is_file() else 5


def check_log(log, expected):
    # The parser's own words for a broken file are ours, not CodeBuild's.
    for text in expected.get("stdout_contains", []):
        if text not in log and not text.startswith("YAML_FILE_ERROR"):
            yield f"log lacks {text!r}"
    for text in expected.get("stdout_not_contains", []):
        if text in log:
            yield f"log holds {text!r}"
    position = 0
    for text in expected.get("stdout_order", []):
        position = log.find(text, position)
        if position < 0:
            yield f"log lacks, in order, {text!r}"
            return
        position += len(text)


def check_phases(result, expected, status):
    got = {phase["name"]: phase["status"] for phase in result.get("phases", [])}
    if list(got) != [name for name in PHASES if name in got]:
        yield f"phases are out of order: {list(got)}"
    for name, state in expected.get("phases", {}).items():
        # A file that could not be read has no phases at all.
        if got.get(name, "SKIPPED") != state and not (name == "DOWNLOAD_SOURCE" and status in (3, 5)):
            yield f"{name} is {got.get(name)}, not {state}"


def check_files(run, result, expected):
    artifacts = result.get("artifacts") or {}
    there = {str(path.relative_to(run.artifacts)) for path in run.artifacts.rglob("*") if not path.is_dir()}

    def check(what, files, wanted):
        if files != sorted(wanted):
            yield f"{what}: files are {files}, not {sorted(wanted)}"
        for name in files:
            if not any(path == name or path.endswith(f"/{name}") for path in there):
                yield f"{what}: {name!r} is not below --artifacts"

    if "files" in expected:
        yield from check("artifact", artifacts.get("files") or [], expected["files"])
    for identifier, wanted in expected.get("secondary_files", {}).items():
        secondary = (artifacts.get("secondary") or {}).get(identifier) or {}
        yield from check(f"artifact {identifier}", secondary.get("files") or [], wanted)
    if "artifact_name" in expected and artifacts.get("name") != expected["artifact_name"]:
        yield f"artifact's name is {artifacts.get('name')!r}, not {expected['artifact_name']!r}"


def check_result(run, case, expected):
    try:
        result = json.loads(run.out)
    except ValueError as error:
        yield f"stdout is no JSON document: {error}"
        return
    wanted = "SUCCEEDED" if expected["exit_code"] == 0 else "FAILED"
    if result.get("status", "FAILED") != wanted:
        yield f"status is {result.get('status')}, not {wanted}"
    if (result.get("error") is None) != (run.status in (0, 10)):
        yield f"error is {result.get('error')!r} with exit status {run.status}"
    yield from check_phases(result, expected, wanted_status(case, expected))
    yield from check_files(run, result, expected)
    for name, value in expected.get("exported_variables", {}).items():
        if (result.get("exported_variables") or {}).get(name) != value:
            yield f"exported {name} is {(result.get('exported_variables') or {}).get(name)!r}, not {value!r}"


def check(run, case, expected):
    if run.status != wanted_status(case, expected):
        yield f"exit status is {run.status}, not {wanted_status(case, expected)}"
    if run.left:
        yield f"left running: {run.left}"
    if run.seconds > expected.get("max_seconds", TIME_LIMIT):
        yield f"took {run.seconds:.1f} s"


def problems_of(program, case, expected, shell):
    arguments = ["--shell", "sh"] if shell else []
    with tempfile.TemporaryDirectory() as directory:
        run = Run(program, case, expected, ["--json", *arguments], os.path.realpath(directory))
        yield from check(run, case, expected)
        yield from check_log(run.err, expected)
        yield from check_result(run, case, expected)
    with tempfile.TemporaryDirectory() as directory:
        run = Run(program, case, expected, arguments, os.path.realpath(directory))
        for problem in check(run, case, expected):
            yield f"without --json: {problem}"
        if run.status in (0, 10):
            for problem in check_log(run.out, expected):
                yield f"without --json: {problem}"


def main():
    program = os.path.abspath(sys.argv[1])
    folders = [pathlib.Path(word) for word in sys.argv[2:] if pathlib.Path(word).is_dir()]
    names = [word for word in sys.argv[2:] if not pathlib.Path(word).is_dir()]
    if not folders:
        fixtures = pathlib.Path(__file__).parent.parent / "fixtures/buildspec"
        folders = [fixtures / "cases", fixtures / "more"]
    shell = "dash" if "dash" in os.path.realpath("/bin/sh") else "bash"
    passed = failed = skipped = 0
    for case in sorted(path.parent for folder in folders for path in folder.glob("*/expect.json")):
        if names and case.name not in names:
            continue
        expected = json.loads((case / "expect.json").read_text())
        needed = [need for need in expected.get("requires", []) if need.startswith("sh=")]
        if needed and f"sh={shell}" not in needed:
            print(f"not for this machine: {case.name} is about {needed[0]}")
            skipped += 1
            continue
        problems = list(problems_of(program, case, expected, needed))
        for problem in problems:
            print(f"{case.name}: {problem}")
        passed, failed = (passed, failed + 1) if problems else (passed + 1, failed)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


sys.exit(main())
