"""A registry that has no image, for tests that need one to ask."""
import http.server
import threading


class EmptyRegistry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == "/v2/"
        body = b"{}" if found else b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}'
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def start():
    """Serves on a free port of 127.0.0.1, which is returned, until this process ends."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), EmptyRegistry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]
