#!/usr/bin/env python3
"""How the program behaves at a terminal, when it is interrupted, and when its output cannot go anywhere.

usage: terminal.py PROGRAM [NAME...]
"""
import json
import os
import signal
import socket
import subprocess
import sys
import termios
import time

from checks import SPEC, TIME_LIMIT, alive_in, expect, run_checks
from terminal_session import Terminal, at_terminal

HOSTILE = (b"\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J \x1b]52;c;aGk=\x07 \x1b[6n \x9b31m \x08\x08 over\rwritten "
           b"\xe2\x80\xae rtl \xc3\xa9 end")


def check_colour(place):
    place.write("hostile", HOSTILE + b"\n")
    place.spec("cat hostile")
    status, seen = at_terminal(place, "buildspec", "run", "build.yml")
    expect(status == 0 and b"\x1b[31mred\x1b[0m" in seen, "no colour at a terminal:", seen[-600:])
    for off in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"CI": "true"}):
        status, seen = at_terminal(place, "buildspec", "run", "build.yml", env=off)
        expect(status == 0 and b"red" in seen and b"\x1b" not in seen, "an escape sequence in spite of", off, seen[-600:])
    done = place.run("buildspec", "run", "build.yml")
    expect(HOSTILE in done.stdout, "bytes are changed in a pipe:", done.stdout[-600:])
    done = place.run("buildspec", "run", "build.yml", "--json")
    expect(HOSTILE in done.stderr, "bytes are changed in a pipe with --json:", done.stderr[-600:])


def check_control_characters(place):
    place.write("hostile", HOSTILE + b"\n")
    place.spec("cat hostile")
    status, seen = at_terminal(place, "buildspec", "run", "build.yml")
    expect(status == 0, "exits", status)
    rest = seen.replace(b"\x1b[31m", b"").replace(b"\x1b[0m", b"")
    for forbidden in (b"\x1b", b"\x07", b"\x9b", b"\x08", "\u202e".encode()):
        expect(forbidden not in rest, f"{forbidden!r} reached the terminal:", rest[-600:])
    for shown in (b"\\x1b]0;title\\x07", b"\\x1b[2J", b"\\x1b[6n", b"\\x08", "é".encode()):
        expect(shown in rest, f"{shown!r} is not shown:", rest[-600:])
    expect(b"over\r\nwritten" in rest, "a carriage return writes over a line:", rest[-600:])


def check_messages_with_control_characters(place):
    place.project()
    evil = "x\x1b[2J\x07\u202e"
    place.write(evil, SPEC.format("      - 'true'\n"))
    place.write("bad.yml", f'version: 0.2\n"{evil}": 1\nphases:\n  build:\n    commands: [ "true" ]\n')
    for arguments in ((evil,), ("deploy", "--" + evil), ("logs", evil), ("status", "-C", evil), ("help", evil),
                      ("deploy", "--stage", evil), ("status", "--control", evil), ("buildspec", "check", evil),
                      ("buildspec", "check", "bad.yml"), ("buildspec", "run", evil), ("init", "--dockerfile", evil),
                      ("validate", "--project", evil), ("deploy", "--commit", evil), ("logs", "--since", evil),
                      ("buildspec", "run", "build.yml", "--env", evil), ("init", "--port", evil),
                      ("buildspec", "run", "build.yml", "--shell", evil), ("release", "--stage=" + evil)):
        status, seen = at_terminal(place, *arguments)
        expect(status in (0, 1, 2, 3, 5), arguments, "exits", status, seen)
        for forbidden in (b"\x1b", b"\x07", "\u202e".encode()):
            expect(forbidden not in seen, arguments, f"puts {forbidden!r} on the terminal:", seen)


def check_ctrl_c_once(place):
    place.spec("trap 'echo said good-bye; exit 3' TERM; echo at work; while :; do sleep 0.05; done", "echo never")
    terminal = Terminal(place, "buildspec", "run", "build.yml")
    terminal.read_until(b"at work\r\n")
    terminal.press_ctrl_c()
    status = terminal.end()
    expect(status == 130, "exits", status, terminal.seen[-600:])
    expect(b"press Ctrl-C again" in terminal.seen, "says nothing:", terminal.seen[-600:])
    expect(b"said good-bye" in terminal.seen, "did not stop gently:", terminal.seen[-600:])
    expect(b"never\r\n" not in terminal.seen.split(b"good-bye")[-1], "went on:", terminal.seen[-600:])
    expect(not alive_in(place), "left running:", alive_in(place))


def check_ctrl_c_twice(place):
    place.spec("trap '' TERM INT; echo at work; while :; do sleep 0.05; done")
    terminal = Terminal(place, "buildspec", "run", "build.yml")
    terminal.read_until(b"at work\r\n")
    began = time.monotonic()
    terminal.press_ctrl_c()
    terminal.read_until(b"press Ctrl-C again")
    terminal.press_ctrl_c()
    status = terminal.end()
    expect(status == 130, "exits", status)
    expect(time.monotonic() - began < 8, "took", time.monotonic() - began, "s")
    expect(not alive_in(place), "left running:", alive_in(place))


def check_ctrl_c_during_a_request(place):
    """A registry that takes the connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place.repository("true", port=silent.getsockname()[1])
        terminal = Terminal(place, "build")
        silent.settimeout(TIME_LIMIT)
        with silent.accept()[0]:
            began = time.monotonic()
            terminal.press_ctrl_c()
            expect(terminal.end() == 130, "exits otherwise than 130:", terminal.seen[-600:])
    expect(time.monotonic() - began < 5, "took", time.monotonic() - began, "s")
    expect(b"press Ctrl-C again" in terminal.seen, "says nothing:", terminal.seen[-600:])


def check_ctrl_c_at_a_prompt(place):
    """Nothing is done, and the terminal is as it was."""
    place.project()
    terminal = Terminal(place, "down")
    before = termios.tcgetattr(terminal.descriptor)
    terminal.read_until(b"[y/N]")
    terminal.press_ctrl_c()
    terminal.read_until(None)
    expect(termios.tcgetattr(terminal.descriptor) == before, "the terminal is changed")
    expect(terminal.end() == 130, "exits otherwise than 130:", terminal.seen)


def check_lost_terminal(place):
    """An SSH connection that drops: a hang-up, and every write to the terminal fails."""
    place.spec("trap 'touch gently; exit 3' TERM; echo at work; while :; do echo more; sleep 0.05; done")
    terminal = Terminal(place, "buildspec", "run", "build.yml")
    terminal.read_until(b"at work\r\n")
    os.close(terminal.descriptor)
    _, status = os.waitpid(terminal.pid, 0)
    expect(os.WIFEXITED(status) and os.WEXITSTATUS(status) == 143, "ends with", status)
    expect((place.work / "gently").exists(), "did not stop gently")
    expect(not alive_in(place), "left running:", alive_in(place))


def check_signals(place):
    place.spec("echo at work; while :; do sleep 0.05; done")
    for number, wanted in ((signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 143)):
        for flags in ([], ["--json"], ["--events"]):
            with subprocess.Popen([place.program, "buildspec", "run", "build.yml", *flags], cwd=place.work,
                                  env=place.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as child:
                log = child.stderr if flags == ["--json"] else child.stdout
                seen = b""
                while b"at work\\n" not in seen.replace(b"\n", b"\\n").split(b"Running command")[-1].split(b"sleep")[-1]:
                    piece = os.read(log.fileno(), 65536)
                    expect(piece, "ended early:", seen)
                    seen += piece
                child.send_signal(number)
                out, err = child.communicate(timeout=TIME_LIMIT)
            expect(child.returncode == wanted, number, flags, "exits", child.returncode, err[-300:])
            if flags:
                document = json.loads(out.splitlines()[-1])
                expect(document["exit_code"] == wanted, number, flags, "says", document["exit_code"])
                expect(document["status"] == "STOPPED", number, flags, "says", document["status"])
    expect(not alive_in(place), "left running:", alive_in(place))


def check_closed_stdout(place):
    place.spec("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done")
    for arguments in ("buildspec run build.yml", "buildspec run build.yml --events", "help exit-codes",
                      "completion bash", "--help", "--version --json"):
        done = subprocess.run(["bash", "-c", 'set -o pipefail; "$0" "$@" | head -n 1', place.program,
                               *arguments.split()], cwd=place.work, env=place.environment, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=TIME_LIMIT, check=False)
        expect(done.returncode == 0, arguments, "| head exits", done.returncode, done.stderr[-300:])
        expect(done.stderr == b"", arguments, "| head says", done.stderr[-300:])
    # What is read by nobody does not change a verdict that is not about reading.
    place.spec("exit 9")
    done = subprocess.run(["bash", "-c", '"$0" buildspec run build.yml | true; exit "${PIPESTATUS[0]}"', place.program],
                          cwd=place.work, env=place.environment, timeout=TIME_LIMIT, check=False)
    expect(done.returncode == 10, "a failed run whose log nobody reads exits", done.returncode)


def check_full_stdout(place):
    place.spec("echo hello")
    for arguments in ("--version", "help ci", "--help", "completion zsh", "buildspec check build.yml", "--version --json",
                      "help ci --json", "buildspec run build.yml", "buildspec run build.yml --events",
                      "buildspec run build.yml --json"):
        with open("/dev/full", "wb") as full:
            done = place.run(*arguments.split(), capture_output=False, stdout=full, stderr=subprocess.PIPE)
        expect(done.returncode == 1, arguments, "> /dev/full exits", done.returncode, done.stderr[-300:])
        expect(b"cannot write to standard output: No space left on device" in done.stderr, arguments, "says",
               done.stderr[-300:])


def check_directory_flag(place):
    (place.root / "elsewhere").mkdir()
    place.spec("pwd -P")
    for arguments in (["-C", str(place.work), "buildspec", "run", "build.yml"],
                      ["buildspec", "-C", str(place.work), "run", "build.yml"],
                      ["buildspec", "run", "-C", str(place.work), "build.yml"],
                      ["buildspec", "run", "build.yml", "-C", str(place.work)],
                      ["buildspec", "run", "build.yml", "-C", "../work"]):
        done = place.run(*arguments, cwd=place.root / "elsewhere")
        expect(done.returncode == 0 and f"\n{place.work}\n".encode() in done.stdout, arguments, done.stdout[-300:],
               done.stderr)


def check_values_arrive(place):
    """CLI11 2.1.2 splits [a,b] and drops what is empty unless told otherwise."""
    place.spec("printf '<%s>' \"$A\" \"${B-unset}\" \"$C\" \"$D\"; echo")
    arguments = ["--quiet", "buildspec", "run", "--env", "A=[1,2]", "--env", "B=", "build.yml", "--env", "C=[]", "--env",
                 'D={"x": [1, "two"], y}', "--quiet"]
    done = place.run(*arguments)
    expect(b'<[1,2]><><[]><{"x": [1, "two"], y}>' in done.stdout, done.stdout[-300:], done.stderr)
    arguments = ["buildspec", "run", "--env=A=[1,2]", "--env=B=", "--env=C=[]", "build.yml", "--env=D=a b"]
    done = place.run(*arguments)
    expect(b"<[1,2]><><[]><a b>" in done.stdout, done.stdout[-300:], done.stderr)
    place.write("list,[a].yml", SPEC.format("      - echo odd name\n"))
    done = place.run("buildspec", "run", "list,[a].yml")
    expect(b"odd name" in done.stdout, done.stdout[-300:], done.stderr)


def check_stored_logs(place):
    """`logs` of what a run left behind is as careful as the run was."""
    place.write("hostile", HOSTILE + b"\n")
    place.repository("cat hostile", "false")
    done = place.run("build", "--quiet")
    expect(done.returncode == 10 and HOSTILE not in done.stderr, done.returncode, done.stderr)
    done = place.run("logs", "build")
    expect(done.returncode == 0 and HOSTILE in done.stdout, done.returncode, done.stdout[-600:], done.stderr)
    done = place.run("logs", "build", "--grep", "rtl")
    expect(done.stdout == HOSTILE + b"\n", "--grep prints", done.stdout)
    status, seen = at_terminal(place, "logs")
    expect(status == 0 and b"\x1b[31mred\x1b[0m" in seen and b"\\x1b[2J" in seen, status, seen[-600:])
    status, seen = at_terminal(place, "logs", "build", env={"NO_COLOR": "1"})
    expect(status == 0 and b"red" in seen and b"\x1b" not in seen, "colour in spite of NO_COLOR:", seen[-600:])
    status, seen = at_terminal(place, "build")
    expect(status == 10 and b"\x1b[31mred\x1b[0m" in seen and b"\x1b[2J" not in seen, status, seen[-600:])
    done = place.run("logs", "build", "--events")
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    expect(done.returncode == 0 and documents[-1]["type"] == "result", documents[-1:])


def check_no_prompt_without_a_terminal(place):
    place.project()
    done = place.run("down", stdin=subprocess.DEVNULL)
    expect(done.returncode == 2 and b"--yes" in done.stderr and b"?" not in done.stderr, done.returncode, done.stderr)
    terminal = Terminal(place, "down")
    terminal.read_until(b"[y/N]")
    os.write(terminal.descriptor, b"n\n")
    expect(terminal.end() == 6, "a refusal at the prompt exits otherwise than 6", terminal.seen)


sys.exit(run_checks(globals(), sys.argv))
