#!/usr/bin/env python3
"""The device flow of `connect github` and `connect gitlab`, with good providers and hostile ones.

usage: connect_device.py PROGRAM [NAME...]
"""
import signal
import subprocess
import sys
import tempfile
import time

from checks import TIME_LIMIT, Place, expect, run_checks
from connections import connect, document, everything_kept, expect_done, stored, together
from oauth_provider import BEGIN, CLIENT_ID, POLL, Provider
from terminal_session import Terminal

OK, FAILED, REFUSED, INTERRUPTED = 0, 1, 4, 130
TIME_FOR_A_FLOW = 100
# Name, provider, the fixtures that begin and poll are answered with, exit status, words. O numbers are those of the
# collected attack cases.
HOSTILE = (
    ("O01", "github", ["device-uri-javascript"], [], FAILED, ["verification"]),
    ("O03", "github", ["device-uri-option"], [], FAILED, ["verification"]),
    ("another host", "github", ["device-uri-elsewhere"], [], FAILED, ["verification"]),
    ("another host behind a user", "gitlab", ["device-uri-user"], [], FAILED, ["verification"]),
    ("controls in the URI", "github", ["device-uri-controls"], [], FAILED, ["verification"]),
    ("no device code", "github", ["device-code-missing"], [], FAILED, ["code"]),
    ("controls in the user code", "github", ["user-code-controls"], [], FAILED, ["code"]),
    ("a long user code", "gitlab", ["user-code-long"], [], FAILED, ["code"]),
    ("a number for a user code", "github", ["user-code-number"], [], FAILED, ["code"]),
    ("O07", "github", ["interval-huge"], [], FAILED, ["interval"]),
    ("no object", "github", ["not-an-object"], [], FAILED, []),
    ("a page", "github", ["html"], [], FAILED, []),
    ("without end", "github", ["endless"], [], FAILED, ["larger than"]),
    ("deep", "github", ["deep"], [], FAILED, []),
    ("half", "github", ["half"], [], FAILED, []),
    ("an error page", "gitlab", ["html-502"], [], FAILED, ["502"]),
    ("a redirect", "github", ["redirect-reply"], [], FAILED, ["redirect"]),
    ("O15", "github", ["device-flow-disabled"], [], FAILED, ["device flow", "enabled"]),
    ("a GitLab without device flow", "gitlab", ["unknown-path"], [], FAILED, ["--with-token"]),
    ("controls in an error", "github", ["error-controls"], [], FAILED, ["nonsense"]),
    ("an unknown client", "github", ["incorrect-client"], [], FAILED, ["application", "--client-id"]),
    ("O13", "github", [], ["expired-other-spelling"], FAILED, ["expired", "again"]),
    ("expired", "github", [], ["pending", "expired"], FAILED, ["expired", "again"]),
    ("expired on GitLab", "gitlab", [], ["expired-400"], FAILED, ["expired", "again"]),
    ("denied", "github", [], ["denied"], REFUSED, ["denied"]),
    ("denied on GitLab", "gitlab", [], ["denied-400"], REFUSED, ["denied"]),
    ("O19", "github", [], ["token-empty"], FAILED, ["empty"]),
    ("no token", "github", [], ["token-missing"], FAILED, []),
    ("a number for a token", "github", [], ["token-number"], FAILED, []),
    ("a line break in the token", "github", [], ["token-line-break"], FAILED, ["token"]),
    ("a long token", "gitlab", [], ["token-long"], FAILED, ["token"]),
    ("two tokens that nobody knows", "github", [], ["twice"], REFUSED, []),
    ("O17, its token unknown", "github", [], ["form-encoded"], REFUSED, []),
    ("O21", "github", [], ["fewer-scopes"], FAILED, ["scope", "repo"]),
    ("O23", "github", [], ["redirect-reply"], FAILED, ["redirect"]),
    ("a page for a token", "gitlab", [], ["html"], FAILED, []),
    ("a client that turned bad", "github", [], ["incorrect-client"], FAILED, ["application", "--client-id"]),
    ("slowed down too often", "github", [], ["slow-down-smaller"] * 4, FAILED, ["slow"]),
    ("no longer valid at once", "github", ["expires-negative"], [], FAILED, ["expired already"]),
    ("not long valid", "github", ["expires-soon"], ["pending"] * 9, FAILED, ["expired", "again"]),
)
# Name, provider, fixtures, the least seconds between requests.
PATIENT = (
    ("O05", "github", ["interval-zero"], [], [5]),
    ("no interval", "gitlab", ["interval-missing"], ["pending-400"], [5, 5]),
    ("no number", "github", ["interval-text"], [], [5]),
    ("below zero", "github", ["interval-negative"], [], [5]),
    ("for ever", "github", ["expires-never"], [], [5]),
    ("O09", "github", [], ["slow-down", "pending"], [5, 10, 10]),
    ("a smaller interval", "gitlab", [], ["slow-down-smaller"], [5, 10]),
    ("O11", "github", [], ["pending-400"], [5, 5]),
    ("a network that breaks", "github", [], ["hang-up"], [5, 10]),
    ("a server that is ill", "gitlab", [], ["html-502"], [5, 5]),
)


def device(place, provider, kind, *arguments, **environment):
    return connect(place, kind, "--host", provider.host, "--client-id", CLIENT_ID, *arguments, **environment)


def expect_nothing_stored(place, provider):
    expect(not stored(place), "is stored:", stored(place))
    kept = everything_kept(place)
    for secret in [*provider.tokens, "gho_", "d" * 40]:
        expect(secret not in kept, "kept on disk:", secret)


def check_github(place):
    with Provider() as provider:
        provider.pending = 1
        done = device(place, provider, "github")
        expect_done(done, OK, "ada", "WDJB-MJHT", f"{provider.url}/login/device", "repo", wanting=list(provider.tokens))
        expect(b"WDJB-MJHT" not in done.stdout, "the code is on stdout, which carries the result:", done.stdout)
        expect(not provider.wrong, provider.wrong)
        expect(min(provider.gaps(BEGIN["github"], POLL["github"])) >= 5, "polls too fast:", provider.gaps())
        row = stored(place)["github", provider.host]
        expect(row["account"] == "ada" and "repo" in row["scopes"] and row["client_id"] == CLIENT_ID, row)
        expect(provider.asked(BEGIN["github"])[0].form["scope"] == "repo", "asks for more than reading takes")


def check_gitlab(place):
    with Provider() as provider:
        done = device(place, provider, "gitlab", "--json")
        told = document(done)
        expect(done.returncode == 0 and told["connection"]["account"] == "ada", done.stdout, done.stderr)
        expect(not provider.wrong, provider.wrong)
        for token in [*provider.tokens, *provider.refreshing]:
            expect(token.encode() not in done.stdout + done.stderr, "a token is printed")
        asked = set(provider.asked(BEGIN["gitlab"])[0].form["scope"].split())
        expect(asked == {"read_repository", "read_api"}, "asks for", asked)
        expect(b"WDJB-MJHT" in done.stderr, "the code is not shown:", done.stderr)


def check_client_id_from_the_environment(place):
    with Provider() as provider:
        for kind in ("github", "gitlab"):
            done = connect(place, kind, "--host", provider.host, **{f"TINYSTACKS_{kind.upper()}_CLIENT_ID": CLIENT_ID})
            expect_done(done, OK, "ada")
        expect(not provider.wrong, provider.wrong)
        for kind in ("github", "gitlab"):
            expect_done(connect(place, kind, "--host", provider.host), 2, "--client-id", "--with-token")


def play_hostile(home, provider, kind, status, words):
    done = device(home, provider, kind, seconds=TIME_FOR_A_FLOW)
    expect_done(done, status, *words, wanting=[*provider.tokens, "gho_", "d" * 40, "\x1b", "\x07", "\u202e", "\n::"])
    expect_nothing_stored(home, provider)
    expect(not provider.asked("/stolen"), "followed a redirect")
    expect(document(connect(home, "list", "--json"))["connections"] == [], "it is listed")


def play_patient(home, provider, kind, least):
    done = device(home, provider, kind, seconds=TIME_FOR_A_FLOW)
    gaps = provider.gaps(BEGIN[kind], POLL[kind])
    expect_done(done, OK, "ada")
    expect(len(gaps) == len(least) and all(gap >= low for gap, low in zip(gaps, least)), "asks after", gaps)
    expect(max(gaps) < 30, "waits for ever:", gaps)
    expect(not provider.wrong, provider.wrong)


def check_replies(place):
    def play(story):
        _, kind, begin, polls, *wanted = story
        with Provider() as provider, tempfile.TemporaryDirectory() as directory:
            provider.play(kind, begin, polls)
            (play_hostile if story in HOSTILE else play_patient)(Place(place.program, directory), provider, kind, *wanted)

    together(HOSTILE + PATIENT, play)


def check_good_token_is_not_replaced(place):
    """O19: an empty token is not stored over a good one."""
    with Provider() as provider:
        good = provider.add_token()
        expect_done(connect(place, "github", "--host", provider.host, "--with-token", token=good), OK)
        before = everything_kept(place)
        provider.play("github", polls=["token-empty"])
        expect_done(device(place, provider, "github"), FAILED, "empty")
        expect(everything_kept(place) == before, "what was stored is changed")


def check_ctrl_c_while_polling(place):
    with Provider() as provider:
        provider.pending = 100
        terminal = Terminal(place, "connect", "github", "--host", provider.host, "--client-id", CLIENT_ID)
        terminal.read_until(b"WDJB-MJHT")
        began = time.monotonic()
        terminal.press_ctrl_c()
        expect(terminal.end() == INTERRUPTED, "exits otherwise than 130:", terminal.seen)
        expect(time.monotonic() - began < 2, "took", time.monotonic() - began, "s")
        expect_nothing_stored(place, provider)


def check_signals_while_polling(place):
    for number, wanted in ((signal.SIGTERM, 143), (signal.SIGINT, INTERRUPTED)):
        with Provider() as provider:
            provider.pending = 100
            command = [place.program, "connect", "gitlab", "--host", provider.host, "--client-id", CLIENT_ID, "--json"]
            with subprocess.Popen(command, env=place.environment, cwd=place.work, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
                deadline = time.monotonic() + TIME_LIMIT
                while not provider.asked(BEGIN["gitlab"]):
                    expect(time.monotonic() < deadline and child.poll() is None, "does not begin")
                    time.sleep(0.02)
                time.sleep(0.2)  # the answer is read, and the wait begun
                child.send_signal(number)
                out, _ = child.communicate(timeout=TIME_LIMIT)
            expect(child.returncode == wanted, "ends with", child.returncode, "after", number)
            expect(out.count(b"schema_version") == 1, "prints", out)
            expect_nothing_stored(place, provider)


def check_hostile_words_at_a_terminal(place):
    with Provider() as provider:
        provider.play("github", ["error-controls"])
        terminal = Terminal(place, "connect", "github", "--host", provider.host, "--client-id", CLIENT_ID)
        expect(terminal.end() == FAILED, terminal.seen)
        for forbidden in (b"\x1b]", b"\x1b[2J", b"\x07", "\u202e".encode()):
            expect(forbidden not in terminal.seen, f"{forbidden!r} reaches the terminal:", terminal.seen)


if __name__ == "__main__":
    sys.exit(run_checks(globals(), sys.argv))
