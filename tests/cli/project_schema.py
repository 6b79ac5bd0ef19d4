#!/usr/bin/env python3
"""usage: project_schema.py SCHEMA FIXTURES

The JSON schema that editors use takes tests/fixtures/project/good and refuses bad, as the parser does
(tests/unit/project_parse.cpp runs the same files). Files named parser-only-* break rules a schema cannot express.
Exit status 77 means skipped.
"""
import json
import pathlib
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}; pip install -r tests/requirements.txt")
    sys.exit(77)


def main() -> int:
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    wrong = checked = 0
    for file in sorted(pathlib.Path(sys.argv[2]).glob("*/*.yml")):
        if file.name.startswith("parser-only-"):
            continue
        checked += 1
        problems = [error.message for error in validator.iter_errors(yaml.safe_load(file.read_text(encoding="utf-8")))]
        if bool(problems) != (file.parent.name == "bad"):
            wrong += 1
            print(f"{file}: {problems or 'taken'}")
    print(f"{checked} files, {wrong} wrong")
    return 1 if wrong or not checked else 0


sys.exit(main())
