#!/usr/bin/env python3
"""Texts that are not what they seem: what a server says, names, files and URLs.

usage: api_texts.py PROGRAM [NAME...]
"""
import json
import pathlib
import re
import shutil
import sys

from api_world import ADA, SOURCES, STACKS, api, have_source, have_stack, make_source, point, said, told
from checks import expect, run_checks
from terminal_session import at_terminal

LOUD = "red\x1b[31m \x1b]0;title\x07 \x9b2J \x08\r\n::error::pwned\n::set-env name=PATH::pwned\n\u202epwned\x00\x7f"
QUIET = ("\x1b", "\x07", "\x9b", "\x08", "\u202e", "\x00", "\x7f")
READING = ("source list", "source show web", "source versions web", "source parameters web", "source logs web", "source stacks web",
           "stack list", "stack show shop", "stack parameters shop", "stack outputs shop", "stack resources shop", "stack events shop",
           "stack deployments shop", "logs deployment --stack shop")


def shout(world):
    """Every text of everything the server has."""
    def loud(value):
        if isinstance(value, str):
            return f"{value}{LOUD}"
        if isinstance(value, list):
            return [loud(each) for each in value]
        if isinstance(value, dict):
            # Members that the server itself has named: parameters, and one that nobody knows.
            return {name + LOUD if name in ("size", "zone", "labels") else name: loud(each) for name, each in value.items()}
        return value

    serve = world.serve

    def served(request):
        request.query = {name: value.replace(LOUD, "") for name, value in request.query.items()}
        reply = serve(request)
        if reply.content_type == "application/json":
            reply.body = loud(json.loads(json.dumps(reply.body)))
        return reply
    world.serve = served


def pwned(place, text):
    """Workflow commands of a server that a runner of GitHub's would find in the text."""
    if not place.environment.get("GITHUB_ACTIONS"):
        return []
    found, fence = [], None
    for line in text.splitlines():
        command = re.match(r"\s*::([\w-]+)[^:]*::(.*)", line)
        if fence:
            fence = None if line.strip() == f"::{fence}::" else fence
        elif command and command[1] == "stop-commands":
            fence = command[2]
        elif command and re.match(r"error::pwned|set-env name=PATH::pwned", line.strip()[2:]):
            found.append(line)
    return found


def check_control_characters(place):
    """What a server says reaches no terminal, pipe or document unescaped, and commands no runner."""
    wrong = []
    with api(place) as world:
        have_stack(world)
        shout(world)
        for line in READING:
            status, seen = at_terminal(place, *line.split())
            text = seen.decode(errors="replace")
            expect(status == 0 and ("pwned" in text or "parameters" in line), line, "exits", status, text[-600:])
            shown = re.sub(r"\x1b\[[\d;]*m", "", text)  # ours, and colours in a log
            wrong += [f"{line} puts {mark!r} on the terminal" for mark in QUIET if mark in shown]
            for environment in ({"GITHUB_ACTIONS": "", "CI": ""}, {"GITHUB_ACTIONS": "true", "CI": "true"}):
                place.environment.update(environment)
                done = place.run(*line.split())
                for stream in (done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")):
                    wrong += [f"{line} prints {mark!r} with {environment}" for mark in QUIET if mark in stream]
                    wrong += [f"{line} commands {command}" for command in pwned(place, stream)[:1]]
        for line in READING[:-1]:
            raw = place.run(*line.split(), "--json").stdout.decode()
            wrong += [f"{line} --json prints {mark!r}" for mark in QUIET if mark in raw]
            told(place, line)
    expect(not wrong, *wrong)


def check_loud_refusals(place):
    with api(place) as world:
        make_source(place)
        for environment in ({}, {"GITHUB_ACTIONS": "true", "CI": "true"}):
            place.environment.update({"GITHUB_ACTIONS": "", "CI": "", **environment})
            for status in (401, 403, 404, 409, 422, 429, 501):
                for line in ("source list", "source create --file source.json"):
                    world.faults.clear()
                    world.refuse(status, f"Kind{LOUD}", f"{LOUD} {ADA} pwned", times=2, headers={"Retry-After": "86400"})
                    code = {401: 4, 403: 4, 404: 5, 409: 6, 422: 3}.get(status, 1)
                    text = said(place, line, code)
                    expect(not any(mark in text for mark in QUIET) and not pwned(place, text), status, line, "says", text)


def check_loud_progress(place):
    """The log and status words of what is watched."""
    with api(place) as world:
        make_source(place)
        for environment in ({}, {"GITHUB_ACTIONS": "true", "CI": "true"}):
            place.environment.update({"GITHUB_ACTIONS": "", "CI": "", **environment})
            world.state.sources.clear()
            have_source(world, "other")
            shout(world)
            done = place.run("source", "create", "--file", "source.json", "--wait")
            text = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
            expect(done.returncode in (0, 1, 9), "exits", done.returncode, text[-600:])
            expect(not any(mark in text for mark in QUIET), environment, "says", text[-1500:])
            expect(not pwned(place, text), environment, "commands", pwned(place, text), text[-400:])


def check_names_are_one_segment(place):
    """A name cannot lead to another operation, nor smuggle a header or a query in."""
    with api(place, wrong=["is no operation"]) as world:
        for name in ("a/b", "a?version=1", "a#b", "a%2fb", "ü €", "..", ".", "../ping", "logs/web", "a b", "-", "a;b", "a\\b"):
            for words in (("source", "show", "--", name), ("stack", "show", "--", name)):
                done = place.run(*words)
                expect(done.returncode in (2, 3, 5), words, "exits", done.returncode, done.stderr)
        for request in world.requests:
            rest = request.path.removeprefix(SOURCES).removeprefix(STACKS)
            # The list is asked for a name that is nearly the same.
            expect(re.fullmatch(r"(/[^/]+)?", rest) and not request.query and rest not in ("/.", "/.."), "asks", request.path, request.query)
        before = len(world.requests)
        for group in ("a\nX-Evil: 1", "a\rb", "a\x00b"[:1] + "\x01"):
            done = place.run("source", "list", "--group", group)
            expect(done.returncode in (2, 3), repr(group), "exits", done.returncode, done.stderr)
        expect(len(world.requests) == before, "sends", world.requests[before:])


def check_bad_payloads(place):
    """JSON and clone URLs of the attack cases: refused with the reason, and nothing is sent."""
    attack = pathlib.Path(__file__).resolve().parent.parent / "fixtures/attack"
    with api(place) as world:
        for name, words in (("deep-objects", "nested deeper"), ("trailing", "after the end"), ("lone-surrogate", "surrogate"),
                            ("nan", "nan.json:1:"), ("not-object", "object")):
            shutil.copy(attack / f"json/{name}.json", place.work / f"{name}.json")
            for line in (f"source create --file {name}.json", f"source update web --file {name}.json"):
                expect(words in said(place, line, 3), line, "does not say", words, said(place, line, 3))
        rows = [line.split("\t") for line in (attack / "urls/clone-urls.tsv").read_text().splitlines()]
        expect(len(rows) > 25, "only", rows)
        for url, words in rows:
            if "allowed hosts" in words:
                continue  # a server's operator has such a list
            make_source(place, repository={"cloneUrl": url, "name": "web"})
            text = said(place, "source create --file source.json", 3)
            expect(words in text or not url, url[:80], "does not say", words, text[-600:])
            expect("ghp_" not in text and len(text) < 6000, url[:80], "is shown:", text[-600:])
            if url:
                done = place.run("source", "create", "web", f"--repository={url}", "--format", "TERRAFORM")
                expect(done.returncode in (2, 3, 4), url[:80], "as a flag exits", done.returncode, done.stderr[-600:])
                expect(b"ghp_" not in done.stderr, url[:80], "is shown:", done.stderr[-600:])
        expect(world.requests == [], "sends", world.requests)


def check_hostile_hosts(place):
    for url in ("ftp://127.0.0.1", "file:///etc/passwd", "https://user:secret@127.0.0.1", "127.0.0.1", "https://", "http://127.0.0.1:0x50",
                "https://127.0.0.1/\n", "https://a b/"):
        point(place, url)
        text = said(place, "source list", 2) if place.run("source", "list").returncode == 2 else said(place, "source list", 3)
        expect("secret" not in text, url, "says", text)


sys.exit(run_checks(globals(), sys.argv))
