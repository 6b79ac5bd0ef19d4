#!/usr/bin/env python3
"""usage: aws_endpoints.py PROGRAM

Where the calls of `buildspec run` to AWS go: to the operator's endpoint, never to one that a buildspec names, and never in
clear text to another machine. Exit status 77 means skipped.
"""
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

if not shutil.which("aws"):
    print("skipped: aws is missing; pip install -r tests/requirements.txt")
    sys.exit(77)

BUILDSPEC = """version: 0.2
env:
  variables:
    AWS_ENDPOINT_URL: {evil}
    AWS_ENDPOINT_URL_SSM: {evil}
  parameter-store:
    TOLD: /shop/told
phases:
  build:
    commands:
      - echo "told ${{#TOLD}}"
"""


class Ssm(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(self.headers.get("X-Amz-Target"))
        body = json.dumps({"Parameters": [{"Name": "/shop/told", "Value": "twelve chars"}], "InvalidParameters": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ssm)
    server.asked, server.url = [], f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def run(program, folder, endpoint):
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "NO_COLOR": "1",
                   "AWS_SECRET_ACCESS_KEY": "SENTINEL", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", **endpoint}
    done = subprocess.run([program, "buildspec", "run", str(folder / "build.yml"), "--directory", str(folder)], env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def main() -> int:
    program, wrong = os.path.abspath(sys.argv[1]), []
    operator, evil = serve(), serve()
    with tempfile.TemporaryDirectory() as directory:
        folder = pathlib.Path(directory)
        (folder / "build.yml").write_text(BUILDSPEC.format(evil=evil.url))
        status, text = run(program, folder, {"AWS_ENDPOINT_URL": operator.url})
        if status != 0 or "told 12" not in text or operator.asked != ["AmazonSSM.GetParameters"]:
            wrong.append(f"with the operator's endpoint: {status}, asked {operator.asked}: {text[-600:]}")
        for clear in ({"AWS_ENDPOINT_URL": "http://192.0.2.1"}, {"AWS_ENDPOINT_URL_SSM": "http://169.254.169.254"}):
            status, text = run(program, folder, clear)
            if status != 4 or "https only" not in text or "SENTINEL" in text:
                wrong.append(f"with {clear}: {status}: {text[-600:]}")
        if evil.asked:
            wrong.append(f"the buildspec's endpoint was asked {evil.asked}")
    print("\n".join(wrong) or "ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
