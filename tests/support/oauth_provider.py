"""GitHub and GitLab for the tests: a recording server that plays how they let programs in, and whom it let in.

A `Provider` serves both on one port, as an organisation's own server of either does: the device flow under /login
(GitHub) and /oauth (GitLab), what programs ask under /api/v3 (github_api.py) and /api/v4 (gitlab_api.py). Tokens, users
and repositories are what a test puts into `tokens` and `repositories`; any path can be scripted to answer otherwise.

Sources: GitHub, "Authorizing OAuth apps", Device flow; GitLab, "OAuth 2.0 identity provider API", Device authorization
grant flow; RFC 8628.
"""
import dataclasses
import json
import pathlib
import secrets
import time

import github_api
import gitlab_api
from recording_server import RecordingServer, Reply

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures/oauth"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
CLIENT_ID = "Iv1.c0ffee0123456789"
# Where a flow begins and where it asks for its token.
BEGIN = {"github": "/login/device/code", "gitlab": "/oauth/authorize_device"}
POLL = {"github": "/login/oauth/access_token", "gitlab": "/oauth/token"}

SCOPES = {"github": "repo", "gitlab": "read_repository read_api"}


@dataclasses.dataclass
class Token:
    """`scopes` None: a fine-grained token of GitHub, which tells none. `kind`: oauth, personal or fine-grained."""
    login: str = "ada"
    scopes: tuple | None = ("repo",)
    kind: str = "personal"
    expires_at: float | None = None


@dataclasses.dataclass
class Repository:
    """`owner` may be nested on GitLab; `branch` None: it has no commit yet."""
    owner: str
    name: str
    branch: str | None = "main"
    private: bool = True
    push: bool = True
    administer: bool = True
    hooks: list = dataclasses.field(default_factory=list)

    @property
    def full_name(self):
        return f"{self.owner}/{self.name}"


class Provider(RecordingServer):
    """`pending` polls are answered with authorization_pending before a person at last grants what was asked for."""

    def __init__(self):
        self.tokens, self.repositories = {}, []
        self.login = "ada"
        self.pending, self.interval, self.expires_in = 0, 5, 900
        self.granted = None  # the scopes that a person grants, else those asked for
        self.page = 30
        self.limited_until = None  # a GitHub rate limit used up
        self.refreshing, self.access_lives, self.refresh_takes = {}, 7200, 0  # of GitLab's pairs, in seconds
        self.flows, self.revoked = {}, []
        self.behind = None  # the URL of what stands between
        self.clones = "https://git.example.com"  # where repositories are cloned from
        super().__init__()

    def play(self, kind, begin=(), polls=()):
        """Has a flow go as these files of tests/fixtures/oauth say; `https://HOST` in them is this server's own URL."""
        for path, names in ((BEGIN[kind], begin), (POLL[kind], polls)):
            for name in names:
                told = json.loads((FIXTURES / f"{name}.json").read_text().replace("https://HOST", self.url))
                self.script(path, Reply(**told))
        if begin:  # the fixtures' code is as good as one of ours
            self.flows["d" * 40] = {"scope": SCOPES[kind], "asked_at": 0, "interval": 5}

    def answer(self, request):
        routes = {("POST", BEGIN["github"]): lambda: self.begin(request, "github"),
                  ("POST", POLL["github"]): lambda: self.poll(request, "github"),
                  ("POST", BEGIN["gitlab"]): lambda: self.begin(request, "gitlab"),
                  ("POST", POLL["gitlab"]): lambda: self.gitlab_token(request),
                  ("POST", "/oauth/revoke"): lambda: self.revoke(request),
                  ("GET", "/oauth/token/info"): lambda: gitlab_api.token_info(self, request)}
        if route := routes.get((request.method, request.path)):
            return route()
        if request.path.startswith("/api/v3/"):
            return github_api.answer(self, request)
        if request.path.startswith("/api/v4/"):
            return gitlab_api.answer(self, request)
        return Reply(404, "<html>Page not found</html>", content_type="text/html")

    def check_form(self, request, *names):
        """Programs in everybody's hands have no secret, and GitHub answers with a form unless it is asked for JSON."""
        if request.headers.get("Content-Type", "").split(";")[0] != "application/x-www-form-urlencoded":
            self.complain(request, "sends", request.headers.get("Content-Type"))
        if request.headers.get("Accept") != "application/json":
            self.complain(request, "accepts", request.headers.get("Accept"))
        if request.headers.get("Authorization") or "client_secret" in request.form:
            self.complain(request, "sends a credential")
        if request.form.get("client_id") != CLIENT_ID or set(request.form) != {"client_id", *names}:
            self.complain(request, "sends the fields", sorted(request.form), request.form.get("client_id"))

    def begin(self, request, kind):
        self.check_form(request, "scope")
        code = secrets.token_hex(20)
        self.flows[code] = {"scope": request.form.get("scope", ""), "asked_at": request.at, "interval": self.interval}
        page = f"{self.url}/login/device" if kind == "github" else f"{self.url}/oauth/device"
        body = {"device_code": code, "user_code": "WDJB-MJHT", "verification_uri": page, "expires_in": self.expires_in,
                "interval": self.interval}
        if kind == "gitlab":
            body["verification_uri_complete"] = f"{page}?user_code=WDJB-MJHT"
        return Reply(200, body)

    def poll(self, request, kind):
        self.check_form(request, "device_code", "grant_type")
        if request.form.get("grant_type") != GRANT:
            return self.refuse(kind, "unsupported_grant_type")
        flow = self.flows.get(request.form.get("device_code"))
        if flow is None:
            return self.refuse(kind, "incorrect_device_code" if kind == "github" else "invalid_grant")
        early, flow["asked_at"] = request.at - flow["asked_at"] < flow["interval"], request.at
        if early:
            self.complain(request, "comes too early")
            flow["interval"] += 5
            return self.refuse(kind, "slow_down", interval=flow["interval"])
        if self.pending:
            self.pending -= 1
            return self.refuse(kind, "authorization_pending")
        del self.flows[request.form["device_code"]]
        return self.grant(kind, self.granted if self.granted is not None else tuple(flow["scope"].split()))

    @staticmethod
    def refuse(kind, error, **more):
        body = {"error": error, "error_description": f"the words of {error}", **more}
        return Reply(200 if kind == "github" else 400, body)

    def grant(self, kind, scopes):
        if kind == "github":
            token = self.add_token("gho_", scopes=scopes, kind="oauth")
            return Reply(200, {"access_token": token, "token_type": "bearer", "scope": ",".join(scopes)})
        now = time.time()
        token = self.add_token("", scopes=scopes, kind="oauth", expires_at=now + self.access_lives)
        refresh = secrets.token_hex(32)
        self.refreshing[refresh] = token
        return Reply(200, {"access_token": token, "token_type": "Bearer", "expires_in": self.access_lives,
                           "refresh_token": refresh, "scope": " ".join(scopes), "created_at": int(now)})

    def add_token(self, prefix="ghp_", **more):
        value = prefix + secrets.token_hex(18 if prefix else 32)
        self.tokens[value] = Token(**{"login": self.login, **more})
        return value

    def gitlab_token(self, request):
        if request.form.get("grant_type") != "refresh_token":
            return self.poll(request, "gitlab")
        self.check_form(request, "refresh_token", "grant_type")
        old = self.refreshing.pop(request.form.get("refresh_token"), None)
        if old is None:
            self.complain(request, "sends a refresh token that is void")
            return self.refuse("gitlab", "invalid_grant")
        scopes = self.tokens.pop(old).scopes
        return dataclasses.replace(self.grant("gitlab", scopes), delay=self.refresh_takes)

    def revoke(self, request):
        """GitLab's: of no use to GitHub, which wants the application's secret for it."""
        self.check_form(request, "token")
        token = request.form.get("token")
        self.tokens.pop(token, None)
        self.revoked.append(token)
        return Reply(200, {})

    def token_of(self, request):
        """The token that a request carries, when it is one of ours and good."""
        token = self.tokens.get(request.bearer)
        return token if token and (token.expires_at is None or token.expires_at > time.time()) else None

    def paged(self, request, rows, route):
        """One page of the rows, and where the next one is."""
        size = min(int(request.query.get("per_page", self.page)), self.page)
        page = int(request.query.get("page", 1))
        headers = {}
        if page * size < len(rows):
            query = "&".join(f"{name}={value}" for name, value in {**request.query, "page": page + 1}.items())
            headers["Link"] = f'<{self.public_url(request)}{route}?{query}>; rel="next"'
        return rows[(page - 1) * size:page * size], headers

    def public_url(self, request):
        """Where the client finds this server: something may stand between."""
        return self.behind or f"http://{request.headers['Host']}"
