#!/usr/bin/env python3
"""Hands the bad inputs of tests/fixtures/attack to `tinystacks buildspec check` and `buildspec run`.

usage: attack_cases.py PROGRAM [FOLDER [ID...]]
"""
import csv
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

CANARY = pathlib.Path("/tmp/ts-canary")
MEMORY = 300 << 20
SECRET = "AKIAIOSFODNN7EXAMPLE"


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


class Outcome:
    def __init__(self, program, arguments, bounded):
        began = time.monotonic()
        done = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                              env={**os.environ, "NO_COLOR": "1"}, preexec_fn=limit_memory if bounded else None,
                              check=False)
        self.seconds = time.monotonic() - began
        self.status = done.returncode
        self.text = (done.stdout + done.stderr).decode(errors="replace")


def says(text, words, file):
    """Whether the text holds all of the words; `line N` is met by FILE:N: too."""
    lines = text.lower()
    for word in filter(None, (word.strip().lower() for word in words.split("&&"))):
        number = re.fullmatch(r"line (\d+)", word)
        if word not in lines and not (number and f"{file.lower()}:{number[1]}:" in lines):
            yield f"does not say {word!r}: {text.strip()[:300]!r}"


def check_forbidden(row, check, run):
    """What the row's `must not happen` means for a run on this machine."""
    if "canary" in row["must_not_happen"] and CANARY.exists():
        yield "the canary was created"
    if "value in any log" in row["must_not_happen"] and SECRET in check.text + run.text:
        yield "the secret was shown"
    if row["id"] == "Y20":
        for variable in ["A=no", "B=0o17", "C=012", "D=1e3", "E=1:30", "F=0x1F"]:
            if f"\n{variable}\n" not in run.text:
                yield f"the command did not see {variable}"
    for outcome in (check, run):
        if outcome.status < 0 or outcome.status in (70, 134, 139):
            yield f"crashed: {outcome.status}: {outcome.text[-300:]}"


def problems_of(program, row, file, bounded):
    check = Outcome(program, ["buildspec", "check", str(file)], bounded)
    with tempfile.TemporaryDirectory() as directory:
        run = Outcome(program, ["buildspec", "run", str(file), "--directory", directory], bounded)
    yield from check_forbidden(row, check, run)
    if bounded and check.seconds > 1:
        yield f"check took {check.seconds:.1f} s"
    if row["expect"] == "exit 3":
        for name, outcome in (("check", check), ("run", run)):
            if outcome.status != 3:
                yield f"{name} exits {outcome.status}, not 3"
            yield from says(outcome.text, row["words"], file.name)
    elif row["expect"] == "accept":
        if check.status != 0 or run.status not in (0, 10):
            yield f"check exits {check.status}, run {run.status}: {check.text[:300]}"
    elif row["expect"] == "warning":
        warnings = "\n".join(line for line in check.text.splitlines() if "warning" in line.lower())
        if check.status != 0 or not warnings:
            yield f"check exits {check.status} with warnings {warnings!r}"
        yield from says(warnings, row["words"], file.name)
        strict = Outcome(program, ["buildspec", "check", "--strict", str(file)], bounded)
        if strict.status != 3:
            yield f"check --strict exits {strict.status}, not 3"
        if run.status in (2, 3, 5):
            yield f"run does not go on: exit status {run.status}: {run.text[:300]}"
    else:
        yield f"the index expects {row['expect']!r}, which this runner does not know"


def main():
    program = os.path.abspath(sys.argv[1])
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parent.parent / "fixtures/attack")
    # A sanitizer maps terabytes of shadow memory, which no limit on the address space allows.
    bounded = b"__asan_init" not in pathlib.Path(program).read_bytes()
    passed = failed = 0
    with (folder / "index.tsv").open(newline="") as index:
        rows = list(csv.reader(index, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    for fields in rows:
        row = dict(zip(["id", "file", "line", "deliver", "expect", "words", "must_not_happen", "rule"], fields))
        if row["deliver"] != "buildspec" or (sys.argv[3:] and row["id"] not in sys.argv[3:]):
            continue
        CANARY.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(shutil.copy(folder / row["file"], directory))
            problems = list(problems_of(program, row, file, bounded))
        for problem in problems:
            print(f"{row['id']} {row['file']}: {problem}")
        passed, failed = (passed, failed + 1) if problems else (passed + 1, failed)
    CANARY.unlink(missing_ok=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
