#!/usr/bin/env python3
"""usage: compare_contracts.py PUBLISHED OURS

Compares what two descriptions of an API accept and return: paths, parameters, credentials, bodies, answers and all their
types, the first one patched (patch_contract.py) and both without references. Words for people are not compared. Prints
each difference, of those we want the reason, and fails when there is another, or one of the wanted is not there.
"""
import json
import re
import sys

import contract
import patch_contract

WORDS_FOR_PEOPLE = {"description", "summary", "title", "example", "examples", "deprecated", "default", "tags"}
WANTED = [
    (r".* parameter header authorization", "OpenAPI 3.0 has such a parameter ignored: the security schemes are what it means"),
    (r"GET /infrastructure-code-stacks/deployments/\{stackName\}/events security",
     "it was published without a word about credentials, though it tells of somebody's account"),
    (r".*(/repository|/\[\]|body(/allOf/0)?) type",
     "members are listed, so it is an object: said, lest a validator lets a text through"),
]


def canonical(schema):
    """Only what decides which values are valid; alternatives in one order."""
    if isinstance(schema, list):
        return [canonical(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for name, value in schema.items():
        if name == "properties":
            kept[name] = {member: canonical(each) for member, each in value.items()}
        elif name in ("anyOf", "oneOf", "enum", "required"):
            kept[name] = sorted((canonical(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
        elif name not in WORDS_FOR_PEOPLE and not name.startswith("x-"):
            kept[name] = canonical(value)
    return kept


def differences(first, second, where):
    """Yields place, what the first has and what the second has."""
    if isinstance(first, dict) and isinstance(second, dict):
        for name in sorted(set(first) | set(second)):
            deeper = where + {"type": " type", "properties": ""}.get(name, "/[]" if name == "items" else f"/{name}")
            yield from differences(first.get(name), second.get(name), deeper)
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for number, (one, other) in enumerate(zip(first, second)):
            yield from differences(one, other, f"{where}/{number}")
    elif first != second:
        yield where, first, second


def described(document):
    """What each operation accepts and returns, by words that name the place."""
    told = {}
    for operation in contract.operations(document):
        here = f"{operation.method} {operation.path}"
        told[here] = True
        told[f"{here} security"] = sorted(json.dumps(each) for each in operation.security)
        told[f"{here} wants body"] = operation.wants_body
        told[f"{here} body"] = canonical(operation.body)
        for each in operation.parameters:
            told[f"{here} parameter {each['in']} {each['name']}"] = [bool(each.get("required")), canonical(each["schema"])]
        for status, schema in operation.answers.items():
            told[f"{here} answer {status}"] = canonical(schema) or "nothing"
    return told


def compare(published, ours):
    first = described(contract.resolve(patch_contract.patch(published), published))
    second = described(ours)
    for place in sorted(set(first) | set(second)):
        yield from differences(first.get(place), second.get(place), place)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.splitlines()[0])
    with open(sys.argv[1], encoding="utf-8") as file:
        published = json.load(file)
    seen, wrong = {}, 0
    for place, first, second in compare(published, contract.load(sys.argv[2])):
        reason = next((why for pattern, why in WANTED if re.fullmatch(pattern, place)), None)
        if reason:
            seen.setdefault(reason, []).append(place)
        else:
            wrong += 1
            print(f"{place}: {json.dumps(first)[:300]} there, {json.dumps(second)[:300]} here")
    for _, reason in WANTED:
        places = seen.get(reason, [])
        print(f"wanted, {len(places)} places such as '{places[0]}': {reason}" if places else f"never seen: {reason}")
        wrong += not places
    print(f"{len(described(contract.load(sys.argv[2])))} places compared, {wrong} unwanted differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
