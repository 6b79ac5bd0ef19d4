"""usage: verifying_moto.py [PORT]

moto on a port of 127.0.0.1 with signatures and IAM policies checked, as AWS does. Prints its port, then a line
`key ID SECRET` for the user who may do anything, one for a user who may only call STS, and the ARN of a role that the
first may assume with the external id "shop/1".

moto verifies what its own parsers made of a request, which is not always what was sent: an encoded path is decoded,
a call without a body gets one. Here it is given the bytes of the wire. Besides, the hash that S3 is told of a body must
be that of the body, a condition on a value that was not sent is not met, a request that is five minutes old or not yet due is
refused, and of two puts with `If-None-Match: *` at once one succeeds.

`PUT /_wire/answers` with words such as `503 409 lost slow`: each is for one of the next puts with `If-None-Match`; `lost`
does what it was asked and answers 503, `slow` waits for half a second first. `GET /_wire/answers` tells those left, and
`GET /_wire/requests` every request but these, one a line.
"""
import datetime
import hashlib
import io
import json
import logging
import sys
import threading
import time

try:
    import moto.core.authorization as authorization
    import moto.iam.access_control as access_control
    import moto.iam.policy_conditions as policy_conditions
    import moto.server
    from botocore.awsrequest import AWSRequest
    from moto import settings
    from moto.iam.models import iam_backends
    from werkzeug.serving import make_server
except ImportError as missing:
    sys.exit(f"skipped: {missing}; pip install -r tests/requirements.txt")

ACCOUNT = "123456789012"
wire = threading.local()  # what the request in this thread was, before anybody read it


class Wire:
    """Keeps method, path and body as they came."""
    def __init__(self, application):
        self.application = application
        self.conditional_puts = threading.Lock()
        self.answers, self.requests = [], []

    def __call__(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        wire.body = environ["wsgi.input"].read(length)
        wire.method, wire.target = environ["REQUEST_METHOD"], environ["RAW_URI"]
        environ["wsgi.input"] = io.BytesIO(wire.body)
        if wire.target.startswith("/_wire/"):
            return self.control(start_response)
        self.requests.append(f"{wire.method} {wire.target}")
        if self.is_out_of_time(environ.get("HTTP_X_AMZ_DATE")):
            start_response("403 Forbidden", [("Content-Type", "application/x-amz-json-1.1")])
            return [b'{"__type":"InvalidSignatureException","message":"Signature expired or not yet current"}']
        told = environ.get("HTTP_X_AMZ_CONTENT_SHA256")
        is_s3 = "/s3/aws4_request" in environ.get("HTTP_AUTHORIZATION", "")
        if is_s3 and told != hashlib.sha256(wire.body).hexdigest():
            start_response("400 Bad Request", [("Content-Type", "application/xml")])
            return [b"<Error><Code>XAmzContentSHA256Mismatch</Code><Message>not the hash of the body</Message></Error>"]
        if "HTTP_IF_NONE_MATCH" in environ:
            return self.put_once(environ, start_response)
        return self.application(environ, start_response)

    def control(self, start_response):
        if wire.method == "PUT":
            self.answers.extend(wire.body.decode().split())
        start_response("200 OK", [("Content-Type", "text/plain")])
        return ["".join(f"{line}\n" for line in (self.answers if wire.target == "/_wire/answers" else self.requests)).encode()]

    def put_once(self, environ, start_response):
        answer = self.answers.pop(0) if self.answers else "true"
        if answer == "slow":
            time.sleep(0.5)
        if answer in ("true", "slow", "lost"):
            with self.conditional_puts:
                told = start_response if answer != "lost" else lambda *_: None
                done = list(self.application(environ, told))
            if answer != "lost":
                return done
        status = "409 Conflict" if answer == "409" else "503 Service Unavailable"
        code = "ConditionalRequestConflict" if answer == "409" else "SlowDown"
        start_response(status, [("Content-Type", "application/xml")])
        return [f"<Error><Code>{code}</Code><Message>as the test asked</Message></Error>".encode()]

    @staticmethod
    def is_out_of_time(stamp):
        if stamp is None:
            return False
        then = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        return abs(datetime.datetime.now(datetime.timezone.utc) - then) > datetime.timedelta(minutes=5)


def request_of_wire(self):
    signed = self._get_string_between("SignedHeaders=", ",", self._headers["Authorization"]).split(";")
    headers = {name: value for name, value in self._headers.items() if name.lower() in signed}
    request = AWSRequest(method=wire.method, url=wire.target, data=wire.body, headers=headers)
    request.context["timestamp"] = headers["X-Amz-Date"]
    return request


def patch():
    access_control.IAMRequestBase._create_aws_request = request_of_wire
    verify = policy_conditions.TrustCondition.verify_condition
    policy_conditions.TrustCondition.verify_condition = lambda self, values: bool(values) and verify(self, values)
    check = authorization.ActionAuthenticatorMixin._authenticate_and_authorize_action

    def check_unless_unsigned(self, iam_request_cls, resource="*"):
        # Calls that are proved by a token of their own carry no signature.
        if "Authorization" not in self.headers and b"Action=AssumeRoleWithWebIdentity" in wire.body:
            return
        check(self, iam_request_cls, resource)
    authorization.ActionAuthenticatorMixin._authenticate_and_authorize_action = check_unless_unsigned


def add_user(iam, name, actions):
    iam.create_user("us-east-1", name)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam.put_user_policy(name, "policy", json.dumps(document))
    key = iam.create_access_key(name)
    print(f"key {key.access_key_id} {key.secret_access_key}", flush=True)
    return f"arn:aws:iam::{ACCOUNT}:user/{name}"


def add_role(iam, trusted):
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole",
             "Condition": {"StringEquals": {"sts:ExternalId": "shop/1"}}}]}
    role = iam.create_role("deploy", json.dumps(trust), "/", None, "", [], 3600)
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ecs:*", "s3:*"], "Resource": "*"}]}
    iam.put_role_policy("deploy", "policy", json.dumps(allowed))
    print(f"role {role.arn}", flush=True)


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    patch()
    application = Wire(moto.server.DomainDispatcherApplication(moto.server.create_backend_app))
    server = make_server("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0, application, threaded=True)
    iam = iam_backends[ACCOUNT]["aws"]
    print(server.server_port, flush=True)
    add_role(iam, add_user(iam, "admin", "*"))
    add_user(iam, "guest", "sts:*")
    print("ready", flush=True)
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    server.serve_forever()


if __name__ == "__main__":
    main()
