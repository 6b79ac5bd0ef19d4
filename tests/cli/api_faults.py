#!/usr/bin/env python3
"""What the program does when a server refuses, fails, breaks off or lies.

usage: api_faults.py PROGRAM [NAME...]
"""
import json
import signal
import socket
import subprocess
import sys
import time

from api_world import (ADA, SOURCES, World, api, certificates, have_source, have_stack, make_source, measured, point,
                       said, sent, told)
from checks import TIME_LIMIT, expect, run_checks
from terminal_session import Terminal

HTML = "<html><body>502 Bad Gateway</body></html>"


def check_refusals(place):
    """Each status has its exit code and kind; the server's words and the way out are told; 401 and 403 are told apart."""
    with api(place) as world:
        have_source(world)
        make_source(place)
        kinds = {}
        for status, kind, line, wanted, named in ((401, "Unauthenticated", "source list", 4, "unauthenticated"),
                                                  (403, "Unauthorized", "source list", 4, "not_allowed"),
                                                  (404, "NotFound", "source show web", 5, "not_found"),
                                                  (409, "Conflict", "source create --file source.json", 6, "conflict"),
                                                  (422, "Validation", "source create --file source.json", 3, "invalid_input"),
                                                  (400, "Validation", "source update web --file source.json", 3, "invalid_input"),
                                                  (501, "InternalServerError", "source list", 1, "failed")):
            path = f"{SOURCES}/web" if " web" in line else SOURCES  # an unknown name is looked for in the list
            world.refuse(status, kind, f"words of {status}", path, times=2)
            error = told(place, line, wanted)["error"]
            expect(error["kind"] == named and f"words of {status}" in error["message"], status, "is", error)
            text = said(place, line, wanted)
            expect(f"words of {status}" in text, status, "says", text)
            expect("\n    at " not in text, "shows a stack trace", text)
            kinds[status] = error["hint"]
        expect(kinds[401] and "connect api" in kinds[401] and kinds[401] != kinds[403], "hints", kinds)


def check_real_refusals(place):
    """The same from a server that means it."""
    with api(place) as world:
        have_source(world)
        make_source(place)
        said(place, "source show nothing", 5)
        said(place, "stack show nothing", 5)
        said(place, "source create --file source.json", 6)
        place.environment["TINYSTACKS_TOKEN"] = "token-of-eve"
        said(place, "source list", 4)
        del place.environment["TINYSTACKS_TOKEN"]
        expect("connect api" in said(place, "source list", 4), "does not say how to connect")
        world.wrong.clear()  # nothing to authenticate by was meant


def check_no_stack_trace_is_shown(place):
    with api(place) as world:
        world.fail(status=501, body={"name": "Error", "message": "it broke", "status": 501, "stack": "at secret.js:1", "type": "X"})
        text = said(place, "source list", 1)
        expect("it broke" in text and "secret.js" not in text, "says", text)


def check_retries_of_what_only_reads(place):
    """429 and 5xx pass; Retry-After is waited for; one that is too long is told."""
    with api(place) as world:
        for status, headers, least in ((429, {}, 0), (429, {"Retry-After": "2"}, 2), (500, {}, 0), (502, {}, 0), (503, {"Retry-After": "1"}, 1)):
            world.fail(status=status, headers=headers, body=HTML, content_type="text/html")
            before, began = len(world.requests), time.monotonic()
            said(place, "source list")
            expect(len(world.requests) - before == 2, status, "makes", len(world.requests) - before, "requests")
            expect(time.monotonic() - began >= least, status, "does not wait")
        for headers, most in (({"Retry-After": "86400"}, 5), ({"Retry-After": "Fri, 31 Dec 2099 23:59:59 GMT"}, 5)):
            world.refuse(429, "Validation", "too often", headers=headers)
            before, began = len(world.requests), time.monotonic()
            error = told(place, "source list", 1)["error"]
            expect(error["kind"] == "unavailable" and time.monotonic() - began < most and len(world.requests) == before + 1, error)
            expect(error["hint"], "does not say until when", error)
        for value in ("-1", "soon", "0", "Mon, 01 Jan 2001 00:00:00 GMT", "1\t"):
            world.fail(status=429, headers={"Retry-After": value})
            said(place, "source list")


def check_changes_are_sent_once(place):
    """A refusal of the server's machine is no invitation: only 429, and 503 with Retry-After, say that nothing was done."""
    with api(place) as world:
        have_stack(world)
        make_source(place, name="other")
        for line, method in (("source create --file source.json", "POST"), ("deploy --stack shop --stage dev", "PUT"),
                             ("source publish web --version 9", "PUT"), ("stack delete shop --confirm shop", "DELETE")):
            for status in (500, 502, 503):
                world.fail(method, status=status, body=HTML, content_type="text/html")
                before = len(sent(world, method))
                said(place, line, 1)
                expect(len(sent(world, method)) == before + 1, line, "is sent again after", status)
        world.fail("POST", status=429, headers={"Retry-After": "1"})
        said(place, "source create --file source.json")
        world.fail("PUT", status=503, headers={"Retry-After": "1"})
        said(place, "source publish web --version 9")


def check_deploy_whose_answer_is_lost(place):
    """It is sent exactly once, and what became of it is looked for."""
    with api(place) as world:
        have_stack(world)
        world.fail("PUT", carried_out=True, hang_up=True)
        text = said(place, "deploy --stack shop --stage dev")
        expect(len(sent(world, "PUT")) == 1, "is sent", len(sent(world, "PUT")), "times")
        expect("done" in text, "does not follow what it began:", text)
        world.fail("PUT", hang_up=True)
        text = said(place, "deploy --stack shop --stage dev --no-wait", 9)
        expect(len(sent(world, "PUT")) == 2, "is sent", len(sent(world, "PUT")) - 1, "times")
        expect("stack deployments shop" in text, "does not say where to look:", text)


def check_other_changes_whose_answer_is_lost(place):
    """Nobody knows whether they were carried out: that is said, and nothing is sent again."""
    with api(place) as world:
        for line, method in (("source create --file source.json", "POST"), ("source update web --file source.json", "PUT"),
                             ("source publish web --version 2", "PUT"), ("stack delete shop --confirm shop", "DELETE"),
                             ("stack create other --source web --stage dev:us-east-1 --parameter size=3", "POST")):
            make_source(place, name="web" if method == "PUT" else "other")
            for how in ("hang_up", "cut"):
                world.state.sources.clear()
                world.state.stacks.clear()
                have_stack(world)
                if how == "cut" and "publish" in line:
                    continue  # its answer is empty, and so is half of it
                world.fail(method, carried_out=True, **{how: True})
                before = len(sent(world, method))
                text = said(place, line, 9)
                expect("try: tinystacks" in text, line, how, "does not say where to look:", text)
                expect(len(sent(world, method)) == before + 1, line, "is sent again")


def check_answers_that_are_none(place):
    """A proxy's page, half a body, a wrong type, JSON that is not to be trusted: an error each, and never a result."""
    with api(place) as world:
        have_source(world)
        make_source(place, name="other")
        always = {"times": 9}
        deep = "[" * 100_000 + "]" * 100_000
        for reply, words in (({"body": HTML, "content_type": "text/html"}, "text/html"),
                             ({"body": HTML}, ""), ({"body": "[]", "content_type": "text/plain"}, "text/plain"),
                             ({"body": ""}, ""), ({"body": '{"a": 1} x'}, ""), ({"body": deep}, "deep"), ({"body": "[NaN]"}, ""),
                             ({"body": '[{"name": "\\ud800"}]'}, ""), ({"body": '[{"name": "a", "name": "b"}]'}, "name"),
                             ({"body": b'[{"name": "\xff\xfe"}]'}, ""), ({"body": '{"sources": []}'}, ""), ({"body": '[{"name": 7}]'}, "name"),
                             ({"body": "[1]"}, ""), ({"body": "null"}, ""), ({"body": '[{"name": "a"}', "cut": True}, ""),
                             ({"body": '[{"parameters": {"a": []}}]'}, "/parameters/a")):
            world.faults.clear()
            world.fail("GET", **reply, **always)
            document = told(place, "source list", 1)
            expect(words in json.dumps(document), reply, "is told as", document["error"])
            expect("Bad Gateway" not in json.dumps(document), reply, "shows a page", document["error"])
        world.faults.clear()
        for body in (HTML, '{"name": 7}', "[]"):
            world.fail("POST", status=201, body=body)
            done = place.run("source", "create", "--file", "source.json")
            expect(done.returncode in (1, 9), body, "exits", done.returncode, done.stderr)


def check_slow_answers(place):
    """One that trickles is waited for; one that does not come can be interrupted."""
    with api(place) as world:
        have_source(world)
        world.fail(pause=0.03, carried_out=True)
        said(place, "source list")
        world.fail(delay=3, carried_out=True)
        said(place, "source list")
        world.fail(delay=TIME_LIMIT)
        terminal = Terminal(place, "source", "list")
        deadline = time.monotonic() + TIME_LIMIT
        while len(world.requests) < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        began = time.monotonic()
        terminal.press_ctrl_c()
        expect(terminal.end() == 130 and time.monotonic() - began < 5, "took", time.monotonic() - began, terminal.seen)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a proxy or server that is stuck before HTTP begins
        port = silent.getsockname()[1]
        point(place, f"https://127.0.0.1:{port}")
        with subprocess.Popen([place.program, "source", "list"], cwd=place.work, env=place.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            silent.settimeout(TIME_LIMIT)
            with silent.accept()[0]:
                child.send_signal(signal.SIGINT)
                child.communicate(timeout=10)
        expect(child.returncode == 130, "exits", child.returncode)
    point(place, f"http://127.0.0.1:{port}")  # where nobody listens any more
    error = told(place, "stack delete shop --confirm shop", 1)["error"]
    expect("127.0.0.1" in error["message"], error)


def check_redirects_are_not_followed(place):
    """Not to another host, which would get the credential, nor anywhere else."""
    with World() as other, api(place) as world:
        make_source(place)
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        for status in (301, 302, 303, 307, 308):
            for target in (f"{elsewhere}{SOURCES}", f"{other.url}{SOURCES}", "file:///etc/passwd", f"{world.url}{SOURCES}/x", "//[", "\x1b[2J"):
                for line in ("source list", "source create --file source.json"):
                    world.fail(status=status, headers={"Location": target})
                    before = len(world.requests)
                    text = said(place, line, 1)
                    expect(len(world.requests) == before + 1, status, target, "is followed")
                    expect("\x1b" not in text and "root:" not in text, status, target, "says", text)
        expect(other.requests == [], "another host was asked:", other.requests)


def check_large_answers(place):
    """A list may be 10 MB; one object may not, and nothing may be endless."""
    with api(place) as world:
        have_source(world)
        large = [{"name": f"s{number}", "description": "x" * 100_000} for number in range(100)]
        world.fail(body=large)
        status, text, _ = measured(place, "source", "list", "--json")
        expect(status == 0 and len(json.loads(text)["sources"]) == 100, "10 MB of a list:", status, text[:300])
        for path, arguments in ((f"{SOURCES}/web", ("source", "show", "web")), (SOURCES, ("source", "list")), (SOURCES, ("stack", "list"))):
            world.faults.clear()
            world.fail("GET", "*", times=9, endless=True, body=b"[" + b" " * 1_000_000)
            began = time.monotonic()
            status, text, memory = measured(place, *arguments)
            expect(status == 1 and "larger than" in text, path, "endless:", status, text[-600:])
            expect(time.monotonic() - began < 30, path, "takes", time.monotonic() - began, "s")
            expect(memory < 160 * 1024, path, "takes", memory, "KiB")
        world.faults.clear()
        world.refuse(422, "Validation", "x" * 1_000_000)
        expect(len(said(place, "source list", 3)) < 5000, "an error's words flood the terminal")


def check_certificates(place):
    """Of another name, or signed by nobody: nothing is sent."""
    good, other = certificates(place, "127.0.0.1", "api.example.com")
    with api(place, good) as world:
        have_source(world)
        expect("web" in said(place, "source list"), "does not list")
        del place.environment["SSL_CERT_FILE"]
        text = said(place, "source list", 1)
        expect("certificate" in text, "says", text)
        place.environment["SSL_CERT_FILE"] = str(good.with_name("ca.pem"))
        expect(len(world.requests) == 1, "asks", world.requests)
    with api(place, other) as world:
        text = said(place, "source list", 1)
        expect("certificate" in text and world.requests == [], "says", text, world.requests)
    point(place, "http://192.0.2.1")
    error = told(place, "source list", 2)["error"]
    expect("only https" in error["message"], "the token in clear text:", error)


def check_netrc_and_proxy_are_left_alone(place):
    """Loopback knows no proxy; .netrc is not read."""
    with api(place) as world, socket.create_server(("127.0.0.1", 0)) as proxy:
        (place.root / ".netrc").write_text("machine 127.0.0.1 login eve password other\n")
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        place.environment.update(http_proxy=address, https_proxy=address, HTTPS_PROXY=address, ALL_PROXY=address)
        said(place, "source list")
        expect(world.requests[0].headers.get_all("Authorization") == [f"Bearer {ADA}"], world.requests[0].headers.items())


sys.exit(run_checks(globals(), sys.argv))
