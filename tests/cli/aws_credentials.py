#!/usr/bin/env python3
"""usage: aws_credentials.py AWS_PROBE

Puts lib/aws and botocore into the same situations (environment, files, endpoints of a machine that is also STS, ECS
and EC2) and compares the credentials they end with: the same keys, or none in both. So are the endpoints of services.
What lib/aws does otherwise on purpose stands in DIFFERENT, with the reason. Exit status 77 means skipped.
"""
import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse

try:
    import botocore.exceptions
    import botocore.session
except ImportError as missing:
    print(f"skipped: {missing}; pip install -r tests/requirements.txt")
    sys.exit(77)

ROLE = "role_arn = arn:aws:iam::123456789012:role/r\nrole_session_name = me\n"
KEYS = "aws_access_key_id = {0}\naws_secret_access_key = {0}-secret\n"
ENV_KEYS = {"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "ENV-secret"}
PROCESS = "credential_process = '{home}/my printer' 'a b'\n"
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/w",
       "AWS_ROLE_SESSION_NAME": "web"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:{port}/container/c1"}
INSTANCE = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:{port}/ec2/"}

# name: environment, ~/.aws/config, ~/.aws/credentials
SAME = {
    "nothing": ({}, "", ""),
    "environment": (ENV_KEYS, "", ""),
    "environment with token": ({**ENV_KEYS, "AWS_SESSION_TOKEN": "t"}, "", ""),
    "environment with both tokens": ({**ENV_KEYS, "AWS_SESSION_TOKEN": "t", "AWS_SECURITY_TOKEN": "old"}, "", ""),
    "environment before files": (ENV_KEYS, "[default]\n" + KEYS.format("CONF"), "[default]\n" + KEYS.format("FILE")),
    "environment before AWS_PROFILE": ({**ENV_KEYS, "AWS_PROFILE": "p"}, "[profile p]\n" + KEYS.format("CONF"), ""),
    "environment without secret": ({"AWS_ACCESS_KEY_ID": "ENV"}, "", "[default]\n" + KEYS.format("FILE")),
    "environment with empty secret": ({"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": ""}, "", ""),
    "environment expired": ({**ENV_KEYS, "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}, "", ""),
    "environment with empty values": ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "",
                                      "[default]\n" + KEYS.format("FILE")),
    "config file": ({}, "[default]\n" + KEYS.format("CONF"), ""),
    "credentials file": ({}, "", "[default]\n" + KEYS.format("FILE")),
    "credentials file before config file": ({}, "[default]\n" + KEYS.format("CONF"), "[default]\n" + KEYS.format("FILE")),
    "credentials file with tokens": ({}, "", "[default]\n" + KEYS.format("FILE") +
                                     "aws_session_token = t\naws_security_token = old\n"),
    "credentials file without secret": ({}, "[default]\n" + KEYS.format("CONF"), "[default]\naws_access_key_id = A\n"),
    "AWS_PROFILE": ({"AWS_PROFILE": "p q"}, "[profile 'p q']\nregion = r\n", "[p q]\n" + KEYS.format("PQ")),
    "AWS_DEFAULT_PROFILE": ({"AWS_DEFAULT_PROFILE": "a", "AWS_PROFILE": "b"}, "",
                            "[a]\n" + KEYS.format("A") + "[b]\n" + KEYS.format("B")),
    "profile that does not exist": ({"AWS_PROFILE": "gone"}, "[default]\n" + KEYS.format("CONF"), ""),
    "profile that does not exist, with environment": ({**ENV_KEYS, "AWS_PROFILE": "gone"}, "", ""),
    "section without the word profile": ({"AWS_PROFILE": "p"}, "[p]\n" + KEYS.format("CONF"), ""),
    "other files": ({"AWS_CONFIG_FILE": "~/x", "AWS_SHARED_CREDENTIALS_FILE": "~/y"}, "[default]\n" + KEYS.format("CONF"), ""),
    "files that cannot be read": ({}, "[default\nx\n", "[default]\n" + KEYS.format("FILE")),
    "a setting twice": ({}, "", "[default]\n" + KEYS.format("A") + KEYS.format("B")),
    "process": ({}, "[default]\n" + PROCESS, ""),
    "process before keys of the config file": ({}, "[default]\n" + PROCESS + KEYS.format("CONF"), ""),
    "keys of the credentials file before process": ({}, "[default]\n" + PROCESS, "[default]\n" + KEYS.format("FILE")),
    "process in the credentials file": ({}, "", "[default]\n" + PROCESS),
    "process that fails": (CONTAINER, "[default]\ncredential_process = /bin/false\n" + KEYS.format("CONF"), ""),
    "process that is no program": (CONTAINER, "[default]\ncredential_process = true; echo\n", ""),
    "process that prints nothing": (CONTAINER, "[default]\ncredential_process = true\n", ""),
    "process of another version": (CONTAINER, "[default]\ncredential_process = '{home}/my printer' v2\n", ""),
    "role from keys": ({}, "[default]\n" + ROLE + "source_profile = base\n", "[base]\n" + KEYS.format("BASE")),
    "role with external id": ({}, "[default]\n" + ROLE + "external_id = e/1\nduration_seconds = 900\nsource_profile = base\n",
                              "[base]\n" + KEYS.format("BASE")),
    "role before keys of the same profile": ({}, "[default]\n" + ROLE + "source_profile = default\n" + KEYS.format("CONF"), ""),
    "role of a role": ({}, "[default]\n" + ROLE + "source_profile = a\n[profile a]\n" + ROLE +
                       "external_id = inner\nsource_profile = b\n", "[b]\n" + KEYS.format("BASE")),
    "role whose source has keys and a role": ({}, "[default]\n" + ROLE + "source_profile = a\n[profile a]\n" + ROLE +
                                              "external_id = inner\nsource_profile = b\n" + KEYS.format("A"),
                                              "[b]\n" + KEYS.format("BASE")),
    "role from a process": ({}, "[default]\n" + ROLE + "source_profile = a\n[profile a]\n" + PROCESS, ""),
    "role from a web identity": ({}, "[default]\n" + ROLE + "source_profile = a\n[profile a]\n" + ROLE +
                                 "web_identity_token_file = {home}/token\n", ""),
    "role from the environment": (ENV_KEYS, "[default]\n" + ROLE + "credential_source = Environment\n", ""),
    "role from a profile, environment beside it": (ENV_KEYS, "[default]\n" + ROLE + "source_profile = a\n[profile a]\n" +
                                                   KEYS.format("A"), ""),
    "role from the container": (CONTAINER, "[default]\n" + ROLE + "credential_source = EcsContainer\n", ""),
    "role from the instance": (INSTANCE, "[default]\n" + ROLE + "credential_source = Ec2InstanceMetadata\n", ""),
    "role from elsewhere": ({}, "[default]\n" + ROLE + "credential_source = Elsewhere\n", ""),
    "role without source": (CONTAINER, "[default]\n" + ROLE, ""),
    "role with two sources": ({}, "[default]\n" + ROLE + "source_profile = a\ncredential_source = Environment\n[profile a]\n" +
                              KEYS.format("A"), ""),
    "role from a profile that does not exist": ({}, "[default]\n" + ROLE + "source_profile = gone\n", ""),
    "role from a profile without keys": (CONTAINER, "[default]\n" + ROLE + "source_profile = a\n[profile a]\nregion = r\n", ""),
    "role from itself without keys": ({}, "[default]\n" + ROLE + "source_profile = default\n", ""),
    "roles in a circle": ({}, "[default]\n" + ROLE + "source_profile = a\n[profile a]\n" + ROLE + "source_profile = default\n", ""),
    "role that STS refuses": ({}, "[default]\nrole_arn = arn:aws:iam::123456789012:role/denied\nsource_profile = a\n[profile a]\n" +
                              KEYS.format("A"), ""),
    "web identity": (WEB, "", "[default]\n" + KEYS.format("FILE")),
    "environment before web identity": ({**WEB, **ENV_KEYS}, "", ""),
    "role of the profile before web identity": (WEB, "[default]\n" + ROLE + "source_profile = a\n[profile a]\n" + KEYS.format("A"), ""),
    "web identity of the profile": ({}, "[default]\n" + ROLE + "web_identity_token_file = {home}/token\n", ""),
    "web identity of both": (WEB, "[default]\n" + ROLE + "web_identity_token_file = /gone\n", ""),
    "web identity without role": ({"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"}, "", "[default]\n" + KEYS.format("FILE")),
    "web identity without token": ({**WEB, "AWS_WEB_IDENTITY_TOKEN_FILE": "/gone"}, "", "[default]\n" + KEYS.format("FILE")),
    "web identity before container": ({**WEB, **CONTAINER}, "", ""),
    "sso that lacks a setting": (CONTAINER, "[default]\nsso_account_id = 1\nsso_role_name = r\n" + KEYS.format("CONF"), ""),
    "container": (CONTAINER, "", ""),
    "container with token": ({**CONTAINER, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Bearer a"}, "", ""),
    "container with token file": ({**CONTAINER, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "no",
                                   "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/bearer"}, "", ""),
    "container with a token of two lines": ({**CONTAINER, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/lines"}, "", ""),
    "container at another host": ({**INSTANCE, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/c"}, "", ""),
    "keys before container": (CONTAINER, "[default]\n" + KEYS.format("CONF"), ""),
    "profile without credentials before container": ({**CONTAINER, "AWS_PROFILE": "p"}, "[profile p]\nregion = r\n", ""),
    "container that refuses": ({**INSTANCE, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:{port}/denied"}, "", ""),
    "instance": (INSTANCE, "", ""),
    "container before instance": ({**INSTANCE, **CONTAINER}, "", ""),
    "instance disabled": ({**INSTANCE, "AWS_EC2_METADATA_DISABLED": "True"}, "", ""),
    "instance without role": ({**INSTANCE, "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:{port}/bare/"}, "", ""),
    "instance that reports an error": ({**INSTANCE, "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:{port}/broken/"}, "", ""),
}
# The same with the profile "p" given on the command line.
WITH_FLAG = {
    "flag before environment": (ENV_KEYS, "[profile p]\n" + KEYS.format("P"), ""),
    "flag before web identity": (WEB, "[profile p]\n" + KEYS.format("P"), ""),
    "flag to a profile without keys": ({**ENV_KEYS, **CONTAINER}, "[profile p]\nregion = r\n", ""),
    "flag to a role from the environment": (ENV_KEYS, "[profile p]\n" + ROLE + "credential_source = Environment\n", ""),
}
# What lib/aws refuses and botocore does not, and why: neither may fall through to somebody else's keys.
DIFFERENT = {
    "the other half of a pair": ({"AWS_SECRET_ACCESS_KEY": "s"}, "", "[default]\n" + KEYS.format("FILE")),
    "a role of no account": ({}, "[default]\nrole_arn = arn:aws:iam::*:role/r\nsource_profile = a\n[profile a]\n" +
                             KEYS.format("A"), ""),
    "a duration that is no number": ({}, "[default]\n" + ROLE + "duration_seconds = long\nsource_profile = a\n[profile a]\n" +
                                     KEYS.format("A"), ""),
    "a role in another account than asked": ({}, "[default]\nrole_arn = arn:aws:iam::123456789012:role/stolen\n"
                                             "source_profile = a\n[profile a]\n" + KEYS.format("A"), ""),
}
ENDPOINTS = {
    "none": ({}, ""),
    "general": ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, ""),
    "of a service": ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2": "http://127.0.0.1:2",
                      "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://127.0.0.1:3", "AWS_ENDPOINT_URL_SECRETS_MANAGER":
                      "http://127.0.0.1:4", "AWS_ENDPOINT_URL_ECR": "http://127.0.0.1:5"}, ""),
    "ignored": ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, ""),
    "of the profile": ({}, "[default]\nendpoint_url = http://127.0.0.1:1\nservices = s\n[services s]\necs =\n"
                           "  endpoint_url = http://127.0.0.1:2\nssm =\n  endpoint_url = http://127.0.0.1:3\n"),
    "ignored by the profile": ({}, "[default]\nendpoint_url = http://127.0.0.1:1\nignore_configured_endpoint_urls = true\n"),
}
SERVICES = {"ecs": "ecs", "api.ecr": "ecr", "lambda": "lambda", "logs": "logs", "ssm": "ssm", "sts": "sts",
            "secretsmanager": "secretsmanager", "elasticloadbalancing": "elbv2", "cloudformation": "cloudformation"}


class Machine(http.server.BaseHTTPRequestHandler):
    """STS, an ECS agent and an EC2 metadata service. Keys are made of what was asked, so that two who asked alike get
    the same."""
    def log_message(self, *_):
        pass

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    @staticmethod
    def keys(*asked):
        name = hashlib.sha256(repr(asked).encode()).hexdigest()[:16].upper()
        return {"Code": "Success", "AccessKeyId": "ASIA" + name, "SecretAccessKey": name + "-secret", "Token": name + "-token",
                "Expiration": "2099-01-01T00:00:00Z"}

    def do_PUT(self):
        wanted = "x-aws-ec2-metadata-token-ttl-seconds" in self.headers
        self.answer(200 if wanted else 400, "imds-token")

    def do_GET(self):
        roles = "/latest/meta-data/iam/security-credentials/"
        if self.path.startswith("/container/"):
            self.answer(200, json.dumps(self.keys(self.path, self.headers.get("Authorization"))))
        elif self.headers.get("x-aws-ec2-metadata-token") != "imds-token":
            self.answer(401, "")
        elif self.path in ("/ec2" + roles, "/broken" + roles):
            self.answer(200, "the-role")
        elif self.path == "/ec2" + roles + "the-role":
            self.answer(200, json.dumps(self.keys("instance")))
        elif self.path == "/broken" + roles + "the-role":
            self.answer(200, json.dumps({"Code": "AssumeRoleUnauthorizedAccess", "Message": "no"}))
        else:
            self.answer(404, "")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(urllib.parse.parse_qsl(body))
        caller = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
        action, role = form["Action"], form["RoleArn"]
        if role.endswith("denied") or (action == "AssumeRole") != bool(caller):
            self.answer(403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>")
            return
        keys = self.keys(action, role, caller and caller[1], form.get("RoleSessionName"), form.get("ExternalId"),
                         form.get("WebIdentityToken"))
        account = "999999999999" if role.endswith("stolen") else "123456789012"
        self.answer(200, f"<{action}Response><{action}Result><Credentials><AccessKeyId>{keys['AccessKeyId']}</AccessKeyId>"
                         f"<SecretAccessKey>{keys['SecretAccessKey']}</SecretAccessKey><SessionToken>{keys['Token']}"
                         f"</SessionToken><Expiration>{keys['Expiration']}</Expiration></Credentials><AssumedRoleUser>"
                         f"<AssumedRoleId>A:b</AssumedRoleId><Arn>arn:aws:sts::{account}:assumed-role/r/s</Arn>"
                         f"</AssumedRoleUser></{action}Result></{action}Response>")


@contextlib.contextmanager
def situation(port, environment, config, credentials):
    """A home folder and an environment for it, the latter also that of this process."""
    home = tempfile.mkdtemp()
    saved = dict(os.environ)
    fill = {"home": home, "port": port}
    for name, text in {"token": "web-token", "bearer": "Bearer b", "lines": "Bearer\nb", "x": "[default]\n" + KEYS.format("X"),
                       "y": "", ".aws/config": config.replace("{home}", home), ".aws/credentials": credentials.replace("{home}", home),
                       "my printer": "#!/bin/sh\nv=1; [ \"$1\" = v2 ] && v=2\n"
                                     "echo '{\"Version\":'$v',\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"'$1'\"}'\n"}.items():
        file = pathlib.Path(home, name)
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o700)
    plain = {"HOME": home, "PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "us-east-1",
             "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{port}", "AWS_METADATA_SERVICE_TIMEOUT": "5"}
    plain.update({name: value.format(**fill) for name, value in environment.items()})
    os.environ.clear()
    os.environ.update(plain)
    try:
        yield plain
    finally:
        os.environ.clear()
        os.environ.update(saved)
        shutil.rmtree(home)


def by_botocore(profile):
    try:
        keys = botocore.session.Session(profile=profile).get_credentials()
        if keys is None:
            return None
        frozen = keys.get_frozen_credentials()
        return [frozen.access_key, frozen.secret_key, frozen.token or ""] if frozen.access_key else None
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, ValueError, OSError, RuntimeError):
        return None


def by_us(probe, environment, profile):
    more = ["flag"] if profile else []
    environment = {**environment, **({"AWS_PROFILE": profile} if profile else {})}
    printed = subprocess.run([probe, "keys", "us-east-1", *more], env=environment, check=True, stdout=subprocess.PIPE,
                             text=True, timeout=60).stdout
    answer = json.loads(printed)
    if "error" in answer:
        return None, answer["error"]
    return [answer["access_key_id"], answer["secret_access_key"], answer["session_token"]], answer["source"]


def compare_credentials(probe, port):
    wrong = 0
    for table, profile in ((SAME, None), (WITH_FLAG, "p"), (DIFFERENT, None)):
        for name, parts in table.items():
            with situation(port, *parts) as environment:
                expected = by_botocore(profile)
                ours, said = by_us(probe, environment, profile)
            good = ours is None and expected is not None if table is DIFFERENT else ours == expected
            wrong += not good
            print(f"{'ok   ' if good else 'WRONG'} {name}: {said}" + ("" if good else f"\n      botocore {expected}\n      lib/aws  {ours}"))
    return wrong


def compare_endpoints(probe, port):
    wrong = 0
    for name, (variables, config) in ENDPOINTS.items():
        with situation(port, variables, config, "") as environment:
            del environment["AWS_ENDPOINT_URL_STS"], os.environ["AWS_ENDPOINT_URL_STS"]
            session = botocore.session.Session()
            expected = [session.create_client(client, region_name="eu-central-1", aws_access_key_id="a",
                                              aws_secret_access_key="b").meta.endpoint_url for client in SERVICES.values()]
            ours = subprocess.run([probe, "endpoint", "eu-central-1", *SERVICES], env=environment, check=True, text=True,
                                  stdout=subprocess.PIPE, timeout=60).stdout.split()
        wrong += ours != expected
        print(f"{'ok   ' if ours == expected else 'WRONG'} endpoints {name}" + ("" if ours == expected else f": {expected} {ours}"))
    return wrong


# Where a child could find other credentials than the ones it is given: all at once.
TRAPS = {**CONTAINER, **INSTANCE, "AWS_PROFILE": "default", "AWS_DEFAULT_PROFILE": "default",
         "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Bearer a", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c", "AWS_ROLE_SESSION_NAME": "w",
         "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/bearer", "AWS_SECURITY_TOKEN": "old", "AWS_CREDENTIAL_FILE": "{home}/x",
         "AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "eu-west-2", "AWS_RETRY_MODE": "legacy", "AWS_MAX_ATTEMPTS": "9"}


def compare_children(probe, port):
    """A child resolves the credentials it was given, from its environment; without them it finds none at all."""
    wrong = []
    config = "[default]\nregion = eu-west-1\n" + ROLE + "external_id = shop/1\nsource_profile = base\n"
    with situation(port, TRAPS, config, "[base]\n" + KEYS.format("BASE")) as environment:
        given, _ = by_us(probe, environment, None)
        child = json.loads(subprocess.run([probe, "child", "eu-central-1"], env=environment, check=True, text=True,
                                          stdout=subprocess.PIPE, timeout=60).stdout)
        if given is None or not given[0].startswith("ASIA"):
            wrong.append(f"the role was not assumed: {given}")
        os.environ.clear()
        os.environ.update(child)
        session = botocore.session.Session()
        keys = session.get_credentials()
        if keys is None or keys.method != "env" or by_botocore(None) != given:
            wrong.append(f"the child has {keys and keys.method} {by_botocore(None)}, not {given}")
        if session.get_config_variable("region") != "eu-central-1" or child.get("AWS_REGION") != "eu-central-1":
            wrong.append(f"the child's regions are {child.get('AWS_REGION')} and {session.get_config_variable('region')}")
        if (child.get("AWS_RETRY_MODE"), child.get("AWS_MAX_ATTEMPTS")) != ("standard", "3"):
            wrong.append("the child's retries are not the standard ones")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            os.environ.pop(name, None)
        if (other := by_botocore(None)) is not None:
            wrong.append(f"a child without its keys finds {other}")
    print("\n".join(f"WRONG children: {problem}" for problem in wrong) or "ok    children")
    return len(wrong)


def main() -> int:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Machine)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    botocore.utils.ContainerMetadataFetcher.SLEEP_TIME = 0
    probe, port = os.path.abspath(sys.argv[1]), server.server_address[1]
    wrong = compare_credentials(probe, port) + compare_endpoints(probe, port) + compare_children(probe, port)
    print(f"{len(SAME) + len(WITH_FLAG) + len(DIFFERENT) + len(ENDPOINTS)} situations, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
