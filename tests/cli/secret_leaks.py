#!/usr/bin/env python3
"""Where secrets may not be found: in arguments, in files of others, in what is printed or kept.

usage: secret_leaks.py PROGRAM [NAME...]
"""
import base64
import html
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse

import registry
from checks import SPEC, TIME_LIMIT, alive_in, expect, run_checks

SECRET = "hunter2-horse/battery"
# Every character that an encoding writes in another way.
HARD = "pa\"ss/w<or>d+x&y'z\\ {}~!"
LINES = "-----BEGIN-----\nfirst line of it\nsecond line\n"


def cores_of_base64(text, alphabet):
    """The digits of base64 that are the same whatever stands around the text, in its three alignments."""
    for offset in range(3):
        digits = base64.b64encode(b"\0" * offset + text.encode(), alphabet).decode().rstrip("=")
        end = len(digits) if (offset + len(text.encode())) % 3 == 0 else -1
        yield digits[(0, 2, 3)[offset]:end]


def forms(text):
    """How programs write a text that is their input. Source: actions/runner, ValueEncoders.cs; Buildkite, redactor."""
    return {text, json.dumps(text)[1:-1], text.replace('"', '\\"'), html.escape(text).replace("&#x27;", "&apos;"),
            urllib.parse.quote(text), urllib.parse.quote(text, safe=""), urllib.parse.quote_plus(text),
            *cores_of_base64(text, b"+/"), *cores_of_base64(text, b"-_")}


def expect_nothing_of(secrets, where, text):
    for secret in secrets:
        for form in forms(secret):
            expect(form not in text, f"{form!r} is in {where}:", text[max(0, text.find(form) - 200):][:400])


def state_of(place):
    return {path: path.read_bytes().decode(errors="replace") for path in (place.root / "state").rglob("*") if path.is_file()}


def check_every_form_in_every_sink(place):
    """CR-10: what a command prints, what it is called, and what is kept of it."""
    secrets = [HARD, *LINES.strip().split("\n")]
    spread = [form for secret in secrets for form in sorted(forms(secret))]
    encoded = [base64.b64encode(f"{'x' * count}{HARD}y".encode()).decode() for count in range(3)]
    place.write("forms", "".join(f"<{form}>\n" for form in spread + encoded))
    place.environment.update(DB_PASSWORD=HARD, SIGNING_PRIVATE_KEY=LINES)
    commands = ["cat forms; cat forms >&2", f"false {json.dumps(secrets[1])}"]
    place.spec(*commands)
    for flags in ([], ["--json"], ["--events"], ["-vv"]):
        for more in ({}, {"GITHUB_ACTIONS": "true"}):
            place.environment.update({"GITHUB_ACTIONS": "", **more})
            done = place.run("buildspec", "run", "build.yml", *flags)
            expect(done.returncode == 10 and b"***" in done.stdout + done.stderr, flags, "exits", done.returncode, done.stderr)
            expect_nothing_of(secrets, f"the output with {flags} {more}", (done.stdout + done.stderr).decode())
    place.repository(*commands)
    for command in (["build"], ["build", "--json", "-vv"], ["logs", "build"], ["logs", "build", "--json"], ["logs"],
                    ["status", "--json"]):
        done = place.run(*command)
        expect(done.returncode in (0, 10), command, "exits", done.returncode, done.stderr)
        expect_nothing_of(secrets, command, (done.stdout + done.stderr).decode())
    kept = state_of(place)
    expect(any(path.name == "journal" and "***" in text for path, text in kept.items()), "no journal is kept:", list(kept))
    for path, text in kept.items():
        expect_nothing_of(secrets, path, text)


def check_no_secret_in_arguments(place):
    """CR-04: of no process that a run starts, wherever the secret came from."""
    login = f"deployer:{SECRET}"
    port = registry.start(login)
    place.program_on_path("docker-credential-test", f"cat >{place.root}/asked; printf '%s' "
                          f"'{json.dumps({'Username': 'deployer', 'Secret': SECRET})}'")
    place.program_on_path("aws", "printf '%s' '" + json.dumps({"Parameters": [{"Name": "/app/key", "Value": SECRET}]}) + "'")
    (place.root / ".docker").mkdir()
    (place.root / ".docker/config.json").write_text(json.dumps({"credHelpers": {f"127.0.0.1:{port}": "test"}}))
    place.environment["DB_PASSWORD"] = SECRET
    place.repository('printf "%s\\n" "${#DB_PASSWORD} ${#APP_KEY}"; NEW_SECRET=$DB_PASSWORD; export NEW_SECRET',
                     'printf "%s\\n" "$NEW_SECRET"; exit 1', port=port)
    spec = (place.work / "build.yml").read_text().replace("phases:", "env: { parameter-store: { APP_KEY: /app/key } }\nphases:")
    place.write("build.yml", spec)
    place.commit()
    place.write("values", f"TYPED_TOKEN={SECRET}\n")
    options = ["-e", "trace=execve", "-s", "99999"]
    for arguments in (["build"], ["buildspec", "run", "build.yml", "--env-file", "values"]):
        done, trace = place.traced(options, *arguments)
        expect(done.returncode == 10, arguments, "exits", done.returncode, done.stderr)
        expect(f"\n{len(SECRET)} {len(SECRET)}\n".encode() in done.stdout + done.stderr, "the commands lack their secrets",
               done.stderr)
        expect("script.sh" in trace and '"ssm"' in trace, "strace saw too little:", trace)
        expect_nothing_of([SECRET, login], "arguments", trace)
    expect((place.root / "asked").read_text().strip() == f"127.0.0.1:{port}", "docker's helper was not asked")


def check_programs_are_started_by_path(place):
    """PR-01: by absolute path; a shell only for the file that holds a buildspec's command."""
    place.repository("echo one", "echo two; exit 1")
    done, trace = place.traced(["-e", "trace=execve", "-s", "9999"], "build")
    expect(done.returncode == 10, "exits", done.returncode, done.stderr)
    started = [re.findall(r'"((?:[^"\\]|\\.)*)"', line) for line in trace.splitlines() if " execve(" in line][1:]
    shells = [words for words in started if os.path.basename(words[0]) in ("sh", "bash", "dash")]
    expect(len(shells) == 2 and len(started) > 2, "unexpected children:", started)
    for words in started:
        expect(words[0].startswith("/"), "not by absolute path:", words)
        expect("-c" not in words, "a shell is given a text:", words)
    for words in shells:
        expect(words[1:] == [words[0], "--posix", words[-1]] and words[-1].endswith("/script.sh"), words)


def check_files_are_private(place):
    """CR-01: whatever the umask, nobody else reads what is kept; of a run's work the private folder is the boundary."""
    place.repository("""find "$XDG_STATE_HOME/tinystacks" -printf '%m %y %P\\n' >"$HOME/during"; exit 1""")
    (place.root / ".docker").mkdir()
    (place.root / ".docker/config.json").write_text("{}")
    done = place.run("build", preexec_fn=lambda: os.umask(0))
    expect(done.returncode == 10, "exits", done.returncode, done.stderr)
    during = (place.root / "during").read_text().splitlines()
    kinds = {"state.db": 0, "/journal": 0, "/docker/config.json": 0, "/env.sh": 0}
    for line in during:
        mode, kind, path = (line + " ").split(" ", 2)
        path = path.strip()
        if "/source-build-/" in path or "/bin" in path:
            expect(not int(mode, 8) & 0o022 or kind == "l", "others may write to", line)
            continue
        expect(mode == ("700" if kind == "d" else "600"), "others may look at", line)
        kinds.update({name: 1 for name in kinds if path.endswith(name)})
    expect(all(kinds.values()), "not looked at:", kinds, during)


def docker_folders(place):
    return list((place.root / "state/tinystacks/work").glob("*/docker"))


def check_docker_logins_end_with_the_run(place):
    """CR-07: also those of a run that was killed, as soon as another starts."""
    ours = json.dumps({"auths": {"example.com": {"auth": "b2xkOm9sZA=="}}})
    (place.root / ".docker").mkdir()
    (place.root / ".docker/config.json").write_text(ours)
    place.environment["LOGIN_PASSWORD"] = SECRET
    log_in = ('grep -q b2xkOm9sZA== "$DOCKER_CONFIG/config.json" && stat -c %a "$DOCKER_CONFIG" >"$HOME/mode"; '
              'echo "$LOGIN_PASSWORD" >"$DOCKER_CONFIG/config.json"; ')
    place.repository(log_in + "exit 1")
    expect(place.run("build").returncode == 10, "the build did not fail in its command")
    expect((place.root / "mode").read_text() == "700\n", "docker's folder is not private, or not a copy")
    expect(not docker_folders(place), "left behind:", docker_folders(place))

    place.spec(log_in + 'touch "$HOME/logged-in"; sleep 600')
    place.commit()
    with subprocess.Popen([place.program, "build"], cwd=place.work, env=place.environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        deadline = time.monotonic() + TIME_LIMIT
        while not (place.root / "logged-in").exists():
            expect(time.monotonic() < deadline and run.poll() is None, "the build does not come as far")
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
    expect(docker_folders(place), "there is nothing to be swept")
    place.write("other.yml", SPEC.format("      - 'true'\n"))
    expect(place.run("buildspec", "run", "other.yml").returncode == 0, "the next run fails")
    expect(not docker_folders(place), "left behind by the killed run:", docker_folders(place))
    for path, text in state_of(place).items():
        expect_nothing_of([SECRET], path, text)
    expect((place.root / ".docker/config.json").read_text() == ours, "the user's own logins were changed")
    expect(not alive_in(place), "left running:", alive_in(place))


sys.exit(run_checks(globals(), sys.argv))
