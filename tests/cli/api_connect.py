#!/usr/bin/env python3
"""`connect api`, `connect list` and `connect remove`.

usage: api_connect.py PROGRAM [NAME...]
"""
import json
import os
import signal
import socket
import sys
import tempfile
import termios
import time

from checks import TIME_LIMIT, Place, expect, run_checks
from connections import (TOKEN, Api, api, connect, document, everything_kept, expect_done, failure, folder, interrupted,
                         stored, together)
from recording_server import Reply
from terminal_session import Terminal

OTHER = "ts-another-token-of-somebody"


def check_verified_and_stored(place):
    with Api() as server:
        done = api(place, server.url)
        expect_done(done, 0, server.url, "credentials.json", wanting=[TOKEN])
        asked = server.asked("/infrastructure-code-sources")
        expect(asked and asked[0].bearer == TOKEN and server.asked("/ping"), "asked", server.requests)
        expect(all(each.bearer in (None, TOKEN) and "group" not in each.headers for each in server.requests), "sends a group")
        row = stored(place)["api", server.url]
        expect(row["kept_in"] == "file" and TOKEN not in json.dumps(row), row)
        expect(TOKEN in (folder(place) / "credentials.json").read_text(), "the token is not kept")
        expect((folder(place) / "connections.json").read_text().count(TOKEN) == 0, "the token stands among what is shown")


def check_json(place):
    with Api() as server:
        told = document(api(place, server.url, "--json", "--group", "platform"))
        row = told["connection"]
        expect(told["error"] is None and row["kind"] == "api" and row["group"] == "platform" and row["kept_in"] == "file", told)
        expect(server.asked("/infrastructure-code-sources")[0].headers["group"] == "platform", "does not try the group")
        expect_done(api(place, server.url, "--group", "platform\nX-Evil: 1"), 2, "group", wanting=["\nx-evil"])
        for arguments, status, member in ((["list"], 0, "connections"), (["remove", server.url], 0, "connection"),
                                          (["remove", server.url], 5, None), (["list"], 0, "connections"), ([], 2, None),
                                          (["api"], 2, None), (["api", server.url], 2, None), (["frobnicate"], 2, None)):
            done = connect(place, *arguments, "--json")
            document(done, *([member] if member else []))
            expect(done.returncode == status, arguments, done.stdout, done.stderr)
        server.good.clear()
        told = document(api(place, server.url, "--json"))
        expect(told["exit_code"] == 4 and told["error"]["kind"] == "unauthenticated" and told["error"]["hint"], told)


def check_tokens_that_are_taken(place):
    """CR-08, CR-09: blanks around a token are none of it; what it is made of is the server's affair."""
    longest = "a" * 4096
    odd = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    with Api(TOKEN, longest, odd) as server:
        for given, sent in ((f" {TOKEN}\n", TOKEN), (f"{TOKEN}\r\n", TOKEN), (f"\t{TOKEN}\n\n", TOKEN), (longest, longest),
                            (odd, odd)):
            server.requests.clear()
            expect_done(api(place, server.url, token=given), 0, wanting=[sent])
            expect(server.asked("/infrastructure-code-sources")[0].bearer == sent, "another token is sent")


def check_tokens_that_are_refused(place):
    with Api() as server:
        for given in ("", "\n", "  \t\n", f"{TOKEN} {TOKEN}", f"{TOKEN}\n{OTHER}", f"{TOKEN}\r\nX-Evil: 1", "tok\x00en", "tök",
                      "\x1b[2J", "a" * 4097, "a" * 10_000_000):
            done = api(place, server.url, token=given)
            expect_done(done, 2, "token", wanting=[TOKEN, "X-Evil", "a" * 100])
        expect_done(connect(place, "api", server.url, "--with-token"), 2, "empty")
        done = connect(place, "api", server.url)
        expect_done(done, 2, "--with-token")
        for words in (["--token", TOKEN], [f"--with-token={TOKEN}"], [server.url, "--with-token", TOKEN]):
            expect_done(connect(place, "api", server.url, *words, token=TOKEN), 2)
        expect(not server.requests and not stored(place), "a bad token goes out, or is stored")


def check_urls(place):
    with Api() as server:
        port = server.host.split(":")[1]
        for written in (server.url, f"{server.url}/", f"HTTP://127.0.0.1:{port}", f"http://LOCALHOST:{port}"):
            expect_done(api(place, written), 0)
        addresses = {address for _, address in stored(place)}
        expect(addresses == {server.url, f"http://localhost:{port}"}, "stored as", addresses)
        for bad in ("", "example.com", "ftp://example.com", f"http://user:{OTHER}@{server.host}", f"{server.url}/?q=1",
                    f"{server.url}/#there", "http://api.example.com", "https://", "https://exa mple.com",
                    "https://example.com\\@evil", f"{server.url}/\x1b[2J"):
            expect_done(api(place, bad), 2, wanting=[OTHER, TOKEN, "\x1b"])
        expect(len(stored(place)) == 2, "stored:", stored(place))


REFUSALS = (
    (failure(401, "Unauthorized", "the token is \x1b[2J not good"), 4, ["token"]),
    (failure(403, "Forbidden", "not for you"), 4, ["not for you"]),
    (failure(404, "NotFound", "no such route"), 5, ["404"]),
    (failure(500, "Internal", "it broke"), 1, ["500"]),
    (Reply(502, "<html>Bad gateway</html>", content_type="text/html"), 1, ["502"]),
    (Reply(200, "<html>Sign in</html>", content_type="text/html"), 1, []),
    (Reply(200, {"sources": []}), 1, []),
    (Reply(200, "[]" + " " * 100, cut=True), 1, []),
    (Reply(200, "[" * 200_000), 1, []),
    (Reply(200, "[" + "1," * 50_000, endless=True), 1, ["larger than"]),
)


def check_servers_that_refuse(place):
    def play(story):
        reply, status, words = story
        with Api() as server, tempfile.TemporaryDirectory() as directory:
            home = Place(place.program, directory)
            server.script("/infrastructure-code-sources", *[reply] * 6)
            expect_done(api(home, server.url), status, *words, wanting=[TOKEN, "\x1b"])
            expect(not stored(home), "is stored:", stored(home))

    together(REFUSALS, play)


def check_interrupted_during_a_request(place):
    """A server that takes its time; with --json the document comes all the same."""
    with Api() as server:
        for number, wanted in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            server.script("/ping", Reply(200, b"", delay=3))
            code, out = interrupted(place, server, number, "api", server.url, "--with-token", "--json", token=TOKEN)
            expect(code == wanted, "ends with", code)
            expect(out.count(b"schema_version") == 1, "prints", out)
            expect(not stored(place), "is stored:", stored(place))


def check_a_redirect_gets_no_token(place):
    with Api() as server, Api() as elsewhere:
        for status in (301, 302, 303, 307, 308):
            for path in ("/ping", "/infrastructure-code-sources"):
                server.scripted.clear()
                server.script(path, Reply(status, b"", {"Location": f"{elsewhere.url}{path}"}))
                expect_done(api(place, server.url), 1, "token is not sent", f"connect api {elsewhere.url}", wanting=[TOKEN])
        expect(not any(each.headers.get("Authorization") for each in elsewhere.requests), "the token went elsewhere")
        expect(not stored(place), "stored:", stored(place))


def check_no_server(place):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    done = api(place, url)
    expect_done(done, 1, url.removeprefix("http://").split(":")[0], "connect", wanting=[TOKEN])
    expect(not stored(place), stored(place))


def check_a_refused_token_leaves_the_good_one(place):
    with Api() as server:
        expect_done(api(place, server.url), 0)
        before = everything_kept(place)
        expect_done(api(place, server.url, token=OTHER), 4, wanting=[OTHER])
        expect(everything_kept(place) == before, "what was stored is changed")


def check_environment_is_never_stored(place):
    """CR-08: while the variable is set it is what is used, so storing another would be a trap."""
    with Api(TOKEN, OTHER) as server:
        done = api(place, server.url, token=OTHER, TINYSTACKS_TOKEN=TOKEN)
        expect_done(done, 1, "TINYSTACKS_TOKEN", "unset", wanting=[TOKEN, OTHER])
        expect(not stored(place) and TOKEN not in everything_kept(place), "a token is stored")


def check_several_servers(place):
    with Api("token-of-one") as one, Api("token-of-two") as two:
        expect_done(api(place, one.url, "--group", "platform", token="token-of-one"), 0)
        expect_done(api(place, two.url, "--default", token="token-of-two"), 0, "default")
        expect({each.bearer for each in one.requests} <= {None, "token-of-one"}, "one server gets the token of another")
        expect({each.bearer for each in two.requests} <= {None, "token-of-two"}, "one server gets the token of another")
        rows = document(connect(place, "list", "--json"))["connections"]
        expect([row["address"] for row in rows] == sorted([one.url, two.url]), rows)
        expect({row["address"]: row["group"] for row in rows}[one.url] == "platform", rows)
        expect({row["address"]: row["default"] for row in rows} == {one.url: False, two.url: True}, rows)
        text = connect(place, "list").stdout.decode()
        expect(one.url in text and "platform" in text and "token-of" not in text, text)
        expect_done(api(place, one.url, "--default", token="token-of-one"), 0)
        rows = document(connect(place, "list", "--json"))["connections"]
        expect({row["address"]: (row["default"], row["group"]) for row in rows}[one.url] == (True, None), "not replaced:", rows)
        expect_done(connect(place, "remove", one.url), 0)
        rows = document(connect(place, "list", "--json"))["connections"]
        expect([(row["address"], row["default"]) for row in rows] == [(two.url, False)], rows)
        expect("token-of-one" not in everything_kept(place), "a removed token is kept")


def check_what_default_means(place):
    """A stored connection alone never chooses; one that is the default does, with its own token and group."""
    with Api("token-of-one") as one, Api("token-of-two") as two:
        expect_done(api(place, one.url, token="token-of-one"), 0)
        expect(place.run("source", "list").returncode == 1, "a connection that is no default was chosen")
        expect_done(api(place, two.url, "--default", "--group", "platform", token="token-of-two"), 0)
        for server in (one, two):
            server.requests.clear()
        expect_done(place.run("source", "list"), 0)
        expect(not one.requests and [each.bearer for each in two.requests] == ["token-of-two"], "asked", two.requests)
        expect(two.requests[0].headers["group"] == "platform", "without its group")
        expect_done(place.run("source", "list", "--control", f"{one.url}/"), 0)
        expect([each.bearer for each in one.requests] == ["token-of-one"], "asked", one.requests)


def check_a_project_gets_no_token_for_its_own_server(place):
    """OA-07: tinystacks.yml comes with the code; what it alone names is sent nothing that it was not connected with."""
    with Api() as mine, Api(TOKEN, OTHER) as theirs:
        expect_done(api(place, mine.url, "--default"), 0)
        place.project(f"control: {theirs.url}\n")
        for given in (None, OTHER):
            if given:
                place.environment["TINYSTACKS_TOKEN"] = given
            for words in (["source", "list"], ["status"], ["deploy", "--dry-run"]):
                expect_done(place.run(*words), 4, theirs.url, wanting=[TOKEN, OTHER])
        expect(not theirs.requests, "asked, with", [each.bearer for each in theirs.requests])


def check_remove_what_is_not_there(place):
    with Api() as server:
        expect_done(api(place, server.url), 0)
        for word in ("https://api.example.com", "github", "gitlab", "aws", "nonsense"):
            expect_done(connect(place, "remove", word), 5, "connect list")
        expect_done(connect(place, "remove", f"{server.url}/"), 0)
        expect(not stored(place) and TOKEN not in everything_kept(place), "it is not removed")


def check_list_without_any(place):
    done = connect(place, "list")
    expect_done(done, 0, "tinystacks connect")
    expect(document(connect(place, "list", "--json"))["connections"] == [], "there are some")
    expect(not folder(place).exists(), "looking makes files")


def check_what_is_told_with_vv(place):
    with Api() as server:
        done = api(place, server.url, "-vv")
        expect_done(done, 0, "/infrastructure-code-sources", wanting=[TOKEN])
        server.script("/infrastructure-code-sources", failure(401, "Unauthorized", f"the token {TOKEN} is not good"))
        expect_done(api(place, server.url, "-vv"), 4, wanting=[TOKEN])


def check_prompt_without_echo(place):
    with Api() as server:
        terminal = Terminal(place, "connect", "api", server.url)
        before = termios.tcgetattr(terminal.descriptor)
        terminal.read_until(b"oken")
        wait_for_no_echo(terminal)
        os.write(terminal.descriptor, f"{TOKEN}\n".encode())
        terminal.read_until(None)
        after = termios.tcgetattr(terminal.descriptor)
        expect(terminal.end() == 0, terminal.seen)
        expect(TOKEN.encode() not in terminal.seen, "the token is shown:", terminal.seen)
        expect(before == after, "the terminal is changed")
        expect(stored(place), "nothing is stored")


def wait_for_no_echo(terminal):
    deadline = time.monotonic() + TIME_LIMIT
    while termios.tcgetattr(terminal.descriptor)[3] & termios.ECHO:
        expect(time.monotonic() < deadline, "the prompt shows what is typed:", terminal.seen)
        time.sleep(0.01)


def check_prompt_that_is_left(place):
    with Api() as server:
        for keys, status in ((b"\x03", 130), (b"\n", 2), (b"\x04", 2)):
            terminal = Terminal(place, "connect", "api", server.url)
            before = termios.tcgetattr(terminal.descriptor)
            terminal.read_until(b"oken")
            wait_for_no_echo(terminal)
            os.write(terminal.descriptor, keys)
            terminal.read_until(None)
            expect(termios.tcgetattr(terminal.descriptor) == before, "the terminal is changed by", keys)
            code = terminal.end()
            expect(code == status, keys, "exits", code, terminal.seen)
        expect(not server.requests and not stored(place), "something is stored")


if __name__ == "__main__":
    sys.exit(run_checks(globals(), sys.argv))
