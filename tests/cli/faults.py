#!/usr/bin/env python3
"""What becomes of files and runs when a disk is full, a descriptor is not to be had, or a call fails.

usage: faults.py PROGRAM [NAME...]
"""
import collections
import concurrent.futures
import contextlib
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys

from checks import Skipped, expect, run_checks

WRITING = "openat,write,pwrite64,fsync,fdatasync,rename,unlink,ftruncate,link"
# What the program itself may be refused, and by what: its children are not traced.
FAILURES = [("openat", "EMFILE"), ("read", "EINTR"), ("read", "EIO"), ("write", "EINTR"), ("write", "ENOSPC"), ("pwrite64", "ENOSPC"),
            ("pwritev", "EIO"), ("fdatasync", "EIO"), ("fsync", "EIO"), ("poll", "EINTR"), ("recvfrom", "EINTR"),
            ("flock", "EINTR"), ("fcntl", "ENOLCK"), ("pipe2", "EMFILE"), ("socketpair", "EMFILE"), ("vfork", "EAGAIN"),
            ("clone", "EAGAIN"), ("mkdir", "ENOSPC"), ("rename", "EIO"), ("memfd_create", "EMFILE"),
            ("eventfd2", "EMFILE"), ("link", "ENOSPC"), ("recvmsg", "ENOMEM"), ("connect", "EINTR")]


@contextlib.contextmanager
def small_disk(place, options):
    """A file system of its own for the program's state."""
    path = place.root / "state"
    path.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tinystacks-test", path], capture_output=True, check=False)
    if done.returncode != 0:
        raise Skipped("cannot mount a small file system")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


def fill(path):
    with open(path, "ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    with open(path, "ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x")


def use_up_inodes(path):
    with contextlib.suppress(OSError):
        for number in range(1000):
            path.with_name(f"{path.name}{number}").touch()


def integrity(place):
    with contextlib.closing(sqlite3.connect(place.root / "state/tinystacks/state.db")) as database:
        return database.execute("PRAGMA integrity_check").fetchone()[0], database.execute("SELECT count(*) FROM run").fetchone()[0]


def check_full_disk(place):
    """DU-11: the first run is kept, the next is refused with the reason, and all goes on once there is room."""
    place.repository("echo first", "exit 1")
    for options, use_up, words in (("size=512k", fill, b"state.db': the disk is full"), ("nr_inodes=200", use_up_inodes, b"state.db'")):
        with small_disk(place, options) as disk:
            expect(place.run("build").returncode == 10, options, "the first build ends otherwise than by its command")
            before = place.run("logs", "build").stdout
            use_up(disk / "filler")
            done = place.run("build")
            expect(done.returncode == 1 and words in done.stderr, options, "exits", done.returncode, done.stderr)
            expect(place.run("logs", "build").stdout == before, options, "the first build's log is not to be had")
            for filler in disk.glob("filler*"):
                filler.unlink()
            expect(integrity(place) == ("ok", 1), options, integrity(place))
            expect(place.run("build").returncode == 10, options, "does not go on when there is room")
            expect(integrity(place) == ("ok", 2), options, integrity(place))
        (place.root / "state").rmdir()


def check_disk_that_fills_up(place):
    """DU-11: a command fills the disk under the run that it belongs to; what its log lacks is told."""
    place.repository("cat /dev/zero >\"$XDG_STATE_HOME/filler\" || true; seq 100000 100999", "exit 1")
    with small_disk(place, "size=1m") as disk:
        done = place.run("build")
        expect(done.returncode in (1, 10), "exits", done.returncode, done.stderr)
        lost = re.search(rb"(\d+) lines \(\d+ bytes\) of the log are not kept: it grew too long, or its disk was full", done.stderr)
        shown = len(re.findall(rb"^100\d\d\d$", done.stderr, re.M))
        expect(lost and shown + int(lost[1]) >= 1000, "lines are missing, and nobody says so:", shown, done.stderr[-1000:])
        (disk / "filler").unlink()
        expect(integrity(place) == ("ok", 1), integrity(place))
        expect(place.run("logs", "build").returncode == 0, "what there is of the log cannot be read")


def check_files_are_replaced(place):
    """DU-12: a temporary name, its content on disk, then the name, then the folder on disk."""
    place.project()
    place.write("Dockerfile", "FROM scratch\nEXPOSE 8080\n")
    for name in ("build.yml", "release.yml", ".dockerignore"):
        place.write(name, "# old\n")
    done, trace = place.traced(["-y", "-e", f"trace={WRITING}"], "init", "--force")
    expect(done.returncode == 0, "exits", done.returncode, done.stderr)
    for name in ("build.yml", "release.yml", ".dockerignore"):
        file, folder = rf"{place.work}/{name}", re.escape(str(place.work))
        temporary = rf"{folder}/\.{re.escape(name)}\.\d+\.new"
        steps = rf'openat\([^"]*"{temporary}", O_WRONLY\|O_CREAT\|O_EXCL\|O_NOFOLLOW\|O_CLOEXEC.*?write\(\d+<{temporary}>.*?' \
                rf'fsync\(\d+<{temporary}>\) += 0.*?rename\("{temporary}", "{re.escape(file)}"\) += 0.*?fsync\(\d+<{folder}>\) += 0'
        expect(re.search(steps, trace, re.S), name, "is not replaced in that order:", trace)


def check_replacing_that_fails(place):
    """DU-12: a write that stops early, and then no room: the old files stay, and nothing is left beside them."""
    place.project()
    place.write("Dockerfile", "FROM scratch\nEXPOSE 8080\n")
    place.write("build.yml", "# old\n")
    before = sorted(os.listdir(place.work)), (place.work / "build.yml").read_bytes()

    def most_bytes():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    done = place.run("init", "--force", preexec_fn=most_bytes)
    expect(done.returncode == 1 and b"File too large" in done.stderr, "exits", done.returncode, done.stderr)
    expect((sorted(os.listdir(place.work)), (place.work / "build.yml").read_bytes()) == before, "left:",
           os.listdir(place.work))
    expect(place.run("init", "--force").returncode == 0 and (place.work / "build.yml").read_bytes() != before[1],
           "does not go through afterwards")


def check_commits_are_synced(place):
    """DU-07: SQLite's journal is on disk before the database is written to, and that before the journal goes."""
    place.repository("exit 1")
    done, trace = place.traced(["-y", "-e", f"trace={WRITING}"], "build")
    expect(done.returncode == 10, "exits", done.returncode, done.stderr)
    commits = 0
    unsynced = set()
    for line in trace.splitlines():
        name, number = re.search(r"(state\.db(?:-journal)?)[>\"]", line), re.search(r" = (-?\d+)", line)
        if not name or not number or number[1].startswith("-"):
            continue
        if " pwrite64(" in line:
            expect(name[1] != "state.db" or "state.db-journal" not in unsynced, "the database before its journal:", line)
            unsynced.add(name[1])
        elif "sync(" in line:
            unsynced.discard(name[1])
        elif " unlink(" in line:
            expect(not unsynced, "a commit that is not on disk:", unsynced, line)
            commits += 1
    expect(commits >= 4, "only", commits, "commits were seen")


def check_no_write_ahead_log(place):
    """DU-08: SQLite before 3.51.3 can corrupt a database in WAL mode, so one that somebody has put into it is put back."""
    place.repository("exit 1")
    expect(place.run("build").returncode == 10, "the build did not fail in its command")
    file = place.root / "state/tinystacks/state.db"
    with contextlib.closing(sqlite3.connect(file)) as database:
        expect(database.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",), "the test cannot make it so")
    for _ in range(2):
        expect(place.run("build").returncode == 10, "the build did not fail in its command")
        # Source: sqlite.org, fileformat2.html, "File format version numbers": 1 is a rollback journal, 2 WAL.
        expect(file.read_bytes()[18:20] == b"\x01\x01" and not file.with_name("state.db-wal").exists(), "is in WAL mode")
    expect(integrity(place) == ("ok", 3), integrity(place))


def check_few_descriptors(place):
    """DU-13: 40 are plenty; too few are told."""
    place.repository("exit 1")
    done = place.run("build", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
    expect(done.returncode == 10, "with 40 descriptors exits", done.returncode, done.stderr)
    for most in range(4, 14):
        done = place.run("build", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)))
        expect(done.returncode in (1, 10) and done.stderr, f"with {most} descriptors exits", done.returncode, done.stderr)


def count_calls(trace):
    """How often each call was made by the process or thread that made it most."""
    counts = collections.Counter(re.match(r"(\d+) +(\w+)\(", line).groups() for line in trace.splitlines() if re.match(r"\d+ +\w+\(", line))
    most = collections.Counter()
    for (_, call), count in counts.items():
        most[call] = max(most[call], count)
    return most


def one_failure(place, options, call, error, when):
    """What is wrong with a build in which this one call fails; empty when nothing is."""
    inject = ["-e", f"inject={call}:error={error}:when={when}"]
    try:
        done, _ = place.traced([*options, *inject], "build", seconds=20, XDG_STATE_HOME=f"{place.root}/{call}-{error}-{when}")
    except subprocess.TimeoutExpired:
        return f"{call} {when} {error}: never ends\n"
    said = done.stderr or call == "write"  # which may be the one that would say it
    if done.returncode in (0, 10) or (done.returncode in (1, 3, 4, 5, 6, 9) and said):
        return ""
    return f"{call} {when} {error}: exits {done.returncode}: {done.stderr[-300:]}\n"


def check_failing_calls(place):
    """DU-13: whichever call fails, the run ends with its result or with the reason: not in a crash, and not never."""
    place.repository("echo one", "exit 1")
    # Its children are let go of when they execute, so that only what is ours fails.
    options = ["-b", "execve", "-e", "trace=getrandom," + ",".join(sorted({call for call, _ in FAILURES}))]
    done, trace = place.traced(options, "build")
    expect(done.returncode == 10, "exits", done.returncode, done.stderr)
    counts = count_calls(trace)
    tries = []
    for call, error in FAILURES:
        # The loader's own calls come first, and it has its own words; the C library's first is getrandom.
        first = trace[:trace.find("getrandom(")].count(f" {call}(") + 1
        tries += [(call, error, when) for when in sorted({first, (first + counts[call]) // 2, counts[call]}) if when <= counts[call]]
    expect(len(tries) > 40, "only", tries)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        wrong = "".join(pool.map(lambda one: one_failure(place, options, *one), tries))
    expect(not wrong, wrong)


sys.exit(run_checks(globals(), sys.argv))
