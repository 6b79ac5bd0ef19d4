#!/usr/bin/env python3
"""Replays the transcripts of tests/cli/golden and compares what the program says, word for word.

usage: golden.py PROGRAM CASES [NAME...]

A case is a file NAME.txt, played line by line by bash in a fresh directory, which begins as a copy of the folder NAME
beside it where there is one. Lines of a case:

    # a remark
    % git init -q        prepares something; must succeed, its output is not kept
    $ tinystacks status  a command whose transcript follows:
    > a line of its stdout
    ! a line of its stderr
    = 5                  its exit code

What differs from run to run is replaced: paths, ids, times, durations, the version. With TINYSTACKS_UPDATE_GOLDEN=1
the transcripts are written anew and the test reports itself as skipped.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
TIME_LIMIT = 60
NORMAL = [
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "TIME"),
    (re.compile(r"\b\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(\.\d+)?"), "TIME"),
    (re.compile(r"\bsha256:[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "COMMIT"),
    (re.compile(r"\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{12}\b"), "COMMIT"),
    (re.compile(r"\b\d+\.\d+ ?s\b"), "SECONDS"),
    (re.compile(r"(no Docker engine answers: ).*?(?=  nothing|$)", re.MULTILINE), r"\1WHY"),
    (re.compile(r"^tinystacks \d+\.\d+\.\d+$", re.MULTILINE), "tinystacks VERSION"),
]


def normalise(text, directory):
    text = text.replace(str(directory), "DIR")
    for pattern, word in NORMAL:
        text = pattern.sub(word, text)
    return text


def environment_of(directory):
    """As little as a command can have, so that the machine's own settings play no part."""
    return {
        "PATH": f"{directory / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(directory / "home"),
        "XDG_STATE_HOME": str(directory / "state"),
        "NO_COLOR": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "LC_ALL": "C.UTF-8",
        "DOCKER_HOST": f"unix://{directory}/no-docker.sock",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
        "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
        "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
    }


def prefixed(mark, text):
    return [f"{mark} {line}".rstrip() for line in text.split("\n")[:-1]] + (
        [f"{mark} {text.split(chr(10))[-1]} (no line end)"] if text and not text.endswith("\n") else [])


def play(program, case):
    """The case's text with what its commands say now."""
    lines = []
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(os.path.realpath(temporary))
        for folder in ("bin", "home"):
            (directory / folder).mkdir()
        (directory / "bin/tinystacks").symlink_to(program)
        work = directory / case.stem
        fixture = case.with_suffix("")
        if fixture.is_dir():
            shutil.copytree(fixture, work)
        else:
            work.mkdir()
        for line in case.read_text().splitlines():
            if line.startswith(("#", "%", "$")) or not line:
                lines.append(line)
            if not line.startswith(("%", "$")):
                continue
            done = subprocess.run(["bash", "-c", line[1:]], cwd=work, env=environment_of(directory),
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=TIME_LIMIT, check=False)
            out, err = (normalise(text.decode(errors="backslashreplace"), directory)
                        for text in (done.stdout, done.stderr))
            if line.startswith("$"):
                lines += [*prefixed(">", out), *prefixed("!", err), f"= {done.returncode}"]
            elif done.returncode != 0:
                lines.append(f"FAILED with {done.returncode}: {err}")
    return "\n".join(lines) + "\n"


def main():
    program = os.path.realpath(sys.argv[1])
    update = os.environ.get("TINYSTACKS_UPDATE_GOLDEN") == "1"
    passed = failed = 0
    for case in sorted(pathlib.Path(sys.argv[2]).glob("*.txt")):
        if sys.argv[3:] and case.stem not in sys.argv[3:]:
            continue
        now = play(program, case)
        if now == case.read_text():
            passed += 1
        elif update:
            case.write_text(now)
            print(f"{case.stem}: written anew")
        else:
            failed += 1
            with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
                file.write(now)
                file.flush()
                subprocess.run(["diff", "-u", "--label", case.name, "--label", "now", case, file.name], check=False)
    if update:
        print("skipped: the transcripts were written anew")
        return SKIPPED
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
