"""What the program prints with --json, read strictly (docs/interface.md)."""
import json
import re

ERROR_KEYS = {"kind", "message", "file", "line", "column", "hint"}
PROBLEM_KEYS = {"severity", "rule", "message", "file", "line", "column", "hint"}
KINDS = {"failed": {1}, "usage": {2}, "invalid_input": {3}, "unauthenticated": {4}, "not_allowed": {4}, "not_found": {5},
         "conflict": {6}, "unavailable": {1}}
# What is not ours to name: variables of a buildspec, and the contract's own objects.
FOREIGN = {".exported_variables", ".source", ".sources[]", ".stack", ".stacks[]", ".versions[]", ".deployment", ".parameters",
           ".outputs[]", ".resources[]", ".events[]"}


def one_document(text):
    """The only document of a text; no second one, no other words."""
    document, end = json.JSONDecoder(object_pairs_hook=unique).raw_decode(text)
    if text[end:] != "\n":
        raise ValueError(f"behind the document stands {text[end:][:100]!r}")
    return document


def unique(pairs):
    """For json's object_pairs_hook: an object in which no key stands twice."""
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"a key stands twice among {names}")
    return dict(pairs)


def check_document(document, status, members):
    """What is wrong with a document of that exit status, which has these members beside the common ones."""
    if document.get("schema_version") != 1:
        yield f"schema_version is {document.get('schema_version')!r}"
    if document.get("exit_code") != status:
        yield f"exit_code is {document.get('exit_code')!r}, the process's {status}"
    missing = {"problems", "error", *members} - set(document)
    if missing:
        yield f"lacks {sorted(missing)}"
    for problem in document.get("problems", []):
        if set(problem) != PROBLEM_KEYS or problem["severity"] not in ("error", "warning") or not problem["rule"]:
            yield f"a problem is {problem}"
    error = document.get("error")
    if status in (0, 8, 9, 10, 11, 12):
        if error is not None:
            yield f"error is {error}"
    elif error is None or set(error) != ERROR_KEYS or status not in KINDS.get(error["kind"], ()):
        yield f"error is {error} with exit code {status}"
    elif not error["message"] or error["message"].endswith(".") or error["message"][0].isupper():
        # A CodeBuild message keeps CodeBuild's capitals, a variable its own.
        if not re.match(r"(Expected|Decrypted) |[A-Z_]{4,}", error["message"]):
            yield f"a message is not in our form: {error['message']!r}"
    yield from check_keys(document)


def check_keys(value, path=""):
    if path in FOREIGN or (path == ".deployments[]" and "deploymentId" in value):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
                yield f"{path}.{key} is not snake_case"
            yield from check_keys(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from check_keys(inner, path + "[]")
