#!/usr/bin/env python3
"""usage: aws_signatures.py AWS_PROBE

Signs requests of every shape that tinystacks sends, and some that it does not, by lib/aws and by botocore's own
signers, and compares every header that is added. Exit status 77 means skipped.
"""
import datetime
import itertools
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse

try:
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
except ImportError as missing:
    print(f"skipped: {missing}; pip install -r tests/requirements.txt")
    sys.exit(77)

ACCESS, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjEJj//////////wEaCXVzLWVhc3QtMSJHMEUCIQ==/+="
ARN = "arn:aws:lambda:us-east-1:123456789012:function:shop"
NOW = datetime.datetime(2026, 11, 24, 9, 15, 30)


def quote(text):
    return urllib.parse.quote(text, safe="-_.~")


def shapes():
    """Dictionaries of what differs from a plain request."""
    json_calls = [
        ("ecs", "AmazonEC2ContainerServiceV20141113.DescribeServices", '{"cluster":"c","services":["s"]}'),
        ("ecs", "AmazonEC2ContainerServiceV20141113.UpdateService", '{"cluster":"größe","services":["日本"]}'),
        ("ecr", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", "{}"),
        ("ecr", "AmazonEC2ContainerRegistry_V20150921.PutImage", '{"imageManifest":"{\\"a\\": 1}\\n"}'),
        ("logs", "Logs_20140328.FilterLogEvents", '{"logGroupName":"/ecs/shop"}'),
        ("ssm", "AmazonSSM.GetParameters", '{"Names":["/a/b"]}'),
        ("secretsmanager", "secretsmanager.DescribeSecret", '{"SecretId":"shop/db"}'),
    ]
    for service, target, body in json_calls:
        for token in ("", TOKEN):
            yield {"service": service, "method": "POST", "body": body, "session_token": token,
                   "headers": [["Content-Type", "application/x-amz-json-1.1"], ["X-Amz-Target", target]]}
    for service, body in [("sts", "Action=GetCallerIdentity&Version=2011-06-15"),
                          ("sts", "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx&ExternalId=a%20b"),
                          ("elasticloadbalancing", "Action=DescribeTargetHealth&TargetGroupArn=a%3Ab"),
                          ("cloudformation", "Action=DescribeStacks&StackName=%E2%82%AC")]:
        yield {"service": service, "method": "POST", "body": body,
               "headers": [["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"]]}
    for name in ("shop", quote(ARN), ARN, quote(ARN) + "%3A7", "a%2Fb", "a%20b", "%E2%82%AC"):
        for method, path, body in [("GET", "/2015-03-31/functions/{}/configuration", ""),
                                   ("PUT", "/2015-03-31/functions/{}/code", '{"ImageUri":"i@sha256:0"}'),
                                   ("POST", "/2015-03-31/functions/{}/invocations", '{"version":"2.0"}')]:
            yield {"service": "lambda", "method": method, "path": path.format(name), "body": body}
    for query in ([["tagKeys", "b"], ["tagKeys", "a"]], [["Qualifier", "$LATEST"]], [["tagKeys", "a b"], ["x", "é/+="]]):
        yield {"service": "lambda", "method": "DELETE", "path": "/2017-03-31/tags/" + quote(ARN), "query": query}
    for key in ("plain.txt", "a/b/c", "with%20space", "%C3%A9t%C3%A9", "plus%2Bequals%3D", "tilde~.-_", "a//b", "a/../b",
                "", "%2e%2e"):
        for method in ("GET", "HEAD", "PUT"):
            yield {"service": "s3", "method": method, "path": "/bucket/" + key, "body": "data" if method == "PUT" else ""}
    for query in ([["acl", ""]], [["versioning", ""]], [["uploads", ""]], [["partNumber", "1"], ["uploadId", "x/+="]],
                  [["list-type", "2"], ["prefix", "logs/d-1/"], ["delimiter", "/"], ["continuation-token", "1/+=="]],
                  [["prefix", "ü "], ["list-type", "2"], ["start-after", "~"]], [["a", "2"], ["a", "10"], ["A", "1"]]):
        for token in ("", TOKEN):
            yield {"service": "s3", "method": "GET", "path": "/bucket", "query": query, "session_token": token}
    for header in ([["If-None-Match", "*"]], [["Range", "bytes=0-99"]], [["x-amz-meta-a", "  two   words\t here "]],
                   [["X-Amz-Foo", "1"], ["X-Amz-Foo-Bar", "2"], ["X-Amz-F", "3"]], [["X-Empty", ""]],
                   [["My-Header", "b"], ["my-header", "a"], ["MY-HEADER", "b"]], [["User-Agent", "u"], ["Expect", ""]],
                   [["X-Amzn-Trace-Id", "Root=1"], ["Connection", "close"]], [["Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="]]):
        for service in ("s3", "execute-api"):
            yield {"service": service, "method": "PUT", "path": "/x", "body": "b", "headers": header}
    for host in ("127.0.0.1:5000", "[::1]:5000", "[::1]", "h.example:8443", "s3.cn-north-1.amazonaws.com.cn"):
        yield {"service": "ecs", "method": "POST", "host": host, "body": "{}"}
    for region, service in itertools.product(("cn-north-1", "us-gov-west-1", "ap-southeast-3"), ("ecs", "s3")):
        yield {"service": service, "method": "POST", "region": region, "body": "{}"}
    for path in ("", "/", "//", "/.", "/./a/../b/", "/a//b/./", "/../..", "/a%2f", "/a+b=c:d@e!$&'()*,;", "/ü"):
        yield {"service": "execute-api", "method": "GET", "path": path}
    for body in ("\x00\x01\x00", "x" * 3_000_000, "\n", "é" * 1000):
        for file in (False, True):
            yield {"service": "s3", "method": "PUT", "path": "/b/k", "body": body, "in_file": file}


def complete(shape):
    request = {"method": "GET", "host": f"{shape['service']}.us-east-1.amazonaws.com", "path": "/", "query": [],
               "headers": [], "body": "", "session_token": "", "region": "us-east-1", "in_file": False,
               "time": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), "access_key_id": ACCESS, "secret_access_key": SECRET}
    request.update(shape)
    return request


def by_botocore(request):
    """The headers that botocore adds."""
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in request["query"])
    url = f"https://{request['host']}{request['path']}" + (f"?{query}" if query else "")
    signed = botocore.awsrequest.AWSRequest(method=request["method"], url=url, data=request["body"].encode())
    for name, value in request["headers"]:
        signed.headers.add_header(name, value)
    before = list(signed.headers.keys())
    keys = botocore.credentials.Credentials(ACCESS, SECRET, request["session_token"] or None)
    signer = botocore.auth.S3SigV4Auth if request["service"] == "s3" else botocore.auth.SigV4Auth
    signer(keys, request["service"], request["region"]).add_auth(signed)
    return {name.lower(): value for name, value in signed.headers.items() if name not in before}


def main() -> int:
    botocore.auth.get_current_datetime = lambda *_: NOW
    requests = [complete(shape) for shape in shapes()]
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for number, request in enumerate(requests):
            line = {name: value for name, value in request.items() if name != "in_file"}
            if request["in_file"]:
                line["body_file"] = os.path.join(folder, str(number))
                with open(line["body_file"], "wb") as file:
                    file.write(line.pop("body").encode())
            lines.append(json.dumps(line))
        ours = subprocess.run([sys.argv[1], "sign"], input="\n".join(lines) + "\n", text=True, check=True,
                              stdout=subprocess.PIPE, timeout=120).stdout.splitlines()
    wrong = 0
    for request, line in itertools.zip_longest(requests, ours):
        added = {name.lower(): value for name, value in json.loads(line or "[]")}
        expected = by_botocore(request)
        if added != expected:
            wrong += 1
            shown = {name: value if len(value) < 200 else "…" for name, value in request.items() if isinstance(value, str)}
            print(f"differs: {shown}\n  botocore {expected}\n  lib/aws  {added}")
    print(f"{len(requests)} request shapes, {wrong} signed differently")
    return 1 if wrong or len(requests) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
