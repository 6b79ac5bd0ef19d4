"""An HTTP server on a free port of 127.0.0.1 that keeps every request and answers as a test says."""
import dataclasses
import http.server
import json
import ssl
import sys
import threading
import time
import urllib.parse


@dataclasses.dataclass
class Request:
    """What came: `at` is the monotonic time, `path` stands without its query, as it was encoded."""
    at: float
    method: str
    path: str
    query: dict
    headers: object
    body: bytes

    @property
    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def bearer(self):
        """The token of `Authorization: Bearer`, else None."""
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        return token if scheme.lower() == "bearer" else None


@dataclasses.dataclass
class Reply:
    """`body` is text, bytes, or what becomes JSON. `cut` sends half of it; `hang_up` sends nothing at all; `endless` sends
    it again and again until the other side has had enough; `pause` is waited before each byte, for 100 bytes."""
    status: int = 200
    body: object = b""
    headers: dict = dataclasses.field(default_factory=dict)
    content_type: str = "application/json"
    delay: float = 0
    cut: bool = False
    hang_up: bool = False
    endless: bool = False
    pause: float = 0

    def encoded(self):
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


class RecordingServer:
    """Answers with what `answer(request)` returns, or with the replies that `script` laid up for the path.

    `wrong` collects what no right client sends; a test is to find it empty. The server ends with its process, or with
    a `with` statement. With a certificate (a PEM file that holds its key too) it speaks TLS.
    """

    def __init__(self, certificate=None):
        self.requests, self.wrong, self.scripted = [], [], {}
        self.lock = threading.RLock()
        handler = type("Handler", (Handler,), {"world": self})
        self.server = Server(("127.0.0.1", 0), handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.host}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake is the handler thread's, so that a client which does not end it keeps nobody waiting.
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.url = f"https://{self.host}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        raise NotImplementedError

    def script(self, path, *replies):
        """The next requests of that path get these, in turn, whatever they ask."""
        with self.lock:
            self.scripted.setdefault(path, []).extend(replies)

    def reply_to(self, request):
        with self.lock:
            self.requests.append(request)
            if waiting := self.scripted.get(request.path):
                return waiting.pop(0)
            return self.answer(request)

    def asked(self, *paths, method=None):
        with self.lock:
            return [each for each in self.requests if (not paths or each.path in paths) and method in (None, each.method)]

    def gaps(self, *paths):
        """Seconds between each of the requests of these paths and the next."""
        times = [each.at for each in self.asked(*paths)]
        return [later - earlier for earlier, later in zip(times, times[1:])]

    def complain(self, request, *words):
        self.wrong.append(" ".join([request.method, request.path, *map(str, words)]))


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        # A client that trusts no such certificate, or that was interrupted, is no error of ours.
        if not isinstance(sys.exc_info()[1], (ssl.SSLError, ConnectionError)):
            super().handle_error(request, client_address)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # the headers and the body are two writes
    world = None

    def handle_any(self):
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send(self.world.reply_to(Request(time.monotonic(), self.command, path, dict(urllib.parse.parse_qsl(query)),
                                              self.headers, body)))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def send(self, reply):
        time.sleep(reply.delay)
        if reply.hang_up:
            self.close_connection = True
            return
        body = b"" if reply.status == 204 else reply.encoded()
        self.send_response(reply.status)
        for name, value in {"Content-Type": reply.content_type, **reply.headers}.items():
            self.send_header(name, value)
        if reply.endless:
            self.send_header("Connection", "close")
        elif reply.status != 204:
            self.send_header("Content-Length", str(len(body)))
        try:
            self.end_headers()
            for piece in self.pieces(reply, body):
                self.wfile.write(piece)
        except OSError:
            self.close_connection = True  # a client that was interrupted has gone
        self.close_connection = self.close_connection or reply.cut or reply.endless

    @staticmethod
    def pieces(reply, body):
        if reply.cut:
            yield body[:len(body) // 2]
            return
        for position in range(100 if reply.pause else 0):
            time.sleep(reply.pause)
            yield body[position:position + 1]
        yield body[100:] if reply.pause else body
        while reply.endless:
            yield body

    def log_message(self, *_):
        pass
