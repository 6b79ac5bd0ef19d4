#!/usr/bin/env python3
"""Measures tinystacks against committed baselines and prints a table of ratios, each the median of five rounds.

usage: bench.py PROGRAM [--deployed FOLDER]

A round runs ours and the baseline next to each other, so that a busy machine slows both. FOLDER is a project whose
HEAD is deployed already. Exit status 1 when a limit is missed.
"""
import importlib.util
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ROUNDS = 5
COMMANDS = 200
LINES = 10_000_000
STARTS = 50
SECRETS = ["--env", "DB_PASSWORD=correct-horse-battery", "--env", "API_TOKEN=Zm9vYmFyYmF6cXV4", "--env",
           "MY_SECRET=hunter2-hunter2\nsecond line"]


def seconds(argv, **more):
    """How long a program takes that must succeed."""
    began = time.perf_counter()
    done = subprocess.run([str(part) for part in argv], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          check=False, **more)
    took = time.perf_counter() - began
    if done.returncode != 0:
        sys.exit(f"{argv} exits {done.returncode}")
    return took


def seconds_to_file(argv, path):
    with open(path, "wb") as file:
        return seconds(argv, stdout=file)


def start_seconds(argv):
    """How long one start takes, the mean of many; posix_spawn copies nothing of this process."""
    null = os.open(os.devnull, os.O_RDWR)
    redirect = [(os.POSIX_SPAWN_DUP2, null, number) for number in (0, 1, 2)]
    began = time.perf_counter()
    for _ in range(STARTS):
        pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=redirect)
        if os.waitpid(pid, 0)[1] != 0:
            sys.exit(f"{argv} fails")
    os.close(null)
    return (time.perf_counter() - began) / STARTS


class Table:
    def __init__(self):
        self.failed = False
        print(f"{'what':<44} {'ours':>10} {'baseline':>10} {'result':>9} {'limit':>9}", flush=True)

    def row(self, what, ours, baseline, result, limit, unit=""):
        missed = limit is not None and result > limit
        self.failed = self.failed or missed
        show = "" if limit is None else f"{limit:g}{unit}"
        print(f"{what:<44} {ours:>10} {baseline:>10} {result:>8.2f}{unit or 'x'} {show:>8}{' MISSED' if missed else ''}",
              flush=True)

    def compare(self, what, ours, baseline, limit, allowance=0.0):
        """`allowance`: seconds that ours may take besides, before the ratio is taken."""
        rounds = [(ours(), baseline()) for _ in range(ROUNDS)]
        self.row(what, *(f"{statistics.median(times) * 1000:.1f} ms" for times in zip(*rounds)),
                 statistics.median((mine - allowance) / theirs for mine, theirs in rounds), limit)


def write_spec(folder, name, commands):
    path = folder / name
    path.write_text("version: 0.2\nphases:\n  build:\n    commands:\n" + "".join(f"      - {line}\n" for line in commands))
    return path


def bench_commands(table, program, folder):
    spec = write_spec(folder, "commands.yml", [f"echo {number}" for number in range(1, COMMANDS + 1)])
    for how, limit in (("cat", 0.9), ("read", None)):
        table.compare(f"{COMMANDS} commands (baseline: {how})",
                      lambda: seconds_to_file([program, "buildspec", "run", spec], folder / "ours.log"),
                      lambda how=how: seconds_to_file(["bash", HERE / "baseline_commands.sh", folder, COMMANDS, how],
                                                      folder / "baseline.log"), limit)


def peak_kib(argv, folder):
    """Peak memory of the largest process, as GNU time tells it (a process forked from here would count our own)."""
    report = folder / "peak"
    seconds_to_file(["time", "-f", "%M", "-o", report, *argv], folder / "ours.log")
    return int(report.read_text())


def bench_lines(table, program, folder):
    def command(count):
        return [program, "buildspec", "run", write_spec(folder, f"lines-{count}.yml", [f"seq 1 {count}"]), *SECRETS]

    table.compare(f"{LINES:,} lines, three secrets", lambda: seconds_to_file(command(LINES), folder / "ours.log"),
                  lambda: seconds(["sh", HERE / "baseline_lines.sh", folder / "baseline.log", LINES]), 2.5)
    many = statistics.median(peak_kib(command(LINES), folder) for _ in range(ROUNDS)) / 1024
    few = statistics.median(peak_kib(command(1000), folder) for _ in range(ROUNDS)) / 1024
    table.row(f"peak memory, {LINES:,} lines against 1,000", f"{many:.1f} MiB", f"{few:.1f} MiB", many - few, 4, " MiB")


def bench_start(table, program):
    for arguments in (["--version"], ["--help"], ["completion", "bash"]):
        table.compare(" ".join(["tinystacks", *arguments]), lambda a=arguments: start_seconds([program, *a]),
                      lambda: start_seconds(["git", "--version"]), 6)


def bench_api(table, program, folder):
    """Lists of a TinyStacks API, and what curl takes for the same reply."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    from tinystacks_api import World  # here, for it wants packages

    with World() as world:
        world.add_many(sources=20, stacks=10_000)
        os.environ.update(TINYSTACKS_CONTROL=world.url, TINYSTACKS_TOKEN="token-of-ada")
        curl = ["curl", "-s", "-H", "Authorization: Bearer token-of-ada", "-A", "tinystacks", f"{world.url}/infrastructure-code-sources"]
        ours = [program, "source", "list", "--json"]
        times = [(seconds_to_file(ours, folder / "ours.log"), seconds_to_file(curl, folder / "curl.log")) for _ in range(STARTS)]
        mine, its = (statistics.median(each) * 1000 for each in zip(*times))
        table.row("source list --json", f"{mine:.1f} ms", f"{its:.1f} ms", mine, 20, " ms")
        mine, its = (statistics.median(peak_kib(each, folder) for _ in range(ROUNDS)) / 1024 for each in (ours, curl))
        table.row("peak memory of source list --json", f"{mine:.1f} MiB", f"{its:.1f} MiB", mine / its, 1.3)
        mine = statistics.median(peak_kib([program, "stack", "list", "--json"], folder) for _ in range(ROUNDS)) / 1024
        table.row("peak memory of 10,000 stacks", f"{mine:.1f} MiB", "", mine, 64, " MiB")
        del os.environ["TINYSTACKS_CONTROL"], os.environ["TINYSTACKS_TOKEN"]


def bench_unchanged(table, program, project, folder):
    """A deploy of what runs already; a docker that writes down its arguments shows that nothing is built."""
    calls = folder / "docker-calls"
    shim = folder / "bin" / "docker"
    shim.parent.mkdir()
    real = subprocess.run(["which", "docker"], capture_output=True, text=True, check=True).stdout.strip()
    shim.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$1\" >>{calls}\nexec {real} \"$@\"\n")
    shim.chmod(0o755)
    calls.touch()
    environment = {**os.environ, "PATH": f"{shim.parent}:{os.environ['PATH']}"}
    took = statistics.median(seconds([program, "deploy", "-C", project], stdout=subprocess.DEVNULL, env=environment)
                             for _ in range(ROUNDS))
    if "build" in calls.read_text().split():
        sys.exit("a deploy of an unchanged commit ran docker build")
    table.row("deploy of an unchanged commit", f"{took * 1000:.0f} ms", "", took, 1, " s")


def source_tree(folder, count, ending, packages=0):
    """An application of `count` files in folders of a hundred; `packages` more files under node_modules."""
    for number in range(count + packages):
        below = folder / ("src" if number < count else "node_modules") / f"part{number // 100}"
        if number % 100 == 0 or number == count:
            below.mkdir(parents=True, exist_ok=True)
        (below / f"file{number}{ending}").write_text(f"# {number}\n" if ending == ".py" else f"// {number}\n")
    if ending == ".py":
        (folder / "requirements.txt").write_text("flask==3.1.0\n")
        (folder / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    else:
        (folder / "package.json").write_text('{"scripts":{"start":"node server.js"},"dependencies":{"express":"4"}}\n')
        (folder / "server.js").write_text("require('express')().listen(process.env.PORT)\n")
    return folder


def bench_detection(table, program, folder):
    """What `init` finds, against one look at every name that is not pruned."""
    trees = {"init: small application": source_tree(folder / "small", 5, ".js"),
             "init: 20,000 source files": source_tree(folder / "sources", 20_000, ".js"),
             "init: the same, 20,000 in node_modules": source_tree(folder / "packages", 20_000, ".js", 20_000),
             "init: 20,000 .py files": source_tree(folder / "python", 20_000, ".py")}
    cloned = source_tree(folder / "cloned", 20_000, ".js", 20_000)
    seconds(["git", "init", "--quiet", cloned])
    trees["init: in a Git repository"] = cloned
    for what, tree in trees.items():
        def ours(tree=tree):
            return start_seconds([program, "-C", str(tree), "init", "--dry-run", "--json"])

        def find(tree=tree):
            return start_seconds(["find", str(tree), "(", "-name", "node_modules", "-o", "-name", ".git", ")", "-prune", "-o",
                                  "-type", "f", "-print"])

        if "small" in what:
            rounds = [ours() * 1000 for _ in range(ROUNDS)]
            table.row(what, f"{statistics.median(rounds):.1f} ms", "", statistics.median(rounds), 10, " ms")
        else:
            table.compare(what, ours, find, 2.5)


def played_rollouts():
    """tests/e2e/rollouts.py, which knows how to set up registry, moto, repository and played AWS."""
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("played_rollouts", ROOT / "tests" / "e2e" / "rollouts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class EcsRelease:
    """The release.yml that `init` writes, to ECS, once by `deploy` and once by plain bash.

    Both run the same commands (docker pull, tag, push; aws; jq) against the same registry and each against an AWS of its
    own, a thousand times as fast as the true one: the service is steady before the last command has ended. So `deploy`
    is charged for all it does besides: checking account and registry, a clean checkout, a shell a command, logs, moving
    tags, and every second that it takes to see that the service is steady. Bash does none of that, and is done when
    UpdateService is answered. Both find the image built, which leaves the least time to hide ours in.
    """
    SPEED = 1000

    def __init__(self, rollouts, program, folder):
        self.rollouts, self.program, self.folder = rollouts, program, folder
        self.story = rollouts.stories.every()["ecs-good-shipped-release"]
        self.ground = rollouts.Ground()
        self.world = self._play()
        self.place = rollouts.Place(self.ground, "bench", self.story, self.world.url)
        built = subprocess.run([program, "deploy", "--json"], cwd=self.place.repository, env=self.place.environment(),
                               stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if built.returncode != 0:
            sys.exit(f"the first deployment exits {built.returncode}: {built.stderr.decode()[-2000:]}")
        self.digest = json.loads(built.stdout)["deployments"][0]["digest"]
        self._write_commands()

    def _play(self):
        moto, image = f"http://127.0.0.1:{self.ground.moto}", f"127.0.0.1:{self.ground.registry}/bench"
        return self.rollouts.server.Server(self.rollouts.server.World(self.story, moto, image, self.SPEED)).start()

    def _write_commands(self):
        import yaml  # here, for only this bench needs more than Python itself
        spec = yaml.safe_load((self.place.repository / "release.yml").read_text())
        commands = [c for phase in ("build", "post_build") for c in spec["phases"][phase]["commands"]]
        self.commands = self.folder / "release-commands"
        self.commands.mkdir()
        for number, command in enumerate(commands):
            (self.commands / f"{number:02}").write_text(command)

    def _in_fresh_world(self, argv, more):
        self.world.end()
        self.world = self._play()
        self.place.url = self.world.url
        took = seconds(argv, stdout=subprocess.DEVNULL, cwd=self.place.repository, env={**self.place.environment(), **more})
        truth = self.world.world.report()["truth"]
        if truth["primary"] != "new" or truth["rollout"] != "COMPLETED":
            sys.exit(f"{argv} ended before the service was steady, or released nothing: {truth}")
        return took

    def ours(self):
        return self._in_fresh_world([self.program, "deploy"], {})

    def baseline(self):
        image = self.place.image
        more = {"ECR_ENDPOINT": image.split("/")[0], "ECR_IMAGE_URL": image, "STAGE_NAME": "dev", "PREVIOUS_STAGE_NAME": "latest",
                "IMAGE_DIGEST": self.digest, "CLUSTER_ARN": "main", "SERVICE_NAME": "web", "STAGE_REGION": "us-east-1"}
        return self._in_fresh_world(["bash", HERE / "baseline_release.sh", self.commands], more)

    def end(self):
        self.world.end()
        self.ground.end()


def bench_ecs(table, program, folder):
    rollouts = played_rollouts()
    try:
        rollouts.check_machine()
    except SystemExit:
        return  # it has said what is missing
    release = EcsRelease(rollouts, program, folder)
    try:
        table.compare("deploy to ECS, less 300 ms (baseline: bash)", release.ours, release.baseline, 1.15, allowance=0.3)
    finally:
        release.end()


def main():
    program = os.path.abspath(sys.argv[1])
    table = Table()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        bench_start(table, program)
        bench_api(table, program, folder)
        bench_detection(table, program, folder)
        bench_commands(table, program, folder)
        bench_lines(table, program, folder)
        bench_ecs(table, program, folder)
        if "--deployed" in sys.argv:
            bench_unchanged(table, program, sys.argv[sys.argv.index("--deployed") + 1], folder)
    return 1 if table.failed else 0


if __name__ == "__main__":
    sys.exit(main())
