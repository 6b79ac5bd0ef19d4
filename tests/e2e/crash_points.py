#!/usr/bin/env python3
"""Kills deployments and rollbacks at each crash point (lib/base/crash_point.hpp), then at random times, and recovers.

usage: crash_points.py PROGRAM MORTAL REPOSITORY STACK PORT RAN [--only WHAT] [--from N] [--random N] [--seed N]

MORTAL is PROGRAM built with TS_CRASH_POINTS: what is killed at a point; PROGRAM recovers. Wanted is a stack with one
docker stage `dev` on PORT that runs HEAD of REPOSITORY, whose index.html is served, and whose build.yml and release.yml
append `build COMMIT` and `release COMMIT` to RAN. After each kill `deploy --resume`, or the command again where nothing
was recorded, must bring the stage to where it was to go: page, status, tags, containers, and no phase run again that
the ledger had as finished. At random times PROGRAM is killed, and its `--resume` too.

The seed of an earlier run repeats its random times. --from N leaves out the points before the N-th.
"""
import argparse
import collections
import contextlib
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request

NOTHING_LEFT = 5
STATE = pathlib.Path(os.environ["XDG_STATE_HOME"]) / "tinystacks"
REGISTRY = f"http://127.0.0.1:{os.environ['TINYSTACKS_REGISTRY_PORT']}"
MANIFESTS = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json"
TIME_LIMIT = 120


def answer_of(url, method="GET", headers=None):
    return urllib.request.urlopen(urllib.request.Request(url, method=method, headers=headers or {}), timeout=10)


class Wrong(Exception):
    """What is not as it should be."""


class Stack:
    """The stack under test: what can be done to it, and what can be seen of it from outside."""

    def __init__(self, options):
        self.program, self.mortal = options.program, options.mortal
        self.name, self.port = options.stack, options.port
        self.repository, self.ran = options.repository, options.ran
        self.version = 0

    def start(self, *command):
        return self._start(self.program, command, os.environ)

    def run(self, *command, wanted=(0,)):
        """The exit status, and stdout."""
        return self._end(self.start(*command), command, wanted)

    def run_to_point(self, *command, number, log):
        """Whether the command was killed there, and not at its end before it came so far."""
        environment = {**os.environ, "TINYSTACKS_CRASH_AT": str(number), "TINYSTACKS_CRASH_LOG": str(log)}
        status, _ = self._end(self._start(self.mortal, command, environment), command, (0, -signal.SIGKILL))
        return status != 0

    def _start(self, program, command, environment):
        return subprocess.Popen([program, *command, "-C", self.repository], env=environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    @staticmethod
    def _end(process, command, wanted):
        out, err = process.communicate(timeout=TIME_LIMIT)
        if process.returncode not in wanted:
            raise Wrong(f"'{' '.join(command)}' exits {process.returncode}, not {wanted}:\n{out[-2000:]}{err[-2000:]}")
        return process.returncode, out

    def git(self, *command):
        return subprocess.run(["git", "-C", self.repository, *command], check=True, stdout=subprocess.PIPE,
                              text=True).stdout.strip()

    def commit_next_version(self):
        self.version += 1
        (self.repository / "index.html").write_text(f"{self.version}\n")
        self.git("commit", "-qam", f"Version {self.version}")
        return self.git("rev-parse", "HEAD")

    def stage(self):
        return json.loads(self.run("status", "--json")[1])["stages"][0]

    def entries(self):
        """The ledger, entry by entry: `status` does not tell of builds."""
        with contextlib.closing(sqlite3.connect(f"file:{STATE}/state.db?mode=ro", uri=True)) as database:
            return [json.loads(row[0]) for row in database.execute("SELECT document FROM entry ORDER BY number")]

    def finished_phases(self, commit):
        """Which of build and release of a commit the ledger has as finished, and whether it has anything of it."""
        finished, begun = set(), False
        for entry in self.entries():
            about = entry.get("build") or entry.get("deployment") or {}
            if about.get("commit") != commit:
                continue
            begun = True
            if entry["act"] == "built" and about["digest"]:
                finished.add("build")
            finished |= {phase["name"] for phase in about.get("phases", []) if phase["status"] == "SUCCEEDED"}
        return finished & {"build", "release"}, begun

    def times_run(self, commit):
        """How often build and release of a commit began."""
        lines = self.ran.read_text().split("\n")
        counts = collections.Counter(line.split()[0] for line in lines if line.endswith(commit))
        return {phase: counts[phase] for phase in ("build", "release")}

    def digest(self, tag):
        with answer_of(f"{REGISTRY}/v2/{self.name}/manifests/{tag}", "HEAD", {"Accept": MANIFESTS}) as answer:
            return answer.headers["Docker-Content-Digest"]

    def containers(self):
        listed = subprocess.run(["docker", "ps", "-a", "--filter", f"label=tinystacks.stack={self.name}", "--format",
                                 "{{.Names}} {{.State}}"], check=True, stdout=subprocess.PIPE, text=True).stdout
        return dict(line.split() for line in listed.splitlines())

    def check(self, commit, means):
        """That the stage runs a commit, and nothing else is left or runs."""
        digest = self.digest(commit)
        with answer_of(f"http://127.0.0.1:{self.port}/") as page:
            expect("page", page.read().decode().strip(), self.git("show", f"{commit}:index.html"))
        stage = self.stage()
        for which in ("last", "current"):
            seen = stage[which]
            expect(which, (seen["commit"], seen["digest"], seen["state"], seen["verdict"]["outcome"], seen["means"]),
                   (commit, digest, "ended", "succeeded", means))
        expect("digest of the tag dev", self.digest("dev"), digest)
        containers = self.containers()
        # The one before is kept, stopped.
        kept = containers.pop(f"tinystacks-{self.name}-dev-previous", "exited")
        expect("containers", (containers, kept), ({f"tinystacks-{self.name}-dev": "running"}, "exited"))
        expect("folders of runs", [path.name for path in (STATE / "work").iterdir()], [])


def expect(what, seen, wanted):
    if seen != wanted:
        raise Wrong(f"{what}: {seen}, not {wanted}")


class Deploy:
    """Each kill hits the deployment of a new commit."""

    command = ("deploy",)
    means = "release"

    def __init__(self, stack):
        self.stack = stack
        self.commit, self.runs = None, {}

    def prepare(self):
        self.commit = self.stack.commit_next_version()

    def after_kill(self):
        last = self.stack.stage()["last"]  # first, for it undoes what SQLite had half written
        self.finished, self.begun = self.stack.finished_phases(self.commit)
        self.runs = self.stack.times_run(self.commit)
        self.over = last["commit"] == self.commit and last["state"] == "ended"

    def recover(self):
        status, _ = self.stack.run("deploy", "--resume", wanted=(0, NOTHING_LEFT))
        expect("exit status of --resume", status, 0 if self.begun and not self.over else NOTHING_LEFT)
        if status == NOTHING_LEFT:
            self.stack.run("deploy")

    def check(self):
        self.stack.check(self.commit, self.means)
        expect("digest of the tag latest", self.stack.digest("latest"), self.stack.digest(self.commit))
        for phase, runs in self.stack.times_run(self.commit).items():
            wanted = self.runs[phase] + (0 if phase in self.finished else 1)
            expect(f"times that {phase} ran, {self.runs[phase]} of them before the kill", runs, wanted)


class Rollback:
    """Each kill hits a rollback: to and fro between the same two deployments."""

    means = "rollback"

    def __init__(self, stack):
        self.stack = stack
        self.other = stack.stage()["current"]
        stack.commit_next_version()
        stack.run("deploy")
        self.wanted = stack.stage()["current"]
        self.ran = stack.ran.read_text()

    @property
    def command(self):
        return ("rollback", "--stage", "dev", "--to", self.wanted["id"])

    def prepare(self):
        self.wanted, self.other = self.other, self.wanted

    def after_kill(self):
        stage = self.stack.stage()
        self.open = stage["last"]["state"] != "ended"
        self.over = stage["current"]["commit"] == self.wanted["commit"]

    def recover(self):
        status, _ = self.stack.run("deploy", "--resume", wanted=(0, NOTHING_LEFT))
        expect("exit status of --resume", status, 0 if self.open else NOTHING_LEFT)
        if not self.open and not self.over:
            self.stack.run(*self.command)

    def check(self):
        self.stack.check(self.wanted["commit"], self.means)
        expect("what build and release ran", self.stack.ran.read_text(), self.ran)


class Tally:
    """What was tried. The first that goes wrong ends the test: what came next would begin from a stage in disorder."""

    def __init__(self):
        self.points = self.recovered = 0

    def count(self, story, where):
        """Recovers from one kill."""
        self.points += 1
        began = time.monotonic()
        try:
            story.after_kill()
            story.recover()
            story.check()
        except (OSError, subprocess.SubprocessError, Wrong) as error:
            raise Wrong(f"{where}: {error}") from error
        self.recovered += 1
        print(f"recovered in {time.monotonic() - began:4.1f} s  {where}", flush=True)


def kill_at_each_point(story, first, tally):
    """Ends with the first run that comes to its end alive."""
    stack, log = story.stack, story.stack.repository.parent / "crash-points"
    for number in range(first, 1000):
        log.unlink(missing_ok=True)
        story.prepare()
        began = time.monotonic()
        killed = stack.run_to_point(*story.command, number=number, log=log)
        if not log.exists():
            raise Wrong(f"{stack.mortal} has no crash points: it is not built with TS_CRASH_POINTS")
        if not killed:
            return
        passed = log.read_text().splitlines()[-1]
        tally.count(story, f"{story.command[0]}, killed after {time.monotonic() - began:.1f} s at {passed}")
    raise Wrong(f"{story.command[0]} passes more than 1000 points")


def kill_after(seconds, process):
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=seconds)
    process.kill()
    process.communicate()


def kill_at_random(story, times, chance, tally):
    """Kills the command, and what was to go on with it."""
    began = time.monotonic()
    story.prepare()
    story.stack.run(*story.command)
    whole = time.monotonic() - began
    for _ in range(times):
        first, second = chance.uniform(0, whole), chance.uniform(0, whole)
        story.prepare()
        kill_after(first, story.stack.start(*story.command))
        kill_after(second, story.stack.start("deploy", "--resume"))
        tally.count(story, f"{story.command[0]}, killed after {first:.2f} s, and its --resume after {second:.2f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("mortal")
    parser.add_argument("repository", type=pathlib.Path)
    parser.add_argument("stack")
    parser.add_argument("port")
    parser.add_argument("ran", type=pathlib.Path)
    parser.add_argument("--only", choices=("deploy", "random", "rollback"))
    parser.add_argument("--from", type=int, default=1, dest="first")
    parser.add_argument("--random", type=int, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    stack, tally, status = Stack(options), Tally(), 0
    print(f"--seed {options.seed}", flush=True)
    try:
        if options.only in (None, "deploy"):
            kill_at_each_point(Deploy(stack), options.first, tally)
        if options.only in (None, "random"):
            kill_at_random(Deploy(stack), options.random, random.Random(options.seed), tally)
        if options.only in (None, "rollback"):
            kill_at_each_point(Rollback(stack), options.first, tally)
    except Wrong as error:
        status = 1
        print(f"FAILED: {error}")
    print(f"{tally.points} points, {tally.recovered} recovered")
    sys.exit(status)


if __name__ == "__main__":
    main()
