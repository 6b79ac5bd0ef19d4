"""What programs ask GitHub, under /api/v3: users, repositories, webhooks. Part of oauth_provider.py.

Source: GitHub's REST description, version 2022-11-28; tests/support/octokit.py has the replies checked against it.
"""
import datetime
import re
import time

from recording_server import Reply

THEN = "2024-01-26T19:01:12Z"
USER_URLS = ("events", "followers", "following", "gists", "organizations", "received_events", "repos", "starred", "subscriptions")
REPOSITORY_URLS = (
    "archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits", "compare", "contents", "contributors",
    "deployments", "downloads", "events", "forks", "git_commits", "git_refs", "git_tags", "hooks", "issue_comment",
    "issue_events", "issues", "keys", "labels", "languages", "merges", "milestones", "notifications", "pulls", "releases",
    "stargazers", "statuses", "subscribers", "subscription", "tags", "teams", "trees")
VERSIONS = (None, "2022-11-28")


def answer(world, request):
    if not request.headers.get("User-Agent"):
        return failure(403, "Request forbidden by administrative rules.")
    if request.headers.get("X-GitHub-Api-Version") not in VERSIONS or request.headers.get("Accept") not in (
            "application/vnd.github+json", "application/json"):
        world.complain(request, "accepts", request.headers.get("Accept"), request.headers.get("X-GitHub-Api-Version"))
    token = world.token_of(request)
    if token is None:
        return failure(401, "Bad credentials")
    if world.limited_until:
        return failure(403, f"API rate limit exceeded for user ID {len(token.login)}.", **limits(0, world.limited_until))
    reply = route(world, request, token)
    reply.headers.update(limits(4999, time.time() + 3600))
    if token.scopes is not None:
        reply.headers["X-OAuth-Scopes"] = ", ".join(token.scopes)
    if token.expires_at:
        when = datetime.datetime.fromtimestamp(token.expires_at, datetime.timezone.utc)
        reply.headers["GitHub-Authentication-Token-Expiration"] = when.strftime("%Y-%m-%d %H:%M:%S UTC")
    return reply


def route(world, request, token):
    path = request.path.removeprefix("/api/v3")
    api = world.public_url(request) + "/api/v3"
    if (request.method, path) == ("GET", "/user"):
        return Reply(200, user(api, token.login) | user_details())
    if (request.method, path) == ("GET", "/user/repos"):
        rows, headers = world.paged(request, world.repositories, request.path)
        return Reply(200, [repository(api, world.clones, each) for each in rows], headers)
    found = re.fullmatch(r"/repos/([^/]+)/([^/]+)(/hooks(?:/(\d+))?)?", path)
    chosen = found and next((each for each in world.repositories if each.full_name == f"{found[1]}/{found[2]}"), None)
    if not chosen or (token.scopes is not None and chosen.private and "repo" not in token.scopes):
        return failure(404, "Not Found")
    if not found[3]:
        return Reply(200, repository(api, world.clones, chosen)) if request.method == "GET" else failure(404, "Not Found")
    if not chosen.administer:
        return failure(404, "Not Found")
    return hooks(world, request, f"{api}/repos/{chosen.full_name}/hooks", chosen, found[4] and int(found[4]))


def failure(status, message, **headers):
    body = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def limits(remaining, reset):
    return {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": str(remaining), "X-RateLimit-Reset": str(int(reset)),
            "X-RateLimit-Resource": "core"}


def user(api, login):
    url = f"{api}/users/{login}"
    return {"login": login, "id": 7, "node_id": "MDQ6VXNlcjc=", "avatar_url": f"{api}/avatars/7", "gravatar_id": "",
            "url": url, "html_url": url, "type": "User", "site_admin": False,
            **{f"{name}_url": f"{url}/{name}" for name in USER_URLS}}


def user_details():
    return {"user_view_type": "public", "name": "Ada", "company": None, "blog": "", "location": None, "email": None,
            "hireable": None, "bio": None, "public_repos": 2, "public_gists": 0, "followers": 0, "following": 0,
            "created_at": THEN, "updated_at": THEN}


def repository(api, clones, row):
    url, web = f"{api}/repos/{row.full_name}", f"{api.removesuffix('/api/v3')}/{row.full_name}"
    counts = ("forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers",
              "watchers_count", "network_count", "subscribers_count")
    return {"id": 1296269 + len(row.full_name), "node_id": "MDEwOlJlcG9zaXRvcnk=", "name": row.name, "full_name": row.full_name,
            "owner": user(api, row.owner), "private": row.private, "html_url": web, "description": None, "fork": False,
            "url": url, "clone_url": f"{clones}/{row.full_name}.git",
            "git_url": f"git:{web.removeprefix('http:')}.git", "svn_url": web, "mirror_url": None,
            "ssh_url": f"git@{web.removeprefix('http://').replace('/', ':', 1)}.git", "homepage": None, "language": None,
            "default_branch": row.branch or "main", "archived": False, "disabled": False, "license": None,
            "has_issues": True, "has_projects": True, "has_wiki": True, "has_pages": False, "has_downloads": True,
            "has_discussions": False, "pushed_at": THEN, "created_at": THEN, "updated_at": THEN,
            "permissions": {"admin": row.administer, "maintain": row.administer, "push": row.push, "triage": row.push,
                            "pull": True},
            "visibility": "private" if row.private else "public", **dict.fromkeys(counts, 0),
            **{f"{name}_url": f"{url}/{name}" for name in REPOSITORY_URLS}}


def hooks(world, request, url, row, number):
    """GitHub refuses a second webhook of the same URL and events."""
    if request.method == "GET" and number is None:
        rows, headers = world.paged(request, row.hooks, request.path)
        return Reply(200, [hook(url, each) for each in rows], headers)
    if request.method == "POST" and number is None:
        wanted = request.json
        if any(each["config"]["url"] == wanted["config"]["url"] for each in row.hooks):
            return failure(422, "Validation Failed: Hook already exists on this repository")
        row.hooks.append({"id": 12345678 + len(row.hooks), "active": wanted.get("active", True),
                          "events": wanted.get("events", ["push"]), "config": wanted["config"]})
        return Reply(201, hook(url, row.hooks[-1]))
    chosen = next((each for each in row.hooks if each["id"] == number), None)
    if chosen is None:
        return failure(404, "Not Found")
    if request.method == "DELETE":
        row.hooks.remove(chosen)
        return Reply(204)
    if request.method == "PATCH":
        chosen.update({name: value for name, value in request.json.items() if name in ("active", "events")})
        chosen["config"] = {**chosen["config"], **request.json.get("config", {})}
    return Reply(200, hook(url, chosen))


def hook(url, row):
    """A secret is never told again."""
    config = {**row["config"], **({"secret": "********"} if row["config"].get("secret") else {})}
    mine = f"{url}/{row['id']}"
    return {"type": "Repository", "id": row["id"], "name": "web", "active": row["active"], "events": row["events"],
            "config": config, "updated_at": THEN, "created_at": THEN, "url": mine, "test_url": f"{mine}/test",
            "ping_url": f"{mine}/pings", "deliveries_url": f"{mine}/deliveries",
            "last_response": {"code": None, "status": "unused", "message": None}}
