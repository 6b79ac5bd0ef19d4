#!/usr/bin/env python3
"""usage: security_doc.py ROOT

Every test that docs/security.md names exists: `FILE` "BEGINNING OF CASE".
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
REQUIRED = """
    HC-01 HC-02 HC-03 HC-05 HC-06 HC-07 HC-08 HC-09 HC-10 AW-05 AW-06 AW-07 AW-09 AW-10 AW-13 AW-14
    CR-01 CR-02 CR-04 CR-06 CR-07 CR-08 CR-09 CR-10 CR-11 CR-12 CR-13 CR-14
    FS-01 FS-02 FS-05 GT-01 OA-01 OA-02 OA-03 OA-04 OA-07 DU-01 DU-02 DU-03 DU-05 DU-06 DU-07 DU-08 DU-09 DU-11 DU-12 DU-13
    PR-01 PR-02 PR-03 PR-04 PR-05 PR-06 PR-07 PR-08 PR-09 PR-10 PR-12 SC-05
""".split()
rows = re.findall(r"^\| ((?:HC|AW|CR|DU|FS|GT|OA|PR|SC)-\d\d) \|.*\| (.*) \|$", (ROOT / "docs/security.md").read_text(), re.M)
rows = [(item, shown) for item, shown in rows if shown.startswith("`")]
wrong = [f"the table of {len(rows)} rows is not found"] if len(rows) < 75 else []
for item, shown in rows:
    named = re.fullmatch(r'`([\w/.-]+)`(?: "([^"]+)")?', shown)
    file = ROOT / "tests" / named[1] if named else None
    if not file or not file.is_file():
        wrong.append(f"{item}: no such test: {shown}")
    elif named[2] and named[2] not in file.read_text():
        wrong.append(f"{item}: {named[1]} has no {named[2]!r}")
for item in REQUIRED:
    if item not in {row[0] for row in rows}:
        wrong.append(f"{item} is shown by nothing")
print("\n".join(wrong) or f"{len(rows)} tests")
sys.exit(1 if wrong else 0)
