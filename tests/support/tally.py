#!/usr/bin/env python3
"""Counts a JUnit file of CTest: prints `PASSED FAILED SKIPPED`, and what failed or was skipped on stderr.

usage: tally.py FILE

A test that printed a line `skipped: why` counts as skipped besides having passed; under CI=true, where everything it
could want can be installed, as failed.
"""
import os
import sys
import xml.etree.ElementTree as ElementTree


def skips(text):
    return [line for line in text.splitlines() if line.startswith("skipped: ")]


def main():
    strict = os.environ.get("CI") == "true"
    passed = failed = skipped = 0
    for case in ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
        name = case.get("name")
        text = case.findtext("system-out") or ""
        if case.get("status") == "run":
            passed += 1
        elif case.find("skipped") is not None:
            skipped, failed = (skipped, failed + 1) if strict else (skipped + 1, failed)
            print(f"skipped: {name}", file=sys.stderr)
            continue
        else:
            failed += 1
            print(f"--- {name} failed\n{text[-6000:]}", file=sys.stderr)
        for line in skips(text):
            print(f"{line} ({name})", file=sys.stderr)
            skipped, failed = (skipped, failed + 1) if strict else (skipped + 1, failed)
    if passed + failed + skipped == 0:
        sys.exit("no test ran")
    print(passed, failed, skipped)


main()
