"""What the tests of `connect` share: the servers it asks, the keyring, and what it left on disk."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time

from checks import TIME_LIMIT, Skipped, expect

SUPPORT = pathlib.Path(__file__).resolve().parent.parent / "support"
sys.path.insert(0, str(SUPPORT))  # also for those who import this module

from documents import check_document, one_document  # noqa: E402
from recording_server import RecordingServer, Reply  # noqa: E402

TOKEN = "ts-hunter2-horse.battery/staple=="
# Without services that it starts by itself: they would outlive the test.
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type><listen>unix:dir={}</listen><auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
    <allow own="*"/></policy>
</busconfig>
"""


class Api(RecordingServer):
    """As much of a TinyStacks API as `connect api` asks."""

    def __init__(self, *tokens):
        self.good = set(tokens or (TOKEN,))
        super().__init__()

    def answer(self, request):
        if request.path == "/ping":
            return Reply(200, "Healthy Connection", content_type="text/plain")
        if request.path != "/infrastructure-code-sources" or request.method != "GET":
            return failure(404, "NotFound", "there is no such route")
        if request.bearer not in self.good:
            return failure(401, "Unauthorized", "the token is not good")
        return Reply(200, [])


def failure(status, name, message):
    return Reply(status, {"name": name, "message": message, "status": status, "type": name})


def api(place, url, *arguments, token=TOKEN, **environment):
    return connect(place, "api", url, "--with-token", *arguments, token=token, **environment)


def connect(place, *arguments, token=None, seconds=TIME_LIMIT, **environment):
    """Runs `connect` with a token on standard input, and nothing there without one."""
    more = {"stdin": None, "input": token.encode()} if token is not None else {}
    more["timeout"] = seconds
    saved = place.environment
    place.environment = {**saved, **environment}
    try:
        return place.run("connect", *arguments, **more)
    finally:
        place.environment = saved


def interrupted(place, server, number, *arguments, token=""):
    """Runs `connect` and sends it a signal once the server is asked: its exit status and stdout."""
    server.requests.clear()
    with subprocess.Popen([place.program, "connect", *arguments], env=place.environment, cwd=place.work,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        child.stdin.write(token.encode())
        child.stdin.close()
        deadline = time.monotonic() + TIME_LIMIT
        while not server.requests:
            expect(time.monotonic() < deadline and child.poll() is None, "asks nothing")
            time.sleep(0.02)
        child.send_signal(number)
        out = child.stdout.read()
    return child.returncode, out


def document(done, *members):
    """The one document that --json prints, with these members in it."""
    try:
        told = one_document(done.stdout.decode())
    except ValueError as error:
        raise AssertionError(f"{done.args[1:]}: stdout is not one document: {error}: {done.stdout[:300]}") from error
    wrong = list(check_document(told, done.returncode, set(members)))
    expect(not wrong, done.args[1:], *wrong)
    return told


def expect_done(done, status, *words, wanting=()):
    """The exit status, and words that are said (case does not matter) or not."""
    text = (done.stdout + done.stderr).decode(errors="replace")
    expect(done.returncode == status, done.args[1:], "exits", done.returncode, "not", status, text[-600:])
    for word in words:
        expect(word.lower() in text.lower(), done.args[1:], f"does not say {word!r}:", text[-600:])
    for word in wanting:
        expect(word.lower() not in text.lower(), done.args[1:], f"says {word!r}:", text[-600:])


def folder(place):
    return place.root / ".config/tinystacks"


def stored(place):
    """The connections on disk, by kind and address."""
    file = folder(place) / "connections.json"
    rows = json.loads(file.read_text())["connections"] if file.exists() else []
    return {(row["kind"], row["address"]): row for row in rows}


def everything_kept(place):
    """All that lies in the home folder, as one text."""
    return "\n".join(path.read_bytes().decode(errors="replace") for path in place.root.rglob("*") if path.is_file())


def mode(path):
    return oct(path.lstat().st_mode & 0o7777)[2:]


def together(stories, play):
    """Plays all stories at once, since most of their time is waiting; every failure is told."""
    wrong = []

    def one(story):
        try:
            play(story)
        except Exception as problem:  # a thread's exception would be lost
            wrong.append(f"{story}: {problem}")

    threads = [threading.Thread(target=one, args=(story,)) for story in stories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(not wrong, "\n  ".join([f"{len(wrong)} of {len(stories)} go wrong:", *wrong]))


@contextlib.contextmanager
def running(command, environment, ready, **more):
    """A program beside the test, given its first words; ended by its process id."""
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          **more) as child:
        try:
            yield child, ready(child)
        finally:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()


@contextlib.contextmanager
def keyring(place):
    """The desktop's keyring, unlocked, for this place."""
    missing = [name for name in ("dbus-daemon", "gnome-keyring-daemon", "secret-tool") if not shutil.which(name)]
    if missing:
        raise Skipped(f"{', '.join(missing)} missing: tests/packages.txt names the packages")
    run = place.root / "run"
    run.mkdir(mode=0o700)
    (run / "bus.conf").write_text(BUS.format(run))
    environment = {**place.environment, "XDG_RUNTIME_DIR": str(run)}
    bus = ["dbus-daemon", f"--config-file={run}/bus.conf", "--nofork", "--nopidfile", "--print-address"]
    with running(bus, environment, lambda child: child.stdout.readline().strip()) as (_, address):
        environment["DBUS_SESSION_BUS_ADDRESS"] = address
        daemon = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]

        def unlock(child):
            child.stdin.write("password of the keyring")
            child.stdin.close()
            deadline = time.monotonic() + TIME_LIMIT
            while subprocess.run(["secret-tool", "search", "no", "such"], env=environment, capture_output=True,
                                 timeout=TIME_LIMIT, check=False).stderr:
                expect(time.monotonic() < deadline, "the keyring does not start")
                time.sleep(0.1)
            return address

        with running(daemon, environment, unlock, stdin=subprocess.PIPE):
            saved, place.environment = place.environment, environment
            try:
                yield
            finally:
                place.environment = saved


@contextlib.contextmanager
def silent_bus(place):
    """A D-Bus socket that takes connections and never answers."""
    path = str(place.root / "silent")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        yield f"unix:path={path}"


@contextlib.contextmanager
def moto(place):
    """AWS with signatures and policies checked: the environment to reach it, its users' keys, the role to assume."""
    command = ["python3", "-u", str(SUPPORT / "verifying_moto.py")]

    def read(child):
        lines = []
        while not lines or lines[-1] != "ready":
            line = child.stdout.readline()
            if not line:
                raise Skipped("moto does not start: pip install -r tests/requirements.txt")
            lines.append(line.strip())
        return lines

    with running(command, {"PATH": os.environ["PATH"], "HOME": str(place.root)}, read) as (_, lines):
        keys = [dict(zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), line.split()[1:]))
                for line in lines if line.startswith("key ")]
        role = next(line.split()[1] for line in lines if line.startswith("role "))
        yield {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{lines[0]}", "AWS_EC2_METADATA_DISABLED": "true",
               "AWS_REGION": "us-east-1"}, keys, role
