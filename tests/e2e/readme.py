#!/usr/bin/env python3
"""Runs the fenced `sh` blocks of a Markdown file in one shell, in order, and compares what they print.

usage: readme.py FILE [--update]

A `text` block after a `sh` block is its output, stderr included, where times, ids and the like may differ; a line that
is just `…` stands for any lines. --update writes the output of this run there. The one command not run is
tests/run.sh, which is what runs this.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

NOT_RUN = {"tests/run.sh", "tests/run.sh --all"}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VARIES = [
    (re.compile(r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| UTC)?"), "TIME"),
    (re.compile(r"\b\d+(\.\d+)? ?(ms|s|seconds?|minutes?)\b"), "DURATION"),
    (re.compile(r"\b(sha256:)?[0-9a-f]{7,64}\b"), "HEX"),
    (re.compile(r"\b[a-z0-9]*\d{6,}[-a-z0-9]*\b"), "ID"),
    (re.compile(r"(127\.0\.0\.1):(?!800\d\b)\d+"), r"\1:PORT"),
    (re.compile(r"/(root|home/\w+|tmp/tmp\.\w+/home)/"), "HOME/"),
    (re.compile(r"[ \t]+"), " "),
]


def same_for_all(text):
    for pattern, word in VARIES:
        text = pattern.sub(word, text)
    return [line.strip() for line in text.strip().splitlines()]


def as_pattern(lines):
    return "\n".join(r"(?:.*\n)*?.*" if line == "…" else re.escape(line) for line in lines)


def run(blocks, root):
    """What each block printed. One shell: what a block changes holds for those after it."""
    mark = "--- end of block"
    script = "set -euo pipefail\n"
    for block in blocks:
        lines = [line for line in block.splitlines() if line.strip() not in NOT_RUN]
        script += "\n".join(lines) + f"\nprintf '\\n{mark}\\n'\n"
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(["bash", file.name], cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    printed = done.stdout.split(f"\n{mark}\n")
    if done.returncode != 0:
        print(printed[-1][-4000:])
        sys.exit(f"block {len(printed)} of the README fails with exit status {done.returncode}:\n{blocks[len(printed) - 1]}")
    return printed[:len(blocks)]


def main():
    path = pathlib.Path(sys.argv[1])
    text = path.read_text()
    found = list(BLOCK.finditer(text))
    scripts = [block for block in found if block[1] == "sh"]
    printed = dict(zip((block.start() for block in scripts), run([block[2] for block in scripts], path.parent)))
    wrong = 0
    edits = []
    for block, after in zip(found, found[1:] + [None]):
        if block[1] != "sh" or after is None or after[1] != "text":
            continue
        out = printed[block.start()]
        edits.append((after.start(2), after.end(2), out.strip("\n") + "\n"))
        wanted, got = same_for_all(after[2]), same_for_all(out)
        if not re.fullmatch(as_pattern(wanted), "\n".join(got)):
            wrong += 1
            print(f"--- this block\n{block[2]}--- prints\n{out}\n--- but the README shows\n{after[2]}")
    if "--update" in sys.argv[2:]:
        for begin, end, out in reversed(edits):
            text = text[:begin] + out + text[end:]
        path.write_text(text)
        return 0
    print(f"{len(scripts)} blocks, {wrong} with another output")
    return 1 if wrong or not scripts else 0


os.environ["NO_COLOR"] = "1"
sys.exit(main())
