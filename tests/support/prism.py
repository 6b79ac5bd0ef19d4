#!/usr/bin/env python3
"""Prism: a server that answers as an OpenAPI document says, and refuses what the document does not allow.

usage: prism.py --install | DOCUMENT [FLAG...]

It comes from npm into a folder below build/, once. With a document it prints its port and serves until it is ended.
"""
import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

PACKAGE = "@stoplight/prism-cli@5.14.2"  # the last for Debian's node
FOLDER = pathlib.Path(__file__).parents[2] / "build/npm"
START_LIMIT = 60


class Unavailable(Exception):
    """Why there is no such program on this machine."""


def npm_install(package):
    """The folder in whose node_modules the package is, installed when it is not there yet; by one process at a time."""
    npm = shutil.which("npm")
    if not npm:
        raise Unavailable("npm is missing")
    folder = FOLDER / re.sub(r"[^\w.-]+", "-", package).strip("-")
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "installed"
        if not done.exists():
            command = [npm, "install", "--no-audit", "--no-fund", "--no-update-notifier", "--prefix", str(folder), package]
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=280, check=False)
            if ended.returncode != 0:
                raise Unavailable(f"npm install {package} failed: {ended.stderr[-300:]}")
            done.touch()
    return folder


def program():
    """The command that runs it."""
    node = shutil.which("node")
    if not node:
        raise Unavailable("node is missing")
    return [node, str(npm_install(PACKAGE) / "node_modules/@stoplight/prism-cli/dist/index.js")]


class Prism:
    """A running one: where it is, and what it has printed. With an upstream it answers with what that answers, and holds
    both sides to the document."""

    def __init__(self, document, *flags, upstream=None):
        how = "proxy" if upstream else "mock"
        command = [*program(), how, "--errors", "--port", "0", *flags, str(document), *([upstream] if upstream else [])]
        # In a group of its own, so that the Ctrl-C of who runs a test does not end it in the middle.
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env={**os.environ, "NO_COLOR": "1"}, start_new_session=True)
        self.printed, self.port = "", None
        self.changed = threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()
        with self.changed:
            self.changed.wait_for(lambda: self.port or self.process.stdout.closed, START_LIMIT)
        if not self.port:
            self.stop()
            raise RuntimeError(f"prism does not start: {self.printed[-1000:]}")
        self.url = f"http://127.0.0.1:{self.port}"

    def read(self):
        with self.process.stdout as out:
            for line in out:
                with self.changed:
                    self.printed += line.decode(errors="replace")
                    found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", self.printed)
                    self.port = found and int(found[1])
                    self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def refusals(self):
        """What it has found wrong with requests."""
        with self.changed:
            return [line for line in self.printed.splitlines() if "Violation: request" in line]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def serving(document, *flags, upstream=None):
    server = Prism(document, *flags, upstream=upstream)
    try:
        yield server
    finally:
        server.stop()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        if sys.argv[1] == "--install":
            program()
            return
        with serving(sys.argv[1], *sys.argv[2:]) as server:
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            print(server.port, flush=True)
            while server.process.poll() is None:
                time.sleep(0.2)
    except Unavailable as why:
        print(f"skipped: {why}")
        sys.exit(77)


if __name__ == "__main__":
    main()
