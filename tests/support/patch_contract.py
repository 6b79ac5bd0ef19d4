#!/usr/bin/env python3
"""usage: patch_contract.py PUBLISHED OUTPUT

Mends the published description of the API, which is not part of this repository, so that a tool may validate by it:

- a parameter of a path that is not declared is declared (`stageName` of a deploy);
- `deploymentTarget` is one of three objects that have no required member, so whatever fits one fits all: the `oneOf`
  becomes an `anyOf`;
- the ways to authenticate that are named are defined.
"""
import json
import re
import sys

SCHEMES = {"bearerAuth": {"type": "http", "scheme": "bearer"},
           "apiKeyAuth": {"type": "apiKey", "in": "header", "name": "x-api-key"}}


def declare_path_parameters(paths):
    for path, item in paths.items():
        for operation in item.values():
            declared = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
            for name in re.findall(r"{(\w+)}", path):
                if name not in declared:
                    operation.setdefault("parameters", []).append(
                        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}})


def loosen_targets(value):
    if isinstance(value, list):
        for each in value:
            loosen_targets(each)
    elif isinstance(value, dict):
        target = value.get("deploymentTarget")
        if isinstance(target, dict) and "oneOf" in target:
            target["anyOf"] = target.pop("oneOf")
        for each in value.values():
            loosen_targets(each)


def patch(document):
    """Changes the document and returns it."""
    declare_path_parameters(document["paths"])
    loosen_targets(document)
    document.setdefault("components", {}).setdefault("securitySchemes", {}).update(SCHEMES)
    return document


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.splitlines()[0])
    with open(sys.argv[1], encoding="utf-8") as file:
        document = patch(json.load(file))
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)


if __name__ == "__main__":
    main()
