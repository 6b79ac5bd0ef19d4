#!/usr/bin/env python3
"""What `init` finds, asks, writes and refuses.

usage: init.py PROGRAM [NAME...]
"""
import json
import os
import pathlib
import subprocess
import sys

from checks import expect, run_checks

EXPRESS = {"package.json": '{"name":"shop","scripts":{"start":"node server.js"},"dependencies":{"express":"^5.0.0"}}\n',
           "package-lock.json": '{"name":"shop","lockfileVersion":3,"packages":{}}\n',
           "server.js": "require('express')().listen(process.env.PORT || 3000)\n"}
FLASK = {"requirements.txt": "flask==3.1.0\ngunicorn==23.0.0\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n"}
OURS = {"Dockerfile", ".dockerignore", "build.yml", "release.yml", "tinystacks.yml"}


def fill(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def init(place, folder, *arguments, status=0):
    done = subprocess.run([place.program, "-C", str(folder), "init", *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env=place.environment, check=False)
    expect(done.returncode == status, f"init {arguments} ends with {done.returncode}, not {status}: {done.stdout}{done.stderr}")
    return done


def look(place, folder, *arguments, status=0):
    return json.loads(init(place, folder, "--dry-run", "--json", *arguments, status=status).stdout)


def empty(place, name):
    (place.work / name).mkdir()
    return place.work / name


def names(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def check_dry_run_tells_and_writes_nothing(place):
    """--dry-run --json writes nothing and tells what was found, from where."""
    folder = fill(place.work / "shop", EXPRESS)
    found = look(place, folder)
    detection = found["detection"]
    expect(names(folder) == set(EXPRESS), f"wrote {names(folder)}")
    for key, value in {"language": "node", "framework": "express", "package_manager": "npm", "start_command": "npm run start",
                       "command": ["node", "server.js"], "port": 3000, "delivery": "process", "root": "."}.items():
        expect(detection[key] == value, f"{key} is {detection[key]!r}")
    expect(detection["evidence"] and detection["evidence"][0]["file"] == "package.json", detection["evidence"])
    expect(detection["alternatives"] == [], detection["alternatives"])
    expect({file["path"] for file in found["files"]} == OURS, found["files"])


def check_writes_its_files_only_and_the_same_again(place):
    """Written files are ours only, equal the second time, and --force changes nothing that is equal."""
    folder = fill(place.work / "shop", EXPRESS)
    init(place, folder)
    expect(names(folder) == set(EXPRESS) | OURS, names(folder))
    first = (folder / "Dockerfile").read_text()
    done = init(place, folder, "--force")
    expect("Dockerfile: unchanged" in done.stdout and (folder / "Dockerfile").read_text() == first, done.stdout)
    expect("CMD [\"node\", \"server.js\"]" in first and "USER " in first, first)


def check_somebodys_dockerfile_is_kept_and_checked(place):
    """A Dockerfile that is there is neither overwritten nor trusted."""
    folder = fill(place.work / "shop", {**EXPRESS, "Dockerfile": "FROM node\nEXPOSE 3000\nCMD node server.js\n"})
    found = look(place, folder, "--force")
    rules = {problem["rule"]: problem["line"] for problem in found["problems"]}
    expect(rules == {"dockerfile.ignore": None, "dockerfile.latest": 1, "dockerfile.root": 1, "dockerfile.shell_form": 3}, rules)
    init(place, folder, "--force")
    expect((folder / "Dockerfile").read_text().startswith("FROM node\n"), "it was overwritten")


def check_flags_beat_what_was_found(place):
    """--start, --port, --version, --root and --framework are obeyed, or refused by name."""
    folder = fill(place.work / "shop", EXPRESS)
    found = look(place, folder, "--start", "node other.js", "--port", "9000", "--version", "22")["detection"]
    expect(found["command"] == ["node", "other.js"] and found["port"] == 9000 and found["version"] == "node 22", found)
    expect(init(place, folder, "--framework", "flask", status=2).stderr.count("nothing here looks like flask") == 1, "")
    expect("express" in init(place, folder, "--framework", "expres", status=2).stderr, "no suggestion")
    expect("no directory 'nowhere'" in init(place, folder, "--root", "nowhere", status=2).stderr, "")


def check_what_changes_nothing_is_refused(place):
    """A flag that would be ignored, or a value that nothing here has, is refused with the reason."""
    folder = fill(place.work / "shop", EXPRESS)
    for flags, why in ((("--package-manager", "pip"), "installed by npm"), (("--version", "banana"), "not understood"),
                       (("--starter", "flask", "--framework", "django"), "exclude"), (("--from", "compose", "--explain"), "exclude")):
        expect(why in init(place, folder, *flags, status=2).stderr, flags)
    pages = fill(place.work / "pages", {"index.html": "<p>hello</p>\n"})
    for flags in (("--start", "node x.js"), ("--build", "make"), ("--version", "3")):
        expect(init(place, pages, *flags, status=2).stderr.startswith(f"tinystacks: {flags[0]} "), flags)
    expect("ENV PORT=7777" in look(place, pages, "--port", "7777")["files"][0]["text"], "--port does not reach the Dockerfile")
    theirs = fill(place.work / "theirs", {"Dockerfile": "FROM scratch\nEXPOSE 80\n"})
    expect("kept as it is" in init(place, theirs, "--lambda", status=2).stderr, "")


def check_a_second_application_gets_a_project_file(place):
    """One project file is for one image: the second lies beside its Dockerfile, on ports of its own."""
    folder = place.work / "mono"
    fill(folder / "api", FLASK)
    fill(folder / "web", EXPRESS)
    init(place, folder, "--root", "web/")
    done = init(place, folder, "--root", "./api")
    first, second = (folder / "tinystacks.yml").read_text(), (folder / "api/tinystacks.yml").read_text()
    expect("DOCKERFILE_PATH: web/Dockerfile" in first and "DOCKERFILE_PATH: api/Dockerfile" in second, second)
    expect("port: 8002," in first and "port: 8003," in second, second)
    expect("tinystacks deploy --project api/tinystacks.yml" in done.stderr, done.stderr)
    ignored = (folder / ".dockerignore").read_text().split("\n")
    expect("api/htmlcov" in ignored and len(ignored) == len(set(ignored)), ignored)
    expect("written" not in init(place, folder, "--root", "api").stdout, "the same again is written")


def check_a_project_file_is_a_persons(place):
    """--force writes anew what init makes, never what a person said in tinystacks.yml."""
    folder = fill(place.work / "shop", EXPRESS)
    init(place, folder)
    mine = (folder / "tinystacks.yml").read_text().replace("stack: shop", "stack: mine")
    (folder / "tinystacks.yml").write_text(mine)
    (folder / "Dockerfile").write_text((folder / "Dockerfile").read_text() + "# mine\n")
    done = init(place, folder, "--force")
    expect((folder / "tinystacks.yml").read_text() == mine and "rm tinystacks.yml" in done.stderr, done.stderr)
    expect("# mine" not in (folder / "Dockerfile").read_text(), "--force kept the Dockerfile")


def check_nothing_is_half_written(place):
    """What is in the way is noticed before the first file, and a link out is not followed."""
    folder = fill(place.work / "shop", EXPRESS)
    (folder / "release.yml").mkdir()
    expect("release.yml" in init(place, folder, status=3).stderr, "")
    expect(names(folder) == set(EXPRESS), names(folder))
    outside = empty(place, "outside")
    folder = fill(place.work / "linked", {**FLASK, "compose.yaml": "services: {web: {build: {context: ., dockerfile: out/Dockerfile}, ports: ['80']}}\n"})
    os.symlink(outside, folder / "out")
    expect("leads out" in init(place, folder, "--from", "compose", status=3).stderr, "")
    expect(names(outside) == set(), names(outside))


def check_a_hint_works_where_it_is_read(place):
    """With -C a command to copy has it too."""
    fill(place.work / "mono/api", FLASK)
    fill(place.work / "mono/web", EXPRESS)
    asked = init(place, place.work / "mono", status=2).stderr
    expect(f"try: tinystacks -C {place.work / 'mono'} init --root api" in asked and "found " not in asked, asked)


def check_several_applications_are_a_question(place):
    """Two applications below are listed with the flag; the one that is named is written from the repository's root."""
    folder = place.work / "mono"
    fill(folder / "api", FLASK)
    fill(folder / "web", EXPRESS)
    asked = look(place, folder, status=2)
    answers = asked["detection"]["questions"][0]["answers"]
    expect(answers == ["--root api", "--root web"], answers)
    expect(asked["files"] == [] and names(folder) == {f"api/{name}" for name in FLASK} | {f"web/{name}" for name in EXPRESS}, "")
    init(place, folder, "--root", "api")
    expect("COPY api/requirements.txt" in (folder / "api/Dockerfile").read_text(), (folder / "api/Dockerfile").read_text())
    expect("DOCKERFILE_PATH: api/Dockerfile" in (folder / "tinystacks.yml").read_text(), "")


def check_the_only_subfolder_is_found(place):
    """An application in the only subfolder that has one needs no flag."""
    folder = place.work / "only"
    fill(folder / "backend", FLASK)
    fill(folder, {"README.md": "x\n"})
    expect(look(place, folder)["detection"]["root"] == "backend", "")


def check_two_languages_are_told(place):
    """What else it could be is told with the reason."""
    folder = fill(place.work / "both", {**FLASK, "package.json": '{"devDependencies":{"prettier":"3"}}\n'})
    found = look(place, folder)["detection"]
    expect(found["language"] == "python" and found["alternatives"][0]["language"] == "node", found["alternatives"])
    expect("package.json" in init(place, folder, "--explain").stdout, "--explain does not tell")


def check_nothing_known_is_said(place):
    """A folder that says nothing is refused with what to do."""
    folder = fill(place.work / "empty", {"README.md": "x\n"})
    done = init(place, folder, status=5)
    expect("try: write a Dockerfile" in done.stderr, done.stderr)
    expect(look(place, folder, status=5)["detection"]["language"] == "none", "")


def check_hostile_repositories(place):
    """Links out, folders and pipes for files, huge and broken manifests: a refusal or a result, never a hang or a leak."""
    secret = place.work / "secret"
    secret.write_text("TOP-SECRET-TEXT\n")
    folder = place.work / "hostile"
    fill(folder, FLASK)
    (folder / "package.json").mkdir()
    os.symlink(secret, folder / "Procfile")
    os.symlink("/", folder / "root")
    os.mkfifo(folder / ".python-version")
    found = init(place, folder, "--dry-run", "--json")
    expect("TOP-SECRET-TEXT" not in found.stdout + found.stderr, "it read outside")
    expect("'Procfile' is a link that leads out of the repository" in json.dumps(json.loads(found.stdout)["detection"]), "")
    huge = fill(place.work / "huge", EXPRESS)
    with open(huge / "package.json", "r+b") as file:
        file.truncate(100 << 20)
    told = json.loads(subprocess.run([place.program, "-C", str(huge), "init", "--dry-run", "--json"], capture_output=True,
                                     env=place.environment, check=False).stdout)
    expect("larger than" in json.dumps(told["detection"]), told["detection"])
    link = fill(empty(place, "link"), FLASK)
    secret.write_text("FROM scratch\nENV API_TOKEN=TOP-SECRET-TEXT\nEXPOSE 80\n")
    os.symlink(secret, link / "Dockerfile")
    told = init(place, link, status=3).stderr
    expect("'Dockerfile' is a link that leads out of the repository" in told and "API_TOKEN" not in told, told)
    broken = fill(place.work / "broken", {"package.json": '{\n"name": \n'})
    expect("package.json:" in init(place, broken, status=3).stderr, "no place")


def check_names_do_not_inject(place):
    """Names with quotes, newlines and substitutions stay names in the Dockerfile and in YAML."""
    canary = place.work / "canary"
    evil = f"a$(touch {canary})`touch {canary}`\"; touch {canary} #"
    folder = fill(place.work / "evil" / "it's \"x\"", {
        "package.json": json.dumps({"name": evil, "main": "s'\" $(x).js", "scripts": {"build": "true\nUSER root"},
                                    "engines": {"node": "22\nUSER root"}}),
        "s'\" $(x).js": "require('http').createServer().listen(3000)\n"})
    done = subprocess.run([place.program, "-C", str(folder), "init"], capture_output=True, text=True, env=place.environment,
                          check=False)
    expect(done.returncode in (0, 2, 3), done.stderr)
    if done.returncode == 0:
        dockerfile = (folder / "Dockerfile").read_text()
        expect("\nUSER root" not in dockerfile, dockerfile)
    validated = subprocess.run([place.program, "-C", str(folder), "validate"], capture_output=True, text=True,
                               env=place.environment, check=False)
    expect(done.returncode != 0 or "injected" not in validated.stdout, validated.stdout)
    expect(not canary.exists(), "a name was run")


def check_starters(place):
    """A starter goes into an empty folder only, whole, and is recognised as what it is."""
    for name, framework in {"express": "express", "flask": "flask", "django": "django", "spring": "spring-boot"}.items():
        folder = empty(place, name)
        shown = look(place, folder, "--starter", name)
        expect(shown["detection"]["framework"] == framework, (name, shown["detection"]["framework"]))
        expect(names(folder) == set(), "a dry run wrote")
        init(place, folder, "--starter", name)
        expect(OURS < names(folder), names(folder))
        init(place, folder, "--starter", name, status=6)


def check_moving_in(place):
    """Compose and Copilot files become a project; what cannot be carried over is listed."""
    compose = fill(place.work / "compose", {**FLASK, "compose.yaml": "services:\n  web:\n    build: .\n    ports: ['8080:5000']\n"
                                            "    volumes: ['data:/data']\nvolumes: {data: {}}\n"})
    found = look(place, compose, "--from", "compose")
    expect(found["import"]["service"] == "web" and any(each["rule"] == "compose.volumes" for each in found["import"]["remarks"]),
           found["import"])
    init(place, compose, "--from", "compose")
    expect("container_port: 5000" in (compose / "tinystacks.yml").read_text(), (compose / "tinystacks.yml").read_text())
    expect((compose / "Dockerfile").exists(), "no Dockerfile was written")
    init(place, empty(place, "none"), "--from", "copilot", status=5)


sys.exit(run_checks(globals(), sys.argv))
