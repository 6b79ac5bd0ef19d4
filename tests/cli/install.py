#!/usr/bin/env python3
"""Installs the build into a fresh prefix and uses the installed program, with the source tree out of sight.

usage: install.py CMAKE BUILD SOURCE
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

FILES = {
    "bin/tinystacks": None,
    "share/bash-completion/completions/tinystacks": "completions/tinystacks.bash",
    "share/zsh/site-functions/_tinystacks": "completions/_tinystacks",
    "share/fish/vendor_completions.d/tinystacks.fish": "completions/tinystacks.fish",
    "share/tinystacks/tinystacks.schema.json": "templates/tinystacks.schema.json",
    "share/tinystacks/build.yml": "templates/build.yml",
    "share/tinystacks/release.yml": "templates/release.yml",
    "share/doc/tinystacks/LICENSE": "LICENSE",
    "share/doc/tinystacks/README.md": "README.md",
}


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **more)


def check_files(prefix, source):
    there = {str(path.relative_to(prefix)) for path in prefix.rglob("*") if path.is_file()}
    if there != set(FILES):
        yield f"installed {sorted(there - set(FILES))} too much, {sorted(set(FILES) - there)} not at all"
        return
    for name, origin in FILES.items():
        if origin and (prefix / name).read_bytes() != (source / origin).read_bytes():
            yield f"{name} is not {origin}"
        mode = 0o755 if name.startswith("bin/") else 0o644
        if (prefix / name).stat().st_mode & 0o777 != mode:
            yield f"{name} has mode {(prefix / name).stat().st_mode & 0o777:o}, not {mode:o}"


def hidden(source, command):
    """The command, started where nothing lies in the source tree; as it is when this machine does not allow that."""
    # Debian allows a namespace of one's own to everybody, a container often to nobody.
    enter = ["unshare", "--map-root-user", "--mount", "sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"', str(source)]
    if run([*enter, "true"]).returncode == 0:
        return [*enter, *command]
    print("skipped: no mount namespace can be made here, so the source tree stays visible")
    return command


def check_program(prefix, source, temporary):
    work = temporary / "shop"
    work.mkdir()
    (work / "Dockerfile").write_text("FROM scratch\nEXPOSE 8080\n")
    environment = {"PATH": os.environ["PATH"], "HOME": str(temporary), "XDG_STATE_HOME": str(temporary / "state")}
    for option in ("ASAN_OPTIONS", "LSAN_OPTIONS"):
        if option in os.environ:
            environment[option] = os.environ[option]
    run(["git", "init", "--quiet"], cwd=work, env=environment)
    program = str(prefix / "bin/tinystacks")

    def tinystacks(*arguments):
        return run(hidden(source, [program, *arguments]), cwd=work, env=environment)

    if not tinystacks("--version").stdout.startswith("tinystacks "):
        yield f"--version prints {tinystacks('--version')}"
    shown = tinystacks("init", "--dry-run", "--json")
    if shown.returncode != 0:
        yield f"init --dry-run ends with {shown.returncode}: {shown.stdout}{shown.stderr}"
        return
    texts = {file["path"]: file["text"] for file in json.loads(shown.stdout)["files"]}
    for name in ("build.yml", "release.yml"):
        if texts.get(name) != (prefix / "share/tinystacks" / name).read_text():
            yield f"init would write another {name} than the installed one"
    done = tinystacks("init")
    if done.returncode != 0 or not (work / "tinystacks.yml").is_file():
        yield f"init ends with {done.returncode}: {done.stdout}{done.stderr}"
    done = tinystacks("validate", "--strict")
    if done.returncode != 0:
        yield f"validate refuses what init wrote: {done.stdout}{done.stderr}"


def main():
    cmake, build, source = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(os.path.realpath(sys.argv[3]))
    with tempfile.TemporaryDirectory() as directory:
        temporary = pathlib.Path(os.path.realpath(directory))
        prefix = temporary / "prefix"
        done = run([cmake, "--install", str(build), "--prefix", str(prefix)])
        if done.returncode != 0:
            print(f"cmake --install ends with {done.returncode}: {done.stderr}")
            return 1
        problems = [*check_files(prefix, source), *check_program(prefix, source, temporary)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


sys.exit(main())
