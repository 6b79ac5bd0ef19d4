#!/usr/bin/env python3
"""usage: api_selftest.py

The server of the API that the program's tests talk to, without the program: that a story goes on, that what no right
client sends is noticed, and that it fails as it is told to.
"""
import json
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

from played_api import BROKEN, FAILING, Course
from tinystacks_api import World

SOURCE = {"name": "web", "repository": {"cloneUrl": "https://git.example.com/acme/web.git"},
          "infrastructureCodeType": {"format": "TERRAFORM", "language": "hcl"}, "somethingNew": {"kept": [1.5, None]},
          "parameters": {"size": {"propertyType": "Number", "required": True}}}
STACK = {"name": "shop", "source": {"name": "web", "targetVersion": "1"}, "parameters": {"size": {"value": 3}},
         "stages": [{"name": "dev", "region": "us-east-1"}, {"name": BROKEN, "region": "us-east-1"}]}
SOURCES, STACKS = "/infrastructure-code-sources", "/infrastructure-code-stacks"


def ask(world, method, path, body=None, token="token-of-ada", **headers):
    """Status and answer; JSON is read."""
    headers = {"User-Agent": "tinystacks/test", **headers}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers.setdefault("Content-Type", "application/json")
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(world.url + path, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            text, status, kind = answer.read(), answer.status, answer.headers.get_content_type()
    except urllib.error.HTTPError as error:
        text, status, kind = error.read(), error.code, error.headers.get_content_type()
    return status, json.loads(text) if kind == "application/json" else text.decode()


def get(world, path, **more):
    status, answer = ask(world, "GET", path, **more)
    assert status == 200, (path, status, answer)
    return answer


def check_source(world):
    """A check that fails, is mended, and is published."""
    status, made = ask(world, "POST", SOURCES, {**SOURCE, "description": FAILING})
    assert (status, made["owner"], made["somethingNew"]) == (201, "ada", SOURCE["somethingNew"]), made
    assert "endTime" not in made["buildDetails"]["gitIngestion"]
    assert ask(world, "POST", SOURCES, SOURCE)[0] == 409
    logs = [len(get(world, f"{SOURCES}/logs/web"))]
    while "endTime" not in get(world, f"{SOURCES}/web")["buildDetails"]["gitIngestion"]:
        logs.append(len(get(world, f"{SOURCES}/logs/web")))
        assert len(logs) < 5
    logs.append(len(get(world, f"{SOURCES}/logs/web")))
    assert logs == sorted(logs) and logs[0] < logs[-1] and len(logs) > 2, logs
    details = get(world, f"{SOURCES}/web")["buildDetails"]["gitIngestion"]
    assert (details["status"], details["error"]) == ("FAILED", "exit status 1"), details
    assert ask(world, "PUT", f"{SOURCES}/versions/web", {"version": "1"})[0] == 409
    world.state.next_checks.append(Course(appears_after=2, lines=["again"]))
    assert ask(world, "PUT", f"{SOURCES}/web", SOURCE)[0] == 202
    seen = [get(world, f"{SOURCES}/web")["buildDetails"]["gitIngestion"] for _ in range(4)]
    assert [each.get("status") for each in seen] == ["FAILED", "IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED"], seen
    assert ask(world, "PUT", f"{SOURCES}/versions/web", {"version": "1"}) == (200, "")
    assert get(world, f"{SOURCES}/web?version=1")["latestVersion"] == "1"


def check_stack(world):
    """Its deployments appear late, end, and leave outputs; one of another begins beside ours."""
    check_source(world)
    assert ask(world, "POST", STACKS, {**STACK, "parameters": {}})[0] == 422
    assert ask(world, "POST", STACKS, STACK)[0] == 201
    listed = f"{STACKS}/deployments/shop"
    runs = [get(world, listed)[0] for _ in range(3)]
    assert [("finishTime" in each, each["status"]) for each in runs] == [(False, "IN_PROGRESS")] * 2 + [(True, "SUCCEEDED")], runs
    assert get(world, f"{STACKS}/shop")["source"]["currentVersion"] == "1"
    world.state.next_deployments.append(Course(word="NOT_A_KNOWN_WORD", appears_after=1, beside=1, lines=["one", "two", "three"]))
    assert ask(world, "PUT", f"{STACKS}/shop/dev/deploy") == (202, "")
    assert [len(get(world, listed)) for _ in range(2)] == [1, 3]
    one = f"{listed}/logs?deploymentId={get(world, listed)[0]['deploymentId']}"
    assert [len(get(world, one)) for _ in range(2)] == [1, 2]
    get(world, listed)
    assert len(get(world, one)) == 3 and get(world, listed)[0]["status"] == "NOT_A_KNOWN_WORD"
    assert ask(world, "PUT", f"{STACKS}/shop/{BROKEN}/deploy")[0] == 202
    assert [get(world, listed)[0]["status"] for _ in range(3)][-1] == "FAILED"
    for path in (f"{listed}/events", f"{STACKS}/outputs/shop", f"{STACKS}/resources/shop", f"{STACKS}/shop/stackEvents",
                 f"{SOURCES}/admin/web", f"{SOURCES}/versions/web", STACKS, SOURCES):
        assert get(world, path), path
    assert get(world, f"{STACKS}/admin/shop/ada")["version"] == "1"
    assert ask(world, "PUT", f"{STACKS}/parameters/shop", {"parameters": {"size": {"value": 4}}}) == (200, "")
    assert ask(world, "PUT", f"{STACKS}/shop", STACK)[0] == 202
    assert get(world, f"{STACKS}?sourceName=other") == [] and ask(world, "DELETE", f"{SOURCES}/web", {})[0] == 409
    assert ask(world, "DELETE", f"{STACKS}/shop", {})[0] == 202 and ask(world, "GET", f"{STACKS}/shop")[0] == 404
    assert ask(world, "PUT", f"{SOURCES}/parameters/web", {"parameters": {}, "version": "2"})[0] == 200
    assert ask(world, "DELETE", f"{SOURCES}/web", {})[0] == 200 and get(world, SOURCES) == [] and get(world, "/ping")


def check_owners(world):
    assert ask(world, "GET", SOURCES, token="token-of-eve") == (401, {
        "name": "UnauthenticatedError", "message": "The token is not valid", "status": 401, "type": "Unauthenticated"})
    assert ask(world, "GET", SOURCES, token="token-of-bob", group="TinyStacks")[0] == 403
    assert ask(world, "POST", SOURCES, SOURCE, group="TinyStacks")[1]["owner"] == "group:TinyStacks"
    assert get(world, SOURCES) == [] and len(get(world, SOURCES, group="TinyStacks")) == 1


def check_strictness(world):
    """Each of these is refused, and noted."""
    for number, (method, path, body, more) in enumerate([
            ("GET", "/infrastructure-code-source/", None, {}), ("GET", f"{SOURCES}?sort=name", None, {}),
            ("DELETE", f"{SOURCES}/web", None, {}), ("PUT", f"{STACKS}/shop/dev/deploy", {}, {}),
            ("POST", SOURCES, {"name": 1}, {}), ("POST", SOURCES, b'{"name":"a","name":"b"}', {}), ("POST", SOURCES, b"{", {}),
            ("POST", SOURCES, {}, {"Content-Type": "text/plain"}), ("GET", SOURCES, None, {"Cookie": "a=b"}),
            ("GET", SOURCES, None, {"User-Agent": "curl"}), ("GET", SOURCES, None, {"token": None})]):
        status, answer = ask(world, method, path, body, **more)
        assert status in (400, 401, 404) and len(world.wrong) == number + 1, (method, path, status, answer, world.wrong)
    world.wrong.clear()


def check_faults(world):
    world.refuse(429, "Validation", "slowly", SOURCES, headers={"Retry-After": "7"})
    assert ask(world, "GET", SOURCES)[1]["message"] == "slowly" and get(world, SOURCES) == []
    world.fail("POST", SOURCES, carried_out=True, hang_up=True)
    world.fail("GET", SOURCES, cut=True, body=[1, 2, 3])
    for method, body in (("POST", SOURCE), ("GET", None)):
        try:
            raise AssertionError(f"was answered {ask(world, method, SOURCES, body)}")
        except OSError:
            pass
        except Exception as error:  # http.client's own say what is missing
            assert type(error).__name__ in ("RemoteDisconnected", "IncompleteRead"), error
    assert len(get(world, SOURCES)) == 1
    ask(world, "POST", "/_world/faults", {"path": "/ping", "status": 502, "body": "<html>", "content_type": "text/html", "delay": 0.2})
    began = time.monotonic()
    assert ask(world, "GET", "/ping", token=None) == (502, "<html>") and time.monotonic() - began >= 0.2
    world.add_many(sources=1000, stacks=3)
    assert len(get(world, "/_world/state")["sources"]) == 1001 and len(get(world, STACKS)) == 3
    assert [each["path"] for each in get(world, "/_world/requests")].count(SOURCES) == 5


def check_own_process(_):
    command = [sys.executable, pathlib.Path(__file__).with_name("tinystacks_api.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        other = type("Other", (), {"url": f"http://127.0.0.1:{server.stdout.readline().strip()}"})
        assert get(other, "/ping") == "Healthy Connection"
        server.terminate()


def main():
    checks = [check_source, check_stack, check_owners, check_strictness, check_faults, check_own_process]
    for check in checks:
        with World() as world:
            check(world)
            assert world.wrong == [], world.wrong
    print(f"{len(checks)} passed, 0 failed")


if __name__ == "__main__":
    main()
