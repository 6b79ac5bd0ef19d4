#!/usr/bin/env python3
"""Serves a story on a loopback port, in front of moto.

usage: python3 -m rollouts.server --story FILE [--port PORT] [--moto URL] [--image REPOSITORY] [--speed N]

What the story plays is answered from its state at the moment asked; everything else goes to moto and back as it is.
For tests: GET /_rollouts (clock, truth, marks, number of calls), GET /_rollouts/calls, and, with --speed 0,
POST /_rollouts/advance?seconds=N.
"""
import argparse
import collections
import http.client
import http.server
import json
import re
import socket
import struct
import threading
import time
import urllib.parse
import xml.sax.saxutils

from . import ecs, elbv2, faults, logs, stories
from .clock import Agenda, Clock
from .lambda_ import Function, Lambda
from .names import ACCOUNT, REGION, Refused, uuid
from .scheduler import Service

IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/app"
STARTS_THE_STORY = ("UpdateService", "UpdateFunctionCode", "UpdateFunctionConfiguration")
ELBV2 = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"
NOT_PASSED_ON = ("connection", "transfer-encoding", "content-length", "expect")
Call = collections.namedtuple("Call", "operation form prefix answer")  # form: json, query, rest; answer is None for moto


class World:
    """Everything a request can reach, behind one lock."""

    def __init__(self, story, moto=None, image=IMAGE, speed=1.0):
        self.story, self.clock, self.agenda, self.lock = story, Clock(speed), Agenda(), threading.RLock()
        self.moto = urllib.parse.urlsplit(moto) if moto else None
        self.faults, self.calls = faults.Faults(story.get("faults", []), self.clock), []
        self.service = self.function = None
        if "lambda" in story:
            self.function = Function(story, self.clock, self.agenda, image)
            self.rest = Lambda(self.function)
        else:
            self.service = Service(story, self.clock, self.agenda, image)
            self.by_target = {"AmazonEC2ContainerServiceV20141113": (ecs.Ecs(self.service), ecs.OPERATIONS, "ecs"),
                              "Logs_20140328": (logs.Logs(self.service), logs.OPERATIONS, "logs")}
            self.balancers = elbv2.Elbv2(self.service)

    def look(self):
        """The world as it is now; to be called with the lock held."""
        now = self.clock.now()
        self.agenda.run_until(now)
        return now

    def report(self):
        with self.lock:
            now = self.look()
            counts = collections.Counter(call["operation"] for call in self.calls)
            return {"now": now, "began": self.clock.began[1] if self.clock.began else None, "speed": self.clock.speed,
                    "truth": (self.service or self.function).truth(), "marks": self.agenda.marks, "calls": counts,
                    "certain": self.agenda.moment(self.story.get("truth", {}).get("certain"))}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize, disable_nagle_algorithm = -1, True  # head and body leave together
    world = None

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def do_POST(self):
        body, url = self._read_body(), urllib.parse.urlsplit(self.path)
        if url.path.startswith("/_rollouts"):
            self._administer(url)
            return
        world, began = self.world, time.time()
        call = self._route(url, body)
        key = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
        with world.lock:
            if call.operation in STARTS_THE_STORY:
                world.clock.begin()  # a change that is refused begins it too
            now = world.look()
            fault = world.faults.find(call.operation, now, key[1] if key else "")
        status = self._fail(call, fault) if fault else None
        if status is None:
            status = self._answer(call, body)
        world.calls.append({"at": began, "now": round(now, 3), "operation": call.operation, "status": status,
                            "fault": fault["is"] if fault else None, "agent": self.headers.get("User-Agent", ""),
                            "key": key[1] if key else ""})

    do_GET = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_POST

    def _read_body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _administer(self, url):
        world = self.world
        if url.path == "/_rollouts/advance":
            with world.lock:
                world.clock.advance(float(urllib.parse.parse_qs(url.query)["seconds"][0]))
        reply = world.calls if url.path == "/_rollouts/calls" else world.report()
        self._send(200, json.dumps(reply).encode(), {"Content-Type": "application/json"})

    # -- who answers

    def _route(self, url, body):
        world, target = self.world, self.headers.get("X-Amz-Target", "")
        service, _, operation = target.partition(".")
        if target:
            player, known, prefix = (world.by_target if world.service else {}).get(service, (None, (), service))
            if operation not in known:
                return Call(operation, "json", prefix, None)
            return Call(operation, "json", prefix, lambda: getattr(player, operation)(json.loads(body or b"{}")))
        if "x-www-form-urlencoded" in self.headers.get("Content-Type", ""):
            form = dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
            operation = form.get("Action", "")
            ours = world.service and form.get("Version") == "2015-12-01" and operation in elbv2.OPERATIONS
            answer = (lambda: getattr(world.balancers, operation)(form)) if ours else None
            return Call(operation, "query", "elasticloadbalancing", answer)
        operation = world.rest.operation(self.command, url.path) if world.function else None
        if operation:
            query, path = dict(urllib.parse.parse_qsl(url.query)), urllib.parse.unquote(url.path)
            return Call(operation, "rest", "lambda", lambda: world.rest.call(operation, path, query, self.headers, body))
        return Call(f"{self.command} {url.path[:60]}", "rest", "other", None)

    def _answer(self, call, body):
        world = self.world
        if call.answer is None:
            return self._pass_on(call, body)
        try:
            with world.lock:
                world.look()
                reply = call.answer()
                data = json.dumps(reply).encode() if call.form == "json" else None
        except Refused as refused:
            return self._refuse(call.form, refused.status, refused.code, refused.message)
        if call.form == "json":
            return self._send(200, data, {"Content-Type": "application/x-amz-json-1.1"})
        if call.form == "query":
            inner = {call.operation + "Result": reply, "ResponseMetadata": {"RequestId": uuid(time.time())}}
            return self._send_xml(200, call.operation + "Response", inner)
        status, headers, payload = reply
        time.sleep(world.clock.real(headers.pop("_takes", 0)))
        data = payload if isinstance(payload, bytes) else b"" if payload is None else json.dumps(payload).encode()
        return self._send(status, data, {"Content-Type": "application/json", **headers})

    # -- errors

    def _refuse(self, form, status, code, message):
        if form == "query":
            error = {"Type": "Sender", "Code": code, "Message": message}
            return self._send_xml(status, "ErrorResponse", {"Error": error, "RequestId": uuid(time.time())})
        headers = {"x-amzn-ErrorType": code, "Content-Type": "application/json" if form == "rest" else "application/x-amz-json-1.1"}
        body = {"Type": "User", "message": message, "Message": message} if form == "rest" else {"__type": code, "message": message}
        return self._send(status, json.dumps(body).encode(), headers)

    def _fail(self, call, rule):
        """Answers with the fault; None when the true answer is to follow."""
        kind = rule["is"]
        if kind == "slow":
            time.sleep(self.world.clock.real(rule["seconds"]))
            return None
        if kind == "reset":
            # With no linger the peer gets RST instead of an orderly end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return 0
        if kind == "page":
            return self._send(503, faults.PAGE, {"Content-Type": "text/html"})
        if kind in faults.ERRORS:
            return self._refuse(call.form, *faults.ERRORS[kind][call.form])
        return self._refuse(call.form, *faults.refusal(rule, call.operation, call.prefix))

    # -- moto

    def _pass_on(self, call, body):
        moto = self.world.moto
        if moto is None:
            return self._refuse(call.form, 400, "UnknownOperationException", "there is no moto behind this server")
        headers = {k: v for k, v in self.headers.items() if k.lower() not in NOT_PASSED_ON}
        connection = http.client.HTTPConnection(moto.hostname, moto.port, timeout=60)
        try:
            if body or self.command in ("POST", "PUT"):
                headers["Content-Length"] = str(len(body))
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            data = answer.read()
        except OSError as error:
            return self._refuse(call.form, 503, "ServiceUnavailable", f"moto: {error}")
        finally:
            connection.close()
        keep = {k: v for k, v in answer.getheaders() if k.lower() not in NOT_PASSED_ON + ("date", "server")}
        if self.command == "HEAD" and answer.getheader("Content-Length"):
            keep["Content-Length"] = answer.getheader("Content-Length")
        return self._send(answer.status, data, keep)

    def _send_xml(self, status, element, content):
        text = f'<{element} xmlns="{ELBV2}">{to_xml(content)}</{element}>'
        return self._send(status, text.encode(), {"Content-Type": "text/xml"})

    def _send(self, status, data, headers):
        self.send_response(status)
        headers.setdefault("x-amzn-RequestId", uuid("request", time.time()))
        if status != 204 or data:
            headers.setdefault("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        return status


def to_xml(value):
    if isinstance(value, dict):
        return "".join(f"<{name}>{to_xml(each)}</{name}>" for name, each in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{to_xml(each)}</member>" for each in value)
    return xml.sax.saxutils.escape(str(value).lower() if isinstance(value, bool) else str(value))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, world, port=0):
        self.world = world
        super().__init__(("127.0.0.1", port), type("BoundHandler", (Handler,), {"world": world}))
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def start(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def end(self):
        self.shutdown()
        self.server_close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--story", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--moto")
    parser.add_argument("--image", default=IMAGE)
    parser.add_argument("--speed", type=float, default=1.0)
    options = parser.parse_args()
    server = Server(World(stories.load(options.story), options.moto, options.image, options.speed), options.port)
    print(server.url, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
