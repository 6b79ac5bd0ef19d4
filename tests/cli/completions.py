#!/usr/bin/env python3
"""Compares completions/ with what the program prints, and lets the shells complete with it.

usage: completions.py PROGRAM COMPLETIONS

With TINYSTACKS_UPDATE_GOLDEN=1 the files are written anew and the test reports itself as skipped. A shell that is not
installed is passed over with a line that says so.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
FILES = {"bash": "tinystacks.bash", "zsh": "_tinystacks", "fish": "tinystacks.fish"}
# What is typed, what must be offered, what must not.
CASES = [
    ("tinystacks ", {"deploy", "buildspec", "help"}, {"run", "check"}),
    ("tinystacks de", {"deploy"}, {"init", "logs"}),
    ("tinystacks --js", {"--json"}, {"--strict"}),
    ("tinystacks deploy --", {"--stage", "--working-tree", "--json"}, {"--follow", "--version"}),
    ("tinystacks deploy --stage dev --r", {"--rebuild"}, {"--stage"}),
    ("tinystacks --quiet deploy --dr", {"--dry-run"}, {"--json"}),
    ("tinystacks buildspec ", {"run", "check"}, {"deploy"}),
    ("tinystacks buildspec run --art", {"--artifacts"}, {"--env"}),
    ("tinystacks logs r", {"release", "runtime"}, {"build"}),
    ("tinystacks completion ", {"bash", "zsh", "fish"}, {"deploy"}),
    ("tinystacks explain ecs.image.n", {"ecs.image.not_found", "ecs.image.network"}, {"ecs.image.denied", "deploy"}),
    ("tinystacks explain --m", {"--markdown"}, {"ecs.oom"}),
    ("tinystacks help ex", {"exit-codes", "explain"}, {"deploy"}),
    # Values of flags and arguments are files.
    ("tinystacks validate --project tiny", {"tinystacks.yml"}, {"--strict"}),
    ("tinystacks buildspec check bui", {"build.yml"}, set()),
]


def run(command, directory, **more):
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=30, check=False, **more)


def words_of_bash(script, typed, directory):
    """Calls the function that `complete` names, with the variables bash sets; files stand for -o default."""
    words = typed.split(" ")
    code = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
            'spec=$(complete -p tinystacks); [[ $spec == *"-o default"* ]] || exit 1; '
            'function=${spec##*-F }; ${function%% *} tinystacks "${COMP_WORDS[COMP_CWORD]}"; '
            'if ((${#COMPREPLY[@]})); then printf "%s\\n" "${COMPREPLY[@]}"; '
            'else compgen -f -- "${COMP_WORDS[COMP_CWORD]}"; fi')
    done = run(["bash", "--norc", "-u", "-c", code, "bash", script, *words], directory)
    return set(done.stdout.split("\n")), done.stderr


def words_of_fish(script, typed, directory):
    done = run(["fish", "--no-config", "-c", f"source {script}; complete -C '{typed}'"], directory,
               env={**os.environ, "HOME": str(directory)})
    return {line.split("\t")[0] for line in done.stdout.split("\n")}, done.stderr


def words_of_zsh(script, typed, directory):
    """Loads the function from fpath, as an installed one is, and writes down what it hands to compadd."""
    code = ('fpath=("$1"); autoload -Uz _tinystacks; shift; words=("$@"); CURRENT=$#; '
            'compdef() { :; }; _files() { print -l -- *(N); }; '
            'compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- "$@"; }; _tinystacks')
    done = run(["zsh", "-f", "-c", code, "zsh", pathlib.Path(script).parent, *typed.split(" ")], directory)
    # zsh itself drops what does not begin with the word.
    return {word for word in done.stdout.split("\n") if word.startswith(typed.split(" ")[-1])}, done.stderr


def check_shell(shell, script, directory):
    if shutil.which(shell) is None:
        print(f"skipped: {shell} is not installed, so its completion is compared only")
        return
    done = run([shell, "-n", script], directory)
    if done.returncode != 0 or done.stderr:
        yield f"{shell} does not accept it: {done.stderr}"
        return
    for typed, wanted, unwanted in CASES:
        words, errors = globals()[f"words_of_{shell}"](script, typed, directory)
        if errors:
            yield f"{shell}: {typed!r}: {errors}"
        if not wanted <= words:
            yield f"{shell}: {typed!r} does not offer {sorted(wanted - words)}, but {sorted(words)}"
        if unwanted & words:
            yield f"{shell}: {typed!r} offers {sorted(unwanted & words)}"


def check_shellcheck(script):
    if shutil.which("shellcheck") is None:
        print("skipped: shellcheck is not installed")
        return
    done = run(["shellcheck", "--shell=bash", script], None)
    if done.returncode != 0:
        yield done.stdout


def main():
    program = os.path.abspath(sys.argv[1])
    folder = pathlib.Path(os.path.abspath(sys.argv[2]))
    update = os.environ.get("TINYSTACKS_UPDATE_GOLDEN") == "1"
    problems = []
    with tempfile.TemporaryDirectory() as directory:
        for name in ("build.yml", "tinystacks.yml"):
            (pathlib.Path(directory) / name).touch()
        for shell, name in FILES.items():
            script = subprocess.run([program, "completion", shell], capture_output=True, text=True, check=True).stdout
            if update:
                (folder / name).write_text(script)
            elif (folder / name).read_text() != script:
                problems.append(f"{name} is not what `tinystacks completion {shell}` prints: TINYSTACKS_UPDATE_GOLDEN=1 "
                                "writes it anew")
            problems += check_shell(shell, str(folder / name), directory)
    problems += check_shellcheck(str(folder / FILES["bash"]))
    for problem in problems:
        print(problem)
    if update and not problems:
        print("skipped: the completions were written anew")
        return SKIPPED
    return 1 if problems else 0


sys.exit(main())
