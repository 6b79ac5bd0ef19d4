#!/usr/bin/env python3
"""`source create` asks GitHub and GitLab what it is not told, with the tokens that `connect` keeps.

usage: api_provider.py PROGRAM [NAME...]
"""
import json
import pathlib
import random
import shutil
import subprocess
import sys
import time

from checks import TIME_LIMIT, Skipped, expect, run_checks
from connections import connect, document, everything_kept, expect_done, folder, stored
from oauth_provider import CLIENT_ID, Provider, Repository, Token
from octokit import description
from prism import Unavailable, serving
from recording_server import Reply
from tinystacks_api import World

URLS = pathlib.Path(__file__).resolve().parent.parent / "fixtures/attack/urls/clone-urls.tsv"
ADA = "token-of-ada"
SCOPES = ("repo", "read_api", "read_repository")
FLAG = "--repository needs a value"  # which refuses what is empty, or begins with a dash
NO_TOOLSET = ("--format", "TERRAFORM", "--language", "hcl")


def serve(place):
    """A TinyStacks API, which the program is told of by its environment."""
    world = World()
    place.environment.update(TINYSTACKS_CONTROL=world.url, TINYSTACKS_TOKEN=ADA)
    return world


def connected(place, provider, kind):
    token = provider.add_token(scopes=SCOPES)
    expect_done(connect(place, kind, "--host", provider.host, "--with-token", token=token), 0)
    provider.requests.clear()
    return token


def create(place, *arguments, **more):
    return place.run("source", "create", *arguments, **more)


def repository_of(world, name):
    return world.state.sources["ada", name].record["repository"]


def work_tree(place, url):
    """A repository of Terraform whose origin is that URL, on a branch that is not the provider's default."""
    (place.work / "main.tf").write_text('resource "null_resource" "a" {}\n')
    for words in (["init", "--quiet", "--initial-branch", "feature"], ["remote", "add", "origin", url]):
        subprocess.run(["git", *words], cwd=place.work, check=True)
    place.commit()


def expect_kept_apart(world, provider, token):
    """OA-07: each token goes to its own host."""
    expect(all(each.bearer in (None, ADA) for each in world.requests), "the API gets another's token")
    expect(all(each.bearer == token for each in provider.requests), "the provider gets another's token")
    expect(not provider.wrong and not world.wrong, provider.wrong, world.wrong)


def check_in_a_repository(place):
    for kind, owner in (("github", "acme"), ("gitlab", "acme/platform")):
        shutil.rmtree(place.work)
        place.work.mkdir()
        with serve(place) as world, Provider() as provider:
            provider.repositories.append(Repository(owner, "shop", branch="trunk"))
            token = connected(place, provider, kind)
            work_tree(place, f"{provider.url}/{owner}/shop.git")
            done = create(place, "--json")
            expect(done.returncode == 0, kind, done.stdout, done.stderr)
            told = repository_of(world, "shop")
            wanted = {"cloneUrl": f"https://git.example.com/{owner}/shop.git", "owner": owner, "name": "shop", "provider": kind,
                      "defaultBranch": "trunk"}
            expect(wanted.items() <= told.items(), kind, told)
            expect_kept_apart(world, provider, token)


def check_by_name(place):
    """Among several pages of repositories, and in nested groups."""
    with serve(place) as world, Provider() as provider:
        provider.page = 2
        provider.repositories += [Repository("acme", f"other-{number}") for number in range(5)]
        provider.repositories += [Repository("acme", "shop", branch="trunk"), Repository("acme", "twice"),
                                  Repository("beta", "twice")]
        token = connected(place, provider, "github")
        for number, name in enumerate(("acme/shop", "shop", "SHOP")):
            done = create(place, f"made-{number}", "--repository", name, *NO_TOOLSET)
            expect_done(done, 0)
            told = repository_of(world, f"made-{number}")
            expect(told["owner"] == "acme" and told["defaultBranch"] == "trunk", name, told)
        expect_done(create(place, "--repository", "twice", *NO_TOOLSET), 2, "acme/twice", "beta/twice")
        for name in ("nothing", "acme/nothing", "nobody/shop"):
            expect_done(create(place, "--repository", name, *NO_TOOLSET), 5, name.rsplit("/", maxsplit=1)[-1])
        expect(len(world.state.sources) == 3, "made:", list(world.state.sources))
        expect_kept_apart(world, provider, token)


def check_a_server_that_is_connected(place):
    """It may be where nobody else's may: on a port of its own, inside this network."""
    with serve(place) as world, Provider() as provider:
        provider.repositories.append(Repository("acme", "shop"))
        provider.clones = provider.url
        connected(place, provider, "gitlab")
        expect_done(create(place, "--repository", "acme/shop", *NO_TOOLSET), 0)
        expect(repository_of(world, "shop")["cloneUrl"] == f"{provider.url}/acme/shop.git", repository_of(world, "shop"))
        provider.clones = "http://127.0.0.1:1"
        expect_done(create(place, "again", "--repository", "acme/shop", *NO_TOOLSET), 3, "nobody clones from this URL")
        expect(len(world.state.sources) == 1, "made:", list(world.state.sources))


def check_what_the_token_may_not_see(place):
    with serve(place) as world, Provider() as provider:
        provider.repositories.append(Repository("acme", "secret"))
        token = connected(place, provider, "github")
        provider.tokens[token].scopes = ("read:user",)  # taken from it since
        expect_done(create(place, "--repository", "acme/secret", *NO_TOOLSET), 5, "acme/secret", "connect")
        del provider.tokens[token]
        expect_done(create(place, "--repository", "acme/secret", *NO_TOOLSET), 4, "connect", wanting=[token])
        expect(not world.state.sources, "made all the same")


def check_nothing_connected(place):
    with serve(place) as world:
        expect_done(create(place, "--repository", "acme/shop", *NO_TOOLSET), 4, "tinystacks connect")
        work_tree(place, "https://github.com/acme/shop.git")
        done = create(place)
        expect_done(done, 0)
        told = repository_of(world, "shop")
        expect(told["cloneUrl"] == "https://github.com/acme/shop.git" and told["defaultBranch"] == "feature", told)


def check_environment_wins(place):
    with serve(place) as world, Provider() as provider:
        provider.repositories.append(Repository("acme", "shop"))
        connected(place, provider, "github")
        given = provider.add_token()
        place.environment.update(GH_TOKEN=given, GH_HOST=provider.host)
        expect_done(create(place, "--repository", "acme/shop", *NO_TOOLSET), 0, wanting=[given])
        expect_kept_apart(world, provider, given)


def check_pages_elsewhere_get_no_token(place):
    with serve(place), Provider() as provider, Provider() as elsewhere:
        token = connected(place, provider, "github")
        for reply in (Reply(200, [], {"Link": f'<{elsewhere.url}/api/v3/user/repos?page=2>; rel="next"'}),
                      Reply(302, b"", {"Location": f"{elsewhere.url}/api/v3/user/repos"})):
            provider.script("/api/v3/user/repos", reply)
            expect_done(create(place, "--repository", "shop", *NO_TOOLSET), 1, wanting=[token])
        circle = Reply(200, [], {"Link": f'<{provider.url}/api/v3/user/repos>; rel="next"'})
        provider.script("/api/v3/user/repos", *[circle] * 500)
        began = time.monotonic()
        create(place, "--repository", "shop", *NO_TOOLSET)
        expect(time.monotonic() - began < 30, "took", time.monotonic() - began, "s")
        expect(len(provider.asked("/api/v3/user/repos")) < 300, "pages without end are followed")
        expect(not elsewhere.requests, "the token went elsewhere:", elsewhere.requests)


def check_by_githubs_own_description(place):
    try:
        described = description()
        with serve(place) as world, Provider() as provider, serving(described, upstream=provider.url) as server:
            provider.behind, provider.page = server.url, 1
            provider.repositories += [Repository("acme", "other"), Repository("acme", "shop", branch="trunk")]
            host = server.url.removeprefix("http://")
            expect_done(connect(place, "github", "--host", host, "--with-token", token=provider.add_token()), 0)
            for name in ("acme/shop", "shop"):
                expect_done(create(place, name.replace("/", "-"), "--repository", name, *NO_TOOLSET), 0)
                expect(repository_of(world, name.replace("/", "-"))["defaultBranch"] == "trunk", name)
            expect(not server.refusals() and not provider.wrong, server.refusals(), provider.wrong)
    except Unavailable as why:
        raise Skipped(why) from why


def check_clone_urls_that_are_refused(place):
    """Cases U: before anything is asked or started."""
    place.program_on_path("git", f"touch {place.root}/git-started; exec /usr/bin/git \"$@\"")
    with serve(place) as world, Provider() as provider:
        connected(place, provider, "github")
        rows = [line.split("\t") for line in URLS.read_text().splitlines()]
        expect(len(rows) >= 30, "the cases are not there")
        wrong = []
        for number, (url, words) in enumerate(rows):
            done = create(place, f"made-{number}", *NO_TOOLSET, f"--repository={url}")
            text = (done.stdout + done.stderr).decode().lower()
            if done.returncode != 2 or (words.lower() not in text and FLAG not in text):
                wrong.append(f"{url[:60]!r} exits {done.returncode}, says {text[:200]!r} without {words!r}")
            if "ghp_" in text:
                wrong.append(f"{url!r}: the token is printed")
        expect(not wrong, "\n  ".join([f"{len(wrong)} go wrong:", *wrong]))
        expect(not world.state.sources and not provider.requests, "asked, or made:", provider.requests, list(world.state.sources))
        expect(not (place.root / "git-started").exists(), "git was started")


def log_in_to_gitlab(place, provider):
    """By the device flow; its token ends within the margin in which it is renewed."""
    provider.access_lives = 120
    expect_done(connect(place, "gitlab", "--host", provider.host, "--client-id", CLIENT_ID), 0)
    provider.access_lives = 7200
    provider.requests.clear()


def renewals(provider):
    return [each for each in provider.asked("/oauth/token") if each.form.get("grant_type") == "refresh_token"]


def check_renewed_once(place):
    """CR-14: whoever comes first renews it, the others wait for the new pair."""
    with serve(place) as world, Provider() as provider:
        provider.repositories.append(Repository("acme", "shop"))
        log_in_to_gitlab(place, provider)
        old = set(provider.tokens) | set(provider.refreshing)
        provider.refresh_takes = 1
        command = [place.program, "source", "create", "--repository", "acme/shop", *NO_TOOLSET]
        children = [subprocess.Popen([*command, f"made-{number}"], env=place.environment, cwd=place.work,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                    for number in range(6)]
        for child in children:
            said = child.communicate(timeout=TIME_LIMIT)[1]
            expect(child.returncode == 0, "one of six exits", child.returncode, said)
        expect(len(renewals(provider)) == 1 and not provider.wrong, len(renewals(provider)), provider.wrong)
        kept = everything_kept(place)
        expect(all(token in kept for token in [*provider.tokens, *provider.refreshing]), "the new pair is not on disk")
        expect(not any(token in kept for token in old), "the old pair is kept")
        expect(len(world.state.sources) == 6, list(world.state.sources))
        expect_done(create(place, "again", "--repository", "acme/shop", *NO_TOOLSET), 0)
        expect(len(renewals(provider)) == 1, "renewed without need")


def check_a_refresh_token_that_is_void(place):
    with serve(place), Provider() as provider:
        provider.repositories.append(Repository("acme", "shop"))
        log_in_to_gitlab(place, provider)
        provider.refreshing.clear()
        done = create(place, "--repository", "acme/shop", *NO_TOOLSET)
        expect_done(done, 4, "tinystacks connect gitlab")
        expect(stored(place), "a refusal may pass, and the connection is gone")


def check_killed_while_it_renews(place):
    """CR-14: still logged in afterwards, or told clearly to log in again; never a broken file."""
    with serve(place), Provider() as provider:
        provider.repositories.append(Repository("acme", "shop"))
        log_in_to_gitlab(place, provider)
        saved = place.root / "saved"
        shutil.copytree(folder(place), saved)
        pair = json.loads((saved / "credentials.json").read_text())["credentials"].popitem()[1]
        provider.refresh_takes = 0.02
        chance, ends = random.Random(6), []
        for round_number in range(25):
            shutil.rmtree(folder(place))
            shutil.copytree(saved, folder(place))
            provider.refreshing = {pair["refresh_token"]: pair["access_token"]}
            provider.tokens[pair["access_token"]] = Token(scopes=SCOPES, kind="oauth", expires_at=time.time() + 60)
            command = [place.program, "source", "create", f"a-{round_number}", "--repository", "acme/shop", *NO_TOOLSET]
            with subprocess.Popen(command, env=place.environment, cwd=place.work, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
                time.sleep(chance.uniform(0, 0.08))
                child.kill()
            done = create(place, f"b-{round_number}", "--repository", "acme/shop", *NO_TOOLSET)
            expect(done.returncode in (0, 4), "round", round_number, "exits", done.returncode, done.stderr)
            expect(done.returncode == 0 or b"tinystacks connect gitlab" in done.stderr, done.stderr)
            document(connect(place, "list", "--json"), "connections")
            ends.append(done.returncode)
        expect(0 in ends, "never logged in afterwards:", ends)


if __name__ == "__main__":
    sys.exit(run_checks(globals(), sys.argv))
