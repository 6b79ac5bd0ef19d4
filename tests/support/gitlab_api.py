"""What programs ask GitLab, under /api/v4: users, tokens, projects, webhooks. Part of oauth_provider.py.

Sources: GitLab's documentation of its REST API: "Users API", "Personal access tokens API", "Projects API", "Project
webhooks API", and "OAuth 2.0 identity provider API", Retrieve the token information.
"""
import datetime
import re
import time
import urllib.parse

from recording_server import Reply

THEN = "2024-01-26T19:01:12.000Z"
DEVELOPER, MAINTAINER = 30, 40


def answer(world, request):
    if "PRIVATE-TOKEN" in request.headers:
        world.complain(request, "sends PRIVATE-TOKEN, which follows a redirect")
    token = world.token_of(request)
    if token is None:
        return Reply(401, {"message": "401 Unauthorized"})
    path = request.path.removeprefix("/api/v4")
    if (request.method, path) == ("GET", "/user") and {"api", "read_api", "read_user"} & set(token.scopes):
        return Reply(200, user(world, request, token.login))
    if path == "/personal_access_tokens/self":
        return own_token(world, request, token)
    if not {"api", "read_api"} & set(token.scopes):
        return insufficient()
    if (request.method, path) == ("GET", "/projects"):
        rows = [each for each in world.repositories if request.query.get("search", "").lower() in each.full_name.lower()]
        rows, headers = world.paged(request, rows, request.path)
        return Reply(200, [project(world, request, each) for each in rows], headers)
    found = re.fullmatch(r"/projects/([^/]+)(/hooks(?:/(\d+))?)?", path)
    name = found and urllib.parse.unquote(found[1])
    chosen = next((each for each in world.repositories if name in (each.full_name, number_of(each))), None)
    if not chosen:
        return Reply(404, {"message": "404 Project Not Found"})
    if not found[2]:
        return Reply(200, project(world, request, chosen)) if request.method == "GET" else Reply(404, {"error": "404 Not Found"})
    if request.method != "GET" and "api" not in token.scopes:
        return insufficient()
    if not chosen.administer:
        return Reply(403, {"message": "403 Forbidden"})
    return hooks(world, request, chosen, found[3] and int(found[3]))


def insufficient():
    return Reply(403, {"error": "insufficient_scope", "error_description": "The request requires higher privileges than provided "
                       "by the access token.", "scope": "api read_api"})


def user(world, request, login):
    web = world.public_url(request)
    return {"id": 7, "username": login, "name": "Ada", "state": "active", "locked": False, "avatar_url": None,
            "web_url": f"{web}/{login}", "created_at": THEN, "bio": "", "email": f"{login}@example.com",
            "two_factor_enabled": True, "external": False, "private_profile": False}


def own_token(world, request, token):
    """Of personal tokens only: others are not found."""
    if token.kind != "personal":
        return Reply(404, {"message": "404 Not found"})
    if request.method == "DELETE":
        del world.tokens[request.bearer]
        world.revoked.append(request.bearer)
        return Reply(204)
    ends = token.expires_at and datetime.datetime.fromtimestamp(token.expires_at, datetime.timezone.utc).date().isoformat()
    return Reply(200, {"id": 4, "name": "laptop", "revoked": False, "created_at": THEN, "description": "", "scopes":
                       list(token.scopes), "user_id": 7, "last_used_at": THEN, "active": True, "expires_at": ends})


def token_info(world, request):
    """Of tokens that the device flow granted only."""
    token = world.token_of(request)
    if token is None or token.kind != "oauth":
        return Reply(401, {"error": "invalid_token", "error_description": "The access token is invalid", "state": "unauthorized"})
    return Reply(200, {"resource_owner_id": 7, "scope": list(token.scopes), "created_at": int(time.time()),
                       "expires_in": token.expires_at and int(token.expires_at - time.time()),
                       "application": {"uid": "1cb242f495280beb4291e64bee2a17f330902e499882fe8e1e2aa875519cab33"}})


def number_of(row):
    return str(3000 + sum(row.full_name.encode()))


def project(world, request, row):
    web = f"{world.public_url(request)}/{row.full_name}"
    level = MAINTAINER if row.administer else DEVELOPER if row.push else 20
    return {"id": int(number_of(row)), "description": None, "name": row.name, "path": row.name,
            "name_with_namespace": row.full_name.replace("/", " / "), "path_with_namespace": row.full_name, "created_at": THEN,
            "default_branch": row.branch, "ssh_url_to_repo": f"git@{web.removeprefix('http://').replace('/', ':', 1)}.git",
            "http_url_to_repo": f"{world.clones}/{row.full_name}.git", "web_url": web, "last_activity_at": THEN, "empty_repo": row.branch is None,
            "visibility": "private" if row.private else "public", "archived": False,
            "namespace": {"id": 9, "name": row.owner, "path": row.owner.split("/")[-1], "kind": "group", "full_path": row.owner},
            "permissions": {"project_access": None, "group_access": {"access_level": level, "notification_level": 3}}}


def hooks(world, request, row, number):
    """GitLab takes any number of webhooks of the same URL, and never tells a token again."""
    if request.method == "GET" and number is None:
        rows, headers = world.paged(request, row.hooks, request.path)
        return Reply(200, [told(each) for each in rows], headers)
    if request.method == "POST" and number is None:
        row.hooks.append({"id": 1 + len(row.hooks), "project_id": int(number_of(row)), "created_at": THEN,
                          "enable_ssl_verification": True, "push_events": True, **fields(request)})
        return Reply(201, told(row.hooks[-1]))
    chosen = next((each for each in row.hooks if each["id"] == number), None)
    if chosen is None:
        return Reply(404, {"message": "404 Not found"})
    if request.method == "DELETE":
        row.hooks.remove(chosen)
        return Reply(204)
    if request.method == "PUT":
        chosen.update(fields(request))
    return Reply(200, told(chosen))


def fields(request):
    is_json = request.headers.get("Content-Type", "").startswith("application/json")
    return request.json if is_json else request.form


def told(hook):
    return {name: value for name, value in hook.items() if name != "token"}
