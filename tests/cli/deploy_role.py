#!/usr/bin/env python3
"""usage: deploy_role.py ROOT

Compares the policies in docs/deploy-role.md with the calls that lib/ and templates/ make, and holds them to what a
least-privilege policy must be.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
CLASSES = {"Ecs": "ecs", "Elbv2": "elasticloadbalancing", "Lambda": "lambda", "Logs": "logs", "S3": "s3", "Sts": "sts", "Ecr": "ecr",
           "Ssm": "ssm", "SecretsManager": "secretsmanager", "CloudFormation": "cloudformation"}
# Where IAM's name of an action is not the operation's; None needs no permission.
# Source: AWS Service Authorization Reference.
ACTIONS = {"lambda:Invoke": "lambda:InvokeFunction", "s3:HeadObject": "s3:GetObject", "s3:ListObjectsV2": "s3:ListBucket",
           "s3:ListBucketResult": None,  # of the answer
          
           "sts:GetCallerIdentity": None}
# What the aws program calls where its command is not the operation's name.
COMMANDS = {"ecr get-login-password": "ecr:GetAuthorizationToken", "lambda wait function-updated": "lambda:GetFunctionConfiguration"}
# What docker, and our own client of registries, do by the registry's protocol. Source: Amazon ECR User Guide, "Pushing an image".
REGISTRY = {"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:GetDownloadUrlForLayer",
            "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"}
# What RegisterTaskDefinition wants beside itself, for the roles and tags of the definition.
BESIDE = {"ecs:RegisterTaskDefinition": {"iam:PassRole", "ecs:TagResource"}}
# Actions that no resource limits, or one that a condition limits.
ANY_RESOURCE = {"ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition", "ecs:ListTasks",
                "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeTargetHealth"}
# Which of our calls are made with the caller's own credentials even where the stage has a role.
OF_CALLER = {"s3:GetObject", "s3:ListBucket", "s3:PutObject", "sts:AssumeRole"}
wrong = []


def methods():
    """(method, actions) of every public function of lib/aws that is a call of a service."""
    for file in sorted((ROOT / "lib/aws").glob("*.cpp")):
        text = file.read_text()
        starts = [(m.start(), m[1], m[2]) for m in re.finditer(rf"^\S.* ({'|'.join(CLASSES)})::(\w+)\(", text, re.M)]
        for (start, name, method), end in zip(starts, [at for at, _, _ in starts[1:]] + [len(text)]):
            operations = re.findall(r'"([A-Z][a-z]+[A-Z]\w+)"', text[start:end])
            known = [word for word in operations if re.match("(Describe|List|Get|Put|Register|Update|Stop|Batch|Assume|Filter|Head|Delete|Create)",
                                                             word)]
            yield method, [f"{CLASSES[name]}:{word}" for word in known + (["Invoke"] if method == "invoke" else [])]


def calls_of_code():
    users = "\n".join(file.read_text() for folder in ("lib", "app") for file in sorted((ROOT / folder).rglob("*.cpp"))
                      if "lib/aws/" not in file.as_posix())
    actions = {"sts:AssumeRole"}  # by Session, for `role:`
    for method, operations in methods():
        if re.search(rf"\b(ecs|elbv2|lambda|logs|s3|sts|ecr)_?(\(\))?\s*\.{method}\(", users):
            actions |= {ACTIONS.get(operation, operation) for operation in operations}
    return actions - {None}


def calls_of_templates():
    actions = set()
    for file in ("build.yml", "release.yml"):
        for service, command, rest in re.findall(r"\baws (ecr|ecs|lambda|s3|sts|ssm) ([a-z][a-z-]+) ?([a-z-]*)",
                                                 (ROOT / "templates" / file).read_text()):
            words = f"{service} {command} {rest}" if command == "wait" else f"{service} {command}"
            camel = "".join(word.capitalize() for word in command.split("-"))
            actions.add(COMMANDS.get(words, f"{service}:{camel}"))
    return actions


def policy(name):
    text = (ROOT / "docs/deploy-role.md").read_text()
    return json.loads(re.search(rf"^```json {name}\n(.*?)^```", text, re.M | re.S)[1])["Statement"]


def as_list(value):
    return value if isinstance(value, list) else [value]


def actions_of(statements):
    return {action for statement in statements for action in as_list(statement["Action"])}


def compare(what, has, wants):
    for action in sorted(wants - has):
        wrong.append(f"{what} lacks {action}, which is called")
    for action in sorted(has - wants):
        wrong.append(f"{what} allows {action}, which nothing calls")


def check_statement(statement):
    actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
    for action in actions:
        if "*" in action:
            wrong.append(f"{statement['Sid']}: {action} is more than one action")
        if "*" in resources and action not in ANY_RESOURCE:
            wrong.append(f"{statement['Sid']}: {action} on every resource")
    if "iam:PassRole" in actions:
        to = statement.get("Condition", {}).get("StringEquals", {}).get("iam:PassedToService")
        if actions != ["iam:PassRole"] or not set(as_list(to)) <= {"ecs-tasks.amazonaws.com", "lambda.amazonaws.com"}:
            wrong.append(f"{statement['Sid']}: iam:PassRole to {to}")
        if any("*" in resource for resource in resources):
            wrong.append(f"{statement['Sid']}: iam:PassRole of {resources}")
    if "ecs:ListTasks" in actions and "ecs:cluster" not in statement.get("Condition", {}).get("ArnEquals", {}):
        wrong.append(f"{statement['Sid']}: tasks of every cluster")
    if any(action.startswith("iam:") and action != "iam:PassRole" for action in actions):
        wrong.append(f"{statement['Sid']}: changes roles")


def main():
    called, shipped = calls_of_code(), calls_of_templates()
    if len(called) < 20 or len(shipped) < 6:
        wrong.append(f"the calls are no longer found: {sorted(called)}, {sorted(shipped)}")
    role, caller, trust = policy("deploy-role"), policy("caller"), policy("trust")
    wanted = (called | shipped | REGISTRY) - OF_CALLER
    for action, beside in BESIDE.items():
        wanted |= beside if action in wanted else set()
    compare("the deploy role", actions_of(role), wanted)
    compare("the caller", actions_of(caller), (called & OF_CALLER) | {"ecr:GetAuthorizationToken"} | REGISTRY)
    for statement in role + caller:
        check_statement(statement)
    for statement in trust:
        if not statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId") or "*" in str(statement["Principal"]):
            wrong.append("the role may be assumed without the external id, or by anybody")
    # AW-14: what creates must carry a client token. Nothing we call creates anything but a task definition's revision, of which one
    # more does no harm, and which knows no token.
    for action in sorted(called | shipped):
        if re.match(r"\w+:(Create|Run|Start|Register|Publish)", action) and action != "ecs:RegisterTaskDefinition":
            wrong.append(f"{action} creates: send a client token made of the deployment's id, and say so here")
    for problem in wrong:
        print(problem)
    print(f"{len(called)} actions of the code, {len(shipped)} of the templates")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
