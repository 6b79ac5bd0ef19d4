#!/usr/bin/env python3
"""`connect github`, `connect gitlab` with a token, `connect aws`, and how they end.

usage: connect_provider.py PROGRAM [NAME...]
"""
import dataclasses
import json
import signal
import sys
import tempfile
import time

from checks import Place, Skipped, expect, run_checks
from connections import connect, document, everything_kept, expect_done, interrupted, keyring, moto, stored, together
from oauth_provider import CLIENT_ID, Provider, Token
from octokit import description
from prism import Unavailable, serving
from recording_server import Reply

FINE_GRAINED = "github_pat_" + "a" * 22 + "_" + "b" * 59
INSTALLATION = "ghs_" + "eyJhbGciOiJSUzI1NiJ9." * 24 + "end"  # as long as GitHub's are becoming
OTHER = "ghp_" + "c" * 36
GUEST = "arn:aws:iam::123456789012:user/guest"
DAY = 24 * 3600


def with_token(place, provider, kind, token, *arguments, **environment):
    return connect(place, kind, "--host", provider.host, "--with-token", *arguments, token=token, **environment)


def check_github_tokens(place):
    """CR-09: classic tokens tell their scopes, others do not; all of them are opaque."""
    with Provider() as provider:
        classic = provider.add_token(scopes=("repo", "admin:repo_hook", "read:org"))
        done = with_token(place, provider, "github", classic, "--json")
        row = document(done)["connection"]
        expect(done.returncode == 0 and row["account"] == "ada", row)
        expect(set(row["scopes"]) == {"repo", "admin:repo_hook", "read:org"}, row)
        for token in (FINE_GRAINED, INSTALLATION):
            provider.tokens[token] = Token(scopes=None, kind="fine-grained", login="grace")
            done = with_token(place, provider, "github", token, "--json")
            row = document(done)["connection"]
            expect(done.returncode == 0 and row["account"] == "grace" and row["scopes"] is None, row)
        expect(len(stored(place)) == 1, "one host has one connection:", stored(place))
        expect(classic not in everything_kept(place), "a token that was replaced is kept")
        expect(all(each.bearer in provider.tokens for each in provider.requests), "asks without a token")
        expect(not provider.wrong, provider.wrong)


def check_github_by_its_own_description(place):
    """What we ask of GitHub, and how this server answers, is as GitHub's description says."""
    try:
        described = description()
        with Provider() as provider, serving(described, upstream=provider.url) as server:
            provider.behind = server.url
            token = provider.add_token(scopes=("repo",))
            host = server.url.removeprefix("http://")
            done = connect(place, "github", "--host", host, "--with-token", token=token)
            expect_done(done, 0, "ada", wanting=[token])
            expect(not server.refusals() and not provider.wrong, server.refusals(), provider.wrong)
            expect_done(connect(place, "github", "--host", host, "--with-token", token=OTHER), 4)
    except Unavailable as why:
        raise Skipped(why) from why


def check_gitlab_tokens(place):
    with Provider() as provider:
        token = provider.add_token("glpat-", scopes=("read_api", "read_repository"), expires_at=time.time() + 300 * DAY)
        done = with_token(place, provider, "gitlab", token, "--json")
        row = document(done)["connection"]
        expect(done.returncode == 0 and row["account"] == "ada", done.stdout, done.stderr)
        expect(set(row["scopes"]) == {"read_api", "read_repository"} and row["expires_at"], row)
        expect(not provider.wrong, provider.wrong)
        custom = provider.add_token("acme-", scopes=("api",))
        done = with_token(place, provider, "gitlab", custom)
        expect_done(done, 0, "ada", wanting=[custom])


def check_too_few_scopes(place):
    """OA-04: refused here, not at first use."""
    with Provider() as provider:
        for kind, scopes, lacking in (("github", ("read:user",), "repo"), ("github", (), "repo"),
                                      ("gitlab", ("read_user",), "read_api"), ("gitlab", ("read_api",), "read_repository")):
            token = provider.add_token(scopes=scopes)
            expect_done(with_token(place, provider, kind, token), 1, "scope", lacking, wanting=[token])
        expect(not stored(place), stored(place))
        for kind, scopes in (("github", ("repo",)), ("gitlab", ("api",)), ("gitlab", ("read_api", "read_repository"))):
            expect_done(with_token(place, provider, kind, provider.add_token(scopes=scopes)), 0)


def check_expiring_tokens(place):
    with Provider() as provider:
        soon = provider.add_token(expires_at=time.time() + 3 * DAY)
        expect_done(with_token(place, provider, "github", soon), 0, "expires")
        problems = document(connect(place, "list", "--json"))["problems"]
        expect([each["severity"] for each in problems] == ["warning"] and provider.host in problems[0]["hint"], problems)
        later = provider.add_token(expires_at=time.time() + 60 * DAY)
        done = with_token(place, provider, "github", later)
        expect(done.returncode == 0 and b"warning" not in done.stderr.lower(), "warns two months before:", done.stderr)
        told = document(connect(place, "list", "--json"))
        expect(told["connections"][0]["expires_at"] and not told["problems"], "the end is not kept, or warned of:", told)
        gone = provider.add_token(expires_at=time.time() - 5)
        expect_done(with_token(place, provider, "github", gone), 4, wanting=[gone])


NAME = "ada\x1b[2J\x07\u202e"
REFUSALS = (
    (Reply(401, {"message": "Bad \x1b[2J credentials"}), 4, ["credentials"]),
    (Reply(403, {"message": "Resource protected by SAML enforcement."}), 4, ["SAML"]),
    (Reply(404, {"message": "Not Found"}), 5, []),
    (Reply(500, {"message": "it broke"}), 1, ["500"]),
    (Reply(200, "<html>Sign in</html>", content_type="text/html"), 1, []),
    (Reply(200, {"login": NAME, "username": NAME}), 1, []),
    (Reply(200, {"login": 7, "username": 7}), 1, []),
    (Reply(200, {}), 1, []),
    (Reply(200, {"login": "ada", "username": "ada"}, cut=True), 1, []),
    (Reply(200, '{"login": "' + "a" * 100_000, endless=True), 1, ["larger than"]),
    (Reply(302, b"", {"Location": "ELSEWHERE"}), 1, ["redirect"]),
    (Reply(307, b"", {"Location": "ELSEWHERE"}), 1, ["redirect"]),
)


def check_refusals(place):
    def play(story):
        kind, (reply, status, words) = story
        with Provider() as provider, Provider() as elsewhere, tempfile.TemporaryDirectory() as directory:
            home = Place(place.program, directory)
            if reply.headers:
                reply = dataclasses.replace(reply, headers={"Location": f"{elsewhere.url}/api"})
            token = provider.add_token(scopes=("repo", "api"))
            for path in ("/api/v3/user", "/api/v4/user"):
                provider.script(path, *[reply] * 6)
            done = with_token(home, provider, kind, token)
            expect_done(done, status, *words, wanting=[token, "\x1b", "\x07", "\u202e"])
            expect(not stored(home) and not elsewhere.requests, "stored, or redirected:", stored(home), elsewhere.requests)

    together([(kind, each) for kind in ("github", "gitlab") for each in REFUSALS], play)


def check_a_used_up_rate_limit(place):
    """No waiting for an hour: it says until when."""
    with Provider() as provider:
        provider.limited_until = time.time() + 1800
        began = time.monotonic()
        token = provider.add_token()
        expect_done(with_token(place, provider, "github", token), 1, "asked again at", wanting=[token])
        expect(time.monotonic() - began < 10, "waited", time.monotonic() - began, "s")


def check_environment_wins(place):
    """CR-08: a token of the environment is used, and never stored."""
    with Provider() as provider:
        for kind, name, host in (("github", "GH_TOKEN", "GH_HOST"), ("github", "GITHUB_TOKEN", "GITHUB_SERVER_URL"),
                                 ("gitlab", "GITLAB_TOKEN", "GITLAB_HOST"), ("gitlab", "GITLAB_TOKEN", "CI_SERVER_URL")):
            token, mine = provider.add_token(scopes=("repo", "api")), provider.add_token(scopes=("repo", "api"))
            given = {name: token, host: provider.url if "URL" in host else provider.host}
            expect_done(with_token(place, provider, kind, mine, **given), 1, name, "unset", wanting=[token, mine])
            done = connect(place, kind, "--host", provider.host, "--client-id", CLIENT_ID, **given)
            expect_done(done, 1, name, wanting=[token])
            expect_done(connect(place, "list", **given), 0, name, wanting=[token])
            told = document(connect(place, "list", "--json", **given), "connections")["environment"]
            expect(told == [{"variable": name, "kind": kind, "address": provider.host}], told)
            kept = everything_kept(place)
            expect(not stored(place) and token not in kept and mine not in kept, "stored, though the environment has one")
        expect(not provider.requests, "asks for nothing:", provider.requests)
        # OA-07: a token for github.com is no reason to refuse one for another host, and does not go there.
        mine = provider.add_token(scopes=("repo", "api"))
        expect_done(with_token(place, provider, "github", mine, GH_TOKEN=OTHER, GITLAB_TOKEN=OTHER), 0, wanting=[OTHER])
        expect(all(each.bearer == mine for each in provider.requests), "the token of another host is sent")


def check_hosts(place):
    """OA-07: a token is stored with its host, and goes to no other."""
    with Provider() as one, Provider() as two:
        first, second = one.add_token(), two.add_token()
        expect_done(with_token(place, one, "github", first), 0)
        expect_done(with_token(place, two, "github", second), 0)
        expect(set(stored(place)) == {("github", one.host), ("github", two.host)}, stored(place))
        for provider, token in ((one, first), (two, second)):
            expect(all(each.bearer == token for each in provider.requests), "one host gets the token of another")
        for bad in ("", "http://github.com", "github.com/acme", "user@github.com", "-oops", "git hub.com", "github.com:0",
                    "g\u0456thub.com", "github.com:99999", "github.com?x", "\x1b[2J"):
            expect_done(connect(place, "github", "--host", bad, "--with-token", token=first), 2, wanting=[first, "\x1b"])
        expect(len(stored(place)) == 2, stored(place))


def check_remove_revokes(place):
    """CR-14: GitLab lets a client revoke; GitHub wants the application's secret, and the program says where to go."""
    with Provider() as provider:
        done = connect(place, "gitlab", "--host", provider.host, "--client-id", CLIENT_ID)
        expect_done(done, 0)
        token = next(iter(provider.tokens))
        expect_done(connect(place, "remove", "gitlab"), 0, "revoked", wanting=[token])
        expect(token in provider.revoked and not stored(place), "not revoked:", provider.revoked)
        expect(token not in everything_kept(place), "a removed token is kept")

        personal = provider.add_token()
        expect_done(with_token(place, provider, "github", personal), 0)
        done = connect(place, "remove", "github", "--json")
        told = document(done)
        expect(told["revoked"] is False and personal not in json.dumps(told), told)
        expect(f"{provider.host}/settings/" in told["advice"], "does not say where:", told)
        expect(not stored(place) and personal not in everything_kept(place), "it is kept")


def check_remove_when_the_provider_is_ill(place):
    """What is stored goes all the same, and it says that the token is still good."""
    with Provider() as provider:
        expect_done(connect(place, "gitlab", "--host", provider.host, "--client-id", CLIENT_ID), 0)
        provider.script("/oauth/revoke", *[Reply(503, {"message": "later"})] * 6)
        done = connect(place, "remove", "gitlab", "--json")
        told = document(done)
        expect(told["revoked"] is False and not stored(place), done.returncode, told, stored(place))


def check_interrupted_during_a_request(place):
    """While a token is tried nothing is stored yet; while one is revoked nothing is removed yet."""
    with Provider() as provider:
        for number, wanted in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            provider.script("/api/v3/user", Reply(200, {"login": "ada"}, delay=3))
            code, out = interrupted(place, provider, number, "github", "--host", provider.host, "--with-token", "--json",
                                    token=provider.add_token())
            expect(code == wanted and out.count(b"schema_version") == 1, "ends with", code, out)
            expect(not stored(place), "is stored:", stored(place))
        expect_done(connect(place, "gitlab", "--host", provider.host, "--client-id", CLIENT_ID), 0)
        provider.script("/oauth/revoke", Reply(200, {}, delay=3))
        code, out = interrupted(place, provider, signal.SIGINT, "remove", "gitlab", "--json")
        expect(code == 130 and out.count(b"schema_version") == 1 and stored(place), "ends with", code, out, stored(place))


def check_which_one_is_removed(place):
    with Provider() as one, Provider() as two:
        for provider in (one, two):
            expect_done(with_token(place, provider, "github", provider.add_token()), 0)
        expect_done(connect(place, "remove", "github"), 6, one.host, two.host)
        expect_done(connect(place, "remove", one.host), 0)
        expect(set(stored(place)) == {("github", two.host)}, stored(place))
        expect_done(connect(place, "remove", "github"), 0)
        expect(not stored(place), stored(place))

        for kind in ("github", "gitlab"):
            expect_done(with_token(place, one, kind, one.add_token(scopes=("repo", "api"))), 0)
        told = document(connect(place, "remove", one.host, "--json"))
        expect(told["exit_code"] == 6 and told["error"]["hint"].startswith("tinystacks connect remove "), told)
        expect_done(connect(place, *told["error"]["hint"].split()[2:]), 0)
        expect(len(stored(place)) == 1, "the hint does not tell them apart:", told, stored(place))


def check_no_secret_in_arguments(place):
    """CR-04: neither the token that a provider grants, nor the one that renews it."""
    with Provider() as provider, keyring(place):
        done, calls = place.traced(["-v", "-s", "9999", "-e", "trace=execve"], "connect", "gitlab", "--host", provider.host,
                                   "--client-id", CLIENT_ID, "-vv")
        expect(done.returncode == 0 and "secret-tool" in calls, done.returncode, done.stderr, calls[-300:])
        for secret in [*provider.tokens, *provider.refreshing, *provider.flows]:
            expect(secret not in calls, "a token is among arguments or environments")
            expect(secret.encode() not in done.stdout + done.stderr, "a token is printed with -vv")


def check_aws(place):
    with moto(place) as (environment, keys, _):
        place.environment.update(environment, **keys[1])
        done = connect(place, "aws")
        expect_done(done, 0, "123456789012", GUEST, wanting=[keys[1]["AWS_SECRET_ACCESS_KEY"]])
        row = stored(place)["aws", "123456789012"]
        expect(row["account"] == GUEST and row["kept_in"] == "none", row)
        told = document(connect(place, "aws", "--region", "eu-central-1", "--json"))["connection"]
        expect(told["address"] == "123456789012" and told["region"] == "eu-central-1", told)
        for secret in keys[1].values():
            expect(secret not in everything_kept(place), "AWS's keys are stored")


def check_aws_profile(place):
    with moto(place) as (environment, keys, _):
        place.environment.update(environment)
        (place.root / ".aws").mkdir()
        told = "[work]\naws_access_key_id = {}\naws_secret_access_key = {}\n".format(*keys[1].values())
        (place.root / ".aws/credentials").write_text(told)
        expect_done(connect(place, "aws", "--profile", "work"), 0, GUEST)
        expect(stored(place)["aws", "123456789012"]["profile"] == "work", stored(place))
        expect_done(connect(place, "aws", "--profile", "wrok"), 5, "wrok")
        expect_done(connect(place, "aws"), 4, "try:")


def check_aws_role(place):
    with moto(place) as (environment, keys, role):
        place.environment.update(environment, **keys[0])
        done = connect(place, "aws", "--role-arn", role, "--external-id", "shop/1")
        expect_done(done, 0, "assumed-role/deploy")
        row = stored(place)["aws", "123456789012"]
        expect(row["role_arn"] == role and row["external_id"] == "shop/1", row)
        for more in ([], ["--external-id", "shop/2"]):
            expect_done(connect(place, "aws", "--role-arn", role, *more), 4, "AssumeRole")
        expect_done(connect(place, "aws", "--external-id", "shop/1"), 2, "--role-arn")
        expect_done(connect(place, "aws", "--role-arn", role, "--profile", "p"), 2)
        expect_done(connect(place, "aws", "--role-arn", "arn:aws:iam::*:role/r"), 2)


def check_aws_with_bad_keys(place):
    with moto(place) as (environment, keys, _):
        place.environment.update(environment, **keys[1])
        place.environment["AWS_SECRET_ACCESS_KEY"] = "wrong" + keys[1]["AWS_SECRET_ACCESS_KEY"][5:]
        expect_done(connect(place, "aws"), 4, "SignatureDoesNotMatch")
        expect(not stored(place), stored(place))


if __name__ == "__main__":
    sys.exit(run_checks(globals(), sys.argv))
