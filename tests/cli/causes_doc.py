#!/usr/bin/env python3
"""Compares docs/causes.md with what `tinystacks explain --markdown` prints.

usage: causes_doc.py PROGRAM DOCUMENT

With TINYSTACKS_UPDATE_GOLDEN=1 the document is written anew and the test reports itself as skipped.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

SKIPPED = 77


def explain(program, *arguments):
    return subprocess.run([program, "explain", *arguments], capture_output=True, text=True, check=True, timeout=30).stdout


def main():
    program = os.path.abspath(sys.argv[1])
    document = pathlib.Path(sys.argv[2])
    now = explain(program, "--markdown")
    if os.environ.get("TINYSTACKS_UPDATE_GOLDEN") == "1":
        document.write_text(now)
        print(f"skipped: {document.name} was written anew")
        return SKIPPED
    problems = []
    if not document.is_file() or document.read_text() != now:
        problems.append(f"{document.name} is not current: tinystacks explain --markdown >docs/{document.name}")
    ids = [cause["id"] for cause in json.loads(explain(program, "--json"))["causes"]]
    chapters = re.findall(r"^### (\S+)$", now, re.MULTILINE)
    if sorted(ids) != sorted(chapters):
        problems.append(f"not told, or told twice: {sorted(set(ids) ^ set(chapters))}")
    listed = re.findall(r"^  (\S+) ", explain(program), re.MULTILINE)
    if sorted(ids) != sorted(listed):
        problems.append(f"not listed, or listed twice: {sorted(set(ids) ^ set(listed))}")
    for each in ids:
        if json.loads(explain(program, each, "--json"))["cause"]["id"] != each:
            problems.append(f"{each} is explained as another")
    print("\n".join(problems) or f"{len(ids)} causes")
    return 1 if problems else 0


sys.exit(main())
