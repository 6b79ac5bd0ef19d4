#!/usr/bin/env python3
"""Every command that asks a TinyStacks API, against prism: a server that only knows the API's description, and refuses
every request that is not as it says.

usage: api_commands.py PROGRAM [NAME...]
"""
import json
import os
import re
import sys

from api_world import make_source, point, said, told
from checks import Skipped, expect, run_checks

import contract
import prism

STACK = {"name": "shop", "source": {"name": "web", "targetVersion": "1"}, "stages": [{"name": "dev", "region": "us-east-1"}],
         "deploymentTarget": {"accountId": "123456789012", "region": "us-east-1"}}
# A command line, its exit code, the members of its document, the operations that it has to ask. Prism's only source,
# stack and deployment is called "string", and so are all its texts: also the word that a check ended with.
CASES = [
    ("source list", 0, {"sources"}, ["listSources"]),
    ("source list --group acme", 0, {"sources"}, ["listSources"]),
    ("source create --file source.json", 0, {"source"}, ["createSource"]),
    ("source create --file source.json --wait", 9, {"source", "verdict"}, ["createSource", "showSource", "showSourceLog"]),
    ("source show string", 0, {"source"}, ["showSource"]),
    ("source show string --version 1", 0, {"source"}, ["showSource"]),
    ("source update web --file source.json", 0, {"source"}, ["updateSource"]),
    ("source parameters string", 0, {"parameters"}, ["showSource"]),
    ("source parameters string --parameter property1=x", 0, {"source"}, ["showSource", "updateSourceParameters"]),
    ("source parameters string --file source.json", 0, {"source"}, ["updateSourceParameters"]),
    ("source publish string --version 1", 0, {"source", "version"}, ["publishSourceVersion"]),
    ("source versions string", 0, {"versions"}, ["listSourceVersions"]),
    ("source logs string", 0, set(), ["showSourceLog"]),
    ("source stacks string", 0, {"stacks"}, ["listStacksOfSource"]),
    ("source delete string --confirm string", 0, {"source"}, ["deleteSource"]),
    ("stack list", 0, {"stacks"}, ["listStacks"]),
    ("stack list --source string --customer c", 0, {"stacks"}, ["listStacks"]),
    ("stack create shop --source string --stage dev:us-east-1 --stage eu:eu-west-1:123456789012", 0, {"stack"}, ["createStack"]),
    ("stack create shop --source string --version 1 --stage dev:us-east-1 --parameter property1=x --parameters-file values.json", 0,
     {"stack"}, ["createStack"]),
    ("stack show string", 0, {"stack"}, ["showStack"]),
    ("stack show string --user string", 0, {"stack"}, ["showStackOfUser"]),
    ("stack update string --version 2 --stage dev:us-east-1 --parameter property1=x", 0, {"stack"}, ["showStack", "updateStack"]),
    ("stack update shop --file stack.json", 0, {"stack"}, ["updateStack"]),
    ("stack parameters string", 0, {"parameters"}, ["showStack"]),
    ("stack parameters string --parameter property1=x --customer c", 0, {"parameters"}, ["updateStackParameters"]),
    ("stack outputs string", 0, {"outputs"}, ["listStackOutputs"]),
    ("stack resources string", 0, {"resources"}, ["listStackResources"]),
    ("stack events string", 0, {"events"}, ["listStackEvents"]),
    ("stack events string --deployment string --customer c", 0, {"events"}, ["listDeploymentEvents"]),
    ("stack deployments string", 0, {"deployments"}, ["listDeployments"]),
    ("stack delete string --confirm string", 0, {"stack"}, ["deleteStack"]),
    ("deploy --stack string --stage string --no-wait", 0, {"deployments"}, ["deployStage", "listDeployments"]),
    ("logs deployment --stack string --stage string", 0, set(), ["showDeploymentLog"]),
    ("logs deployment --stack string --deployment string", 0, set(), ["showDeploymentLog"]),
]
server = None


def serve():
    """One prism for all checks; it ends with this process."""
    global server
    if server is None:
        try:
            server = prism.Prism(os.environ.get("TINYSTACKS_TEST_CONTRACT", contract.OURS))
        except prism.Unavailable as why:
            raise Skipped(why) from why
    return server


def asked(log):
    """The operations that prism was asked for."""
    operations = contract.operations(contract.load(contract.OURS))
    found = []
    for method, target in re.findall(r"\[HTTP SERVER\] (\w+) (\S+) .*Request received", log):
        operation, _ = contract.find_operation(operations, method.upper(), target.split("?")[0])
        found.append(operation.name if operation else f"{method} {target}")
    return found


def prepare(place):
    point(place, serve().url, "any-token")
    make_source(place)
    place.write("stack.json", json.dumps(STACK))
    place.write("values.json", json.dumps({"property2": "y"}))


def ask(place, line, status, members):
    """Asks as a person and as a program; what prism was asked in between."""
    before = len(server.printed)
    said(place, line, status)
    told(place, line, status, members)
    log = server.printed[before:]
    refused = [each for each in log.splitlines() if "Violation: request" in each]
    expect(not refused, line, "is refused:", refused)
    return asked(log)


def check_every_command(place):
    prepare(place)
    every = {each.name for each in contract.operations(contract.load(contract.OURS))} - {"ping"}
    for line, status, members, wanted in CASES:
        found = ask(place, line, status, members)
        expect(set(wanted) <= set(found), line, "asks", found, "not", wanted)
        every -= set(found)
    expect(not every, "no command asks", sorted(every))


def check_round_trip(place):
    """What is shown can be sent back."""
    prepare(place)
    for noun in ("source", "stack"):
        place.write("shown.json", json.dumps(told(place, f"{noun} show string", members=[noun])))
        expect(ask(place, f"{noun} update string --file shown.json", 0, {noun}), "prism was not asked")


def check_credentials(place):
    """Without one prism refuses, and so do we."""
    prepare(place)
    del place.environment["TINYSTACKS_TOKEN"]
    error = told(place, "source list", 4)["error"]
    expect(error["kind"] == "unauthenticated", error)


def main():
    try:
        return run_checks(globals(), sys.argv)
    finally:
        if server:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
