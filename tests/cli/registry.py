"""A registry that has no image, for tests that need one to ask."""
import base64
import http.server
import threading


class EmptyRegistry(http.server.BaseHTTPRequestHandler):
    login = None  # "user:password" where it asks for one

    def do_GET(self):
        wanted = self.login and "Basic " + base64.b64encode(self.login.encode()).decode()
        if self.login and self.headers.get("Authorization") != wanted:
            self.answer(401, b'{"errors":[{"code":"UNAUTHORIZED"}]}', ("WWW-Authenticate", 'Basic realm="test"'))
        elif self.path == "/v2/":
            self.answer(200, b"{}")
        else:
            self.answer(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')

    do_HEAD = do_GET

    def answer(self, status, body, *headers):
        self.send_response(status)
        for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    def log_message(self, *_):
        pass


def start(login=None):
    """Serves on a free port of 127.0.0.1, which is returned, until this process ends."""
    handler = type("Registry", (EmptyRegistry,), {"login": login})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]
