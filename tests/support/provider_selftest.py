#!/usr/bin/env python3
"""Holds the GitHub that oauth_provider.py plays to GitHub's official description: every call that we make, and the answers.

usage: provider_selftest.py
"""
import json
import sys
import urllib.error
import urllib.request

import octokit
import prism
from oauth_provider import Provider, Repository
from recording_server import Reply

HOOK = {"name": "web", "active": True, "events": ["push"],
        "config": {"url": "https://example.com/hook", "content_type": "json", "secret": "s", "insecure_ssl": "0"}}
HOOKS = "/repos/acme/shop/hooks"
# Method, path, body, and the status that is told; 422 by GitHub's own words where the body is right.
CALLS = (
    ("GET", "/user", None, 200), ("GET", "/user/repos?per_page=100&sort=pushed", None, 200),
    ("GET", "/user/repos?page=2", None, 200), ("GET", "/repos/acme/shop", None, 200),
    ("GET", "/repos/acme/none", None, 404), ("GET", HOOKS, None, 200),
    ("POST", HOOKS, HOOK, 201), ("POST", HOOKS, HOOK, 422), ("GET", f"{HOOKS}?per_page=100", None, 200),
    ("PATCH", f"{HOOKS}/12345678", {"events": ["push", "create"]}, 200), ("PATCH", f"{HOOKS}/1", {"active": True}, 404),
    ("DELETE", f"{HOOKS}/12345678", None, 204), ("DELETE", f"{HOOKS}/12345678", None, 404), ("GET", HOOKS, None, 200),
    # What the description forbids is not let through.
    ("POST", HOOKS, {"name": 3}, 422), ("GET", "/nothing", None, 404),
)


def ask(url, method, token, body):
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json", "Content-Type": "application/json"}
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def problems(provider, server):
    token = provider.add_token(scopes=("repo", "admin:repo_hook"))
    for method, path, body, wanted in CALLS:
        status, text = ask(f"{server.url}/api/v3{path}", method, token, body)
        if status != wanted:
            yield f"{method} {path}: {status}, not {wanted}: {text.decode(errors='replace')[:300]}"
    status, _ = ask(f"{server.url}/api/v3/user", "GET", "bad", None)
    if status != 401:
        yield f"a bad token: {status}"
    provider.script("/api/v3/user", Reply(200, {"login": 7}))
    status, text = ask(f"{server.url}/api/v3/user", "GET", token, None)
    if status != 500:
        yield f"an answer that is not as described passes: {status} {text[:100]}"
    yield from provider.wrong


def main():
    try:
        described = octokit.description()
        with Provider() as provider, prism.serving(described, upstream=provider.url) as server:
            provider.behind, provider.page = server.url, 1
            provider.repositories += [Repository("acme", "shop"), Repository("acme", "web", private=False, branch=None)]
            wrong = list(problems(provider, server))
    except prism.Unavailable as why:
        print(f"skipped: {why}")
        return 77
    print("".join(f"{problem}\n" for problem in wrong) + f"{len(CALLS) + 2} calls, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
