#!/usr/bin/env python3
"""How the commands of a run start, and how they end.

usage: children.py PROGRAM [NAME...]
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from checks import SPEC, TIME_LIMIT, alive_in, expect, run_checks


def wait_for(what, *words):
    deadline = time.monotonic() + TIME_LIMIT
    while not what():
        expect(time.monotonic() < deadline, *words)
        time.sleep(0.02)


def start(place, *arguments, **more):
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    return subprocess.Popen([place.program, *arguments], cwd=place.work, env=place.environment, **more)


def settle_badly():
    """What a careless caller leaves to the program: blocked and ignored signals, descriptors, a umask."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGUSR1, signal.SIGCHLD})
    for number in (signal.SIGPIPE, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    os.umask(0)


def check_commands_start_clean(place):
    """PR-02, and DU-09: the database and the journal are open in the program at this time."""
    place.repository("grep Sig /proc/self/status >\"$HOME/status\"; umask >>\"$HOME/status\"",
                     "ls -l /proc/self/fd >\"$HOME/fds\"; cat >\"$HOME/input\"",
                     "cut -d ' ' -f 5,6,7 /proc/$$/stat >\"$HOME/session\"; echo $$ $PPID >>\"$HOME/session\"; exit 1")
    with open("/etc/passwd", "rb") as secret:
        done = place.run("build", stdin=secret, pass_fds=[secret.fileno()], preexec_fn=settle_badly)
    expect(done.returncode == 10, "exits", done.returncode, done.stderr)
    status = (place.root / "status").read_text()
    expect("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n" in status and status.endswith("\n0022\n"), status)
    targets = [line.split(" -> ") for line in (place.root / "fds").read_text().splitlines() if " -> " in line]
    numbers = {words[0].split()[-1]: words[1] for words in targets}
    expect(numbers["0"] == "/dev/null" and numbers["2"].startswith("pipe:"), numbers)
    # ls itself has /proc open.
    others = {number for number, target in numbers.items() if number not in "012" and not target.startswith("/proc/")}
    expect(not others, "descriptors are passed on:", numbers)
    expect((place.root / "input").read_bytes() == b"", "the commands read our input")
    group, session, terminal, own, parent = (place.root / "session").read_text().split()
    expect(group == own and session == parent and terminal == "0", "not in a group and session of its own:", group, session,
           terminal, own, parent)


def check_term_is_followed_by_kill(place):
    """PR-03: for a command that hears nothing, and what it left in another session."""
    place.spec("trap '' TERM INT HUP; setsid sh -c \"trap '' TERM; sleep 600\" & echo at work >begun; while :; do sleep 1; done")
    with start(place, "buildspec", "run", "build.yml", "--json") as run:
        wait_for((place.work / "begun").exists, "the command does not begin")
        began = time.monotonic()
        run.send_signal(signal.SIGTERM)
        out, err = run.communicate(timeout=TIME_LIMIT)
    took = time.monotonic() - began
    expect(run.returncode == 143 and json.loads(out)["status"] == "STOPPED", "exits", run.returncode, out, err)
    expect(9.5 < took < 15, "took", took, "s")
    expect(not alive_in(place), "left running:", alive_in(place))


def check_nothing_survives(place):
    """PR-04: however it ended, and whatever its children did to get away."""
    leave = ("sleep 600 & nohup sleep 600 >/dev/null 2>&1 & setsid sleep 600 & (setsid sh -c 'sleep 600 & exec sleep 600' &); "
             "env -i setsid sleep 600 & ")
    for end, signals, status in (("true", [], 0), ("false", [], 10), ("touch begun; sleep 600", [signal.SIGTERM], 143),
                                 ("touch begun; sleep 600", [signal.SIGKILL], -9)):
        (place.work / "begun").unlink(missing_ok=True)
        place.spec(leave + end)
        with start(place, "buildspec", "run", "build.yml", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            if signals:
                wait_for((place.work / "begun").exists, "the command does not begin")
                expect(len(alive_in(place)) > 6, "too little was left to be ended:", alive_in(place))
                run.send_signal(signals[0])
            expect(run.wait(TIME_LIMIT) == status, end, signals, "exits", run.returncode)
        # After kill -9 the guard still has to notice.
        wait_for(lambda: status != -9 or not alive_in(place), "left running:", alive_in(place))
        expect(not alive_in(place), end, signals, "left running:", alive_in(place))


def zombies_of(parent):
    found = 0
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            state, owner = entry.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue  # gone meanwhile
        found += state == "Z" and owner == str(parent)
    return found


def check_orphans_are_reaped(place):
    """PR-05: thousands that nobody waits for but us."""
    place.spec("i=0; while [ $i -lt 3000 ]; do (true &); i=$((i+1)); done", "echo $PPID >guard; sleep 600")
    with start(place, "buildspec", "run", "build.yml", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        wait_for(lambda: (place.work / "guard").exists() and (place.work / "guard").read_text().endswith("\n"),
                 "the second command does not begin")
        guard = int((place.work / "guard").read_text())
        wait_for(lambda: zombies_of(guard) == 0, "there are zombies:", zombies_of(guard))
        expect(zombies_of(run.pid) == 0, "the program has zombies itself")
        run.terminate()
        expect(run.wait(TIME_LIMIT) == 143, "exits", run.returncode)


def check_pipes_held_open(place):
    """PR-07: by what a program of ours left behind; commands of a buildspec are not waited for at all."""
    place.program_on_path("aws", "sleep 600 &\nprintf '%s' '{\"Parameters\":[{\"Name\":\"/a/b\",\"Value\":\"arrived\"}]}'")
    place.write("build.yml", "version: 0.2\nenv: { parameter-store: { VALUE: /a/b } }\n" + SPEC.split("\n", 1)[1].format(
        "      - sleep 601 & test \"$VALUE\" = arrived\n"))
    began = time.monotonic()
    done = place.run("buildspec", "run", "build.yml")
    took = time.monotonic() - began
    expect(done.returncode == 0, "exits", done.returncode, done.stdout, done.stderr)
    expect(4.5 < took < 9, "took", took, "s")
    expect(not alive_in(place), "left running:", alive_in(place))


def check_how_a_command_ended(place):
    """PR-10: the status as it was, a signal as 128 plus its number; 126 and 127 in the shell's own words."""
    place.write("not-executable", "#!/bin/sh\n")
    for command, status, words in (("exit 3", 3, ""), ("exit 255", 255, ""), ("kill -TERM $$", 143, ""), ("kill -KILL $$", 137, ""),
                                   ("kill -SEGV $$", 139, ""), ("no-such-program", 127, "command not found"),
                                   ("./not-executable", 126, "Permission denied"), ("sh -c 'kill -ABRT $$'", 134, "")):
        place.spec(command)
        done = place.run("buildspec", "run", "build.yml", "--json")
        phase = next(each for each in json.loads(done.stdout)["phases"] if each["name"] == "BUILD")
        expect(done.returncode == 10 and phase["message"].endswith(f"Reason: exit status {status}"), command, "exits",
               done.returncode, phase)
        expect(words.encode() in done.stderr, command, "does not say", words, done.stderr)


sys.exit(run_checks(globals(), sys.argv))
