"""What the tests of the program share: a directory of its own for each check, and how the checks are run."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

import registry

TIME_LIMIT = 60
SPEC = "version: 0.2\nphases:\n  build:\n    commands:\n{}"


class Skipped(Exception):
    """A check that this machine cannot make, and why."""


class Place:
    """A directory of its own for each check."""

    def __init__(self, program, directory):
        self.program = program
        self.root = pathlib.Path(os.path.realpath(directory))
        self.work = self.root / "work"
        self.work.mkdir()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.root), "TERM": "xterm", "LC_ALL": "C.UTF-8",
                            "XDG_STATE_HOME": str(self.root / "state")}

    def write(self, name, text):
        (self.work / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def spec(self, *commands):
        self.write("build.yml", SPEC.format("".join(f"      - {json.dumps(each)}\n" for each in commands)))

    def run(self, *arguments, **more):
        more = {"stdin": subprocess.DEVNULL, "capture_output": True, "cwd": self.work, "timeout": TIME_LIMIT, **more}
        return subprocess.run([self.program, *arguments], check=False, env=self.environment, **more)

    def project(self, more=""):
        """A repository with a project of a docker stage."""
        self.write("tinystacks.yml", f"version: 1\nstack: shop\n{more}stages:\n  - name: dev\n"
                   "    target: { docker: { port: 8001, container_port: 8080 } }\n")
        subprocess.run(["git", "init", "--quiet"], cwd=self.work, check=True)

    def commit(self):
        subprocess.run(["git", "add", "--all"], cwd=self.work, check=True)
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message",
                        "First"], cwd=self.work, check=True)

    def repository(self, *commands, port=None):
        """A commit of a project whose registry has no image, so that `build` runs these commands and fails."""
        self.project(f"image: 127.0.0.1:{port or registry.start()}/shop\n")
        self.spec(*commands)
        self.write("release.yml", SPEC.format("      - 'true'\n"))
        self.commit()

    def program_on_path(self, name, script):
        """A program that comes before the real one of that name."""
        folder = self.root / "bin"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
        if not self.environment["PATH"].startswith(f"{folder}:"):
            self.environment["PATH"] = f"{folder}:{self.environment['PATH']}"

    def traced(self, options, *arguments, seconds=TIME_LIMIT, **environment):
        """Runs under strace; the calls it saw are returned beside what ended."""
        program = shutil.which("strace")
        if not program or subprocess.run([program, "-o", os.devnull, "true"], capture_output=True, check=False).returncode:
            raise Skipped("strace is not installed, or may not trace")
        descriptor, trace = tempfile.mkstemp(dir=self.root)
        os.close(descriptor)
        command = [program, "-f", "-qq", "-o", trace, *options, self.program, *arguments]
        # The leak sanitizer cannot work where somebody traces already.
        environment = {**self.environment, "ASAN_OPTIONS": "detect_leaks=0", **environment}
        with subprocess.Popen(command, env=environment, cwd=self.work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, start_new_session=True) as child:
            try:
                out, err = child.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)  # what is traced would outlive strace
                raise
        calls = "\n".join(whole_calls(pathlib.Path(trace).read_text(errors="replace")))
        return subprocess.CompletedProcess(command, child.returncode, out, err), calls


def whole_calls(trace):
    """The lines of a trace, with the calls that another thread's interrupted put together, where they end."""
    begun = {}
    for line in trace.splitlines():
        thread = line.split(" ", 1)[0]
        resumed = re.match(r"\d+ +<\.\.\. \w+ resumed>(.*)", line)
        if line.endswith(" <unfinished ...>"):
            begun[thread] = line.removesuffix(" <unfinished ...>")
        elif resumed and thread in begun:
            yield begun.pop(thread) + resumed[1]
        else:
            yield line
    yield from begun.values()


def alive_in(place):
    """Processes that work below the place."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and entry.name != str(os.getpid()):
            try:
                if (os.readlink(entry / "cwd") + "/").startswith(f"{place.root}/"):
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue
    return found


def expect(condition, *words):
    if not condition:
        raise AssertionError(" ".join(str(word) for word in words))


def run_checks(names, arguments):
    """Runs every `check_NAME(place)` of these names, or those that the arguments after the program name."""
    program = os.path.realpath(arguments[1])
    passed = failed = skipped = 0
    for name, check in list(names.items()):
        if not name.startswith("check_") or (arguments[2:] and name.removeprefix("check_") not in arguments[2:]):
            continue
        with tempfile.TemporaryDirectory() as directory:
            try:
                check(Place(program, directory))
                passed += 1
            except Skipped as why:
                print(f"skipped: {name.removeprefix('check_')}: {why}")
                skipped += 1
            except (AssertionError, subprocess.TimeoutExpired) as problem:
                print(f"{name.removeprefix('check_')}: {problem}")
                failed += 1
    print(f"{passed} passed, {failed} failed")
    if failed or not passed + skipped:
        return 1
    return 0 if passed else 77
