"""An OpenAPI document as the tests read it: its operations, and whether a body is as they say."""
import dataclasses
import functools
import json
import pathlib
import re
import sys
import urllib.parse

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}; pip install -r tests/requirements.txt")
    sys.exit(77)

OURS = pathlib.Path(__file__).parents[2] / "docs/openapi.yaml"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


@dataclasses.dataclass(frozen=True)
class Operation:
    """A method on a path, with what the path has in common put into it."""
    name: str
    method: str
    path: str
    parameters: list
    body: dict | None  # its schema
    wants_body: bool
    answers: dict  # by status or "default": a schema, or None for no body
    security: list

    def match(self, path):
        """The values of the path's parameters, decoded; None when it is another path."""
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(self.path))
        found = re.fullmatch(pattern, path)
        return found and {name: urllib.parse.unquote(value) for name, value in found.groupdict().items()}

    def declares(self, place, name):
        return any(each["in"] == place and each["name"].lower() == name.lower() for each in self.parameters)

    @property
    def fixed_parts(self):
        return self.path.count("/") - self.path.count("{")


@functools.lru_cache
def load(path):
    """The document, with every reference replaced by what it names."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    document = json.loads(text) if str(path).endswith(".json") else yaml.safe_load(text)
    return resolve(document, document)


def resolve(value, document):
    if isinstance(value, list):
        return [resolve(each, document) for each in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$ref"), str):
        named = document
        for word in value["$ref"].removeprefix("#/").split("/"):
            named = named[word]
        return resolve(named, document)
    return {name: resolve(each, document) for name, each in value.items()}


def schema_of(holder):
    return (holder or {}).get("content", {}).get("application/json", {}).get("schema")


def operations(document):
    """The operations of a document that load() returned. Of two paths that match, that with more fixed words is first."""
    found = []
    for path, item in document["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            operation = item[method]
            body = operation.get("requestBody")
            found.append(Operation(
                operation.get("operationId", f"{method} {path}"), method.upper(), path,
                item.get("parameters", []) + operation.get("parameters", []), schema_of(body),
                bool(body and body.get("required")),
                {status: schema_of(answer) for status, answer in operation["responses"].items()},
                operation.get("security", document.get("security", []))))
    return sorted(found, key=lambda each: -each.fixed_parts)


def find_operation(all_operations, method, path):
    """The operation and the path's values; (None, None) when there is none."""
    for operation in all_operations:
        values = operation.match(path) if operation.method == method else None
        if values is not None:
            return operation, values
    return None, None


def problems_of(schema, value):
    """Where a value is not as a schema says, a line each."""
    validator = jsonschema.Draft4Validator(schema)
    return [f"/{'/'.join(map(str, each.absolute_path))}: {each.message[:200]}" for each in validator.iter_errors(value)]
