#!/usr/bin/env python3
"""`tinystacks buildspec run` against commands and files that mean harm.

usage: buildspec_hostile.py PROGRAM [NAME...]

Each function whose name starts with `test_` gets a fresh directory with a `source` in it.
"""
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.abspath(sys.argv[1])
SECRET = "hunter2-horse"


class Skipped(Exception):
    pass


class Run:
    """One run of a buildspec of these lines."""

    def __init__(self, folder, spec, *arguments, **environment):
        self.source = folder / "source"
        self.source.mkdir(exist_ok=True)
        (self.source / "buildspec.yml").write_text("version: 0.2\n" + spec)
        self.process = subprocess.Popen(
            [PROGRAM, "buildspec", "run", str(self.source / "buildspec.yml"), "--directory", str(self.source), "--json",
             *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "NO_COLOR": "1", **environment})

    def end(self, status):
        out, err = self.process.communicate(timeout=120)
        self.document, self.log = out.decode(), err.decode(errors="replace")
        assert self.process.returncode == status, f"exit status {self.process.returncode}: {self.log[-2000:]}"
        self.result = json.loads(out)
        return self

    def phase(self, name):
        return next(phase["status"] for phase in self.result["phases"] if phase["name"] == name)

    def lacks(self, *texts):
        for text in texts:
            assert text not in self.document + self.log, f"{text!r} is shown: {self.document} {self.log}"
        return self

    def says(self, *texts):
        for text in texts:
            assert text in self.log, f"lacks {text!r}: {self.log}"
        return self


def wait_for(what):
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.02)


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_artifacts_stay_in_their_directory(folder):
    outside = folder / "outside"
    (outside / "one").mkdir(parents=True)
    (outside / "one" / "kept").write_text("")
    there = folder / "source" / "out"
    there.mkdir(parents=True)
    (there / "mine").write_text("")
    spec = """
phases: {build: {commands: ['mkdir -p d; echo 1 >d/a', 'ln -sfn ../../outside out/primary; ln -sfn ../../outside out/secondary']}}
artifacts:
  files: ['**/*']
  secondary-artifacts: {one: {files: ['d/*']}}
"""
    for _ in range(2):  # what the first run copied is not taken for source by the second
        result = Run(folder, spec, "--artifacts", there).end(0).result
        assert result["artifacts"]["files"] == ["buildspec.yml", "d/a", "out/mine"], result
        for name in ("primary", "secondary"):
            assert not (there / name).is_symlink()
    assert files_below(there) == ["mine", "primary/buildspec.yml", "primary/d/a", "primary/out/mine",
                                  "secondary/one/d/a"], files_below(there)
    assert files_below(outside) == ["one/kept"], files_below(outside)


def test_artifacts_of_an_earlier_run_go(folder):
    Run(folder, "phases: {build: {commands: ['echo >a']}}\nartifacts: {files: a}\n", "--artifacts", folder / "out").end(0)
    Run(folder, "phases: {build: {commands: ['true']}}\nartifacts: {files: b}\n", "--artifacts", folder / "out").end(10)
    assert files_below(folder / "out") == []


def test_artifact_names_that_lead_outside_fail(folder):
    run = Run(folder, "phases: {build: {commands: ['UP=../..']}}\nartifacts: {files: '**/*', name: $UP/x}\n",
              "--artifacts", folder / "out").end(10)
    assert run.phase("UPLOAD_ARTIFACTS") == "FAILED"
    assert files_below(folder / "out") == []


def test_secrets_stay_out_of_everything(folder):
    Run(folder, f"""
env: {{exported-variables: [SAFE, HOLDS, DB_PASSWORD, AWS_X]}}
phases:
  build:
    commands:
      - SAFE=1; HOLDS="x$DB_PASSWORD"; AWS_X=1; touch "$DB_PASSWORD.txt"; echo "$DB_PASSWORD" >&2; echo ${{#DB_PASSWORD}}
      - printf %s {SECRET} | base64; false {SECRET}
artifacts: {{files: ['*.txt'], name: "n-$DB_PASSWORD"}}
""", "--env", f"DB_PASSWORD={SECRET}").end(10).lacks(SECRET, "aHVudGVyMi1ob3JzZ").says("Not exporting HOLDS")
    run = Run(folder, "phases: {build: {commands: ['true']}}\nartifacts: {files: '*.txt', name: \"n-$DB_PASSWORD\"}\n",
              DB_PASSWORD=SECRET).end(0).lacks(SECRET)
    assert run.result["artifacts"]["files"] == ["***.txt"] and run.result["artifacts"]["name"] == "n-***"


def aws(folder, script):
    """A program `aws` that answers what no service can be made to."""
    program = folder / "bin" / "aws"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:{os.environ['PATH']}"}


PARAMETER = "env: {parameter-store: {SETTING: /app/setting}}\nphases: {build: {commands: ['echo \"=$SETTING ${#SETTING}\"']}}\n"


def test_parameters_come_from_aws(folder):
    environment = aws(folder, 'env | grep -c TINYSTACKS_ >&2; echo \'{"Parameters":[{"Name":"/app/setting","Value":"maple-syrup"}]}\'')
    Run(folder, PARAMETER, TINYSTACKS_TOKEN="tell-nobody", **environment).end(0).says("\n=*** 11\n").lacks("maple-syrup")


def test_a_parameter_that_cannot_be_had_ends_the_run(folder):
    for script in ("echo '{\"InvalidParameters\":[\"/app/setting\"]}'", f"echo denied for {SECRET} >&2; exit 254",
                   "echo no json", "kill -9 $$"):
        run = Run(folder, PARAMETER, MY_TOKEN=SECRET, **aws(folder, script)).end(5).lacks(SECRET, "\n= 0\n")
        assert run.phase("DOWNLOAD_SOURCE") == "FAILED" and run.phase("BUILD") == "SKIPPED"
        assert "--env-file" in run.result["error"]["hint"]


def test_a_time_that_is_up_leaves_finally_out(folder):
    run = Run(folder, "phases: {build: {commands: ['sleep 60'], finally: ['echo in finally >f']}}\n", "--timeout", "1s").end(10)
    assert run.result["status"] == run.phase("BUILD") == "TIMED_OUT" and run.phase("POST_BUILD") == "SKIPPED"
    assert not (run.source / "f").exists()


def test_an_interrupt_in_finally(folder):
    run = Run(folder, "phases: {build: {commands: ['false'], finally: ['touch begun; sleep 60', 'touch second']}}\n")
    wait_for(lambda: (run.source / "begun").exists())
    run.process.send_signal(signal.SIGINT)
    run.end(130)
    assert run.result["status"] == run.phase("BUILD") == "STOPPED" and not (run.source / "second").exists()


def test_the_token_is_in_no_process(folder):
    Run(folder, """
phases:
  build:
    commands:
      - for pid in $$ $PPID $(cut -d ' ' -f 4 /proc/$PPID/stat); do tr '\\\\0' '\\\\n' </proc/$pid/environ | grep -q tell-nob || echo clean; done
""", TINYSTACKS_TOKEN="tell-nobody").end(0).says("\nclean\nclean\nclean\n").lacks("tell-nobody")


def test_a_dead_guard_is_a_failure(folder):
    run = Run(folder, "phases: {build: {commands: ['kill -9 $PPID'], finally: ['echo on']}}\n").end(10)
    assert run.phase("BUILD") == "FAILED"


def test_a_directory_or_shell_that_goes_is_a_failure(folder):
    run = Run(folder, "phases: {build: {commands: ['rm -rf \"$CODEBUILD_SRC_DIR\"'], finally: ['echo on']}}\n").end(10)
    assert run.phase("BUILD") == "FAILED"
    run.says("cannot start")


def test_run_as_another_user(folder):
    if os.geteuid() != 0:
        raise Skipped("only root can become another user")
    for parent in (folder, folder.parent):
        parent.chmod(0o755)
    run = Run(folder, """
run-as: nobody
phases:
  install: {run-as: root, commands: ['id -un; A=1']}
  build: {commands: ['id -un; id -Gn; echo "A=$A"; A=2; grep CapEff /proc/self/status', 'kill -9 $PPID || echo alive', 'echo err >/dev/stderr']}
  post_build: {run-as: root, commands: ['id -un; echo "A=$A"']}
""").end(0)
    run.says("\nroot\n", "\nnobody\nnogroup\nA=1\nCapEff:\t0000000000000000\n", "\nalive\n", "\nerr\n", "\nroot\nA=2\n")
    run = Run(folder, "run-as: nosuchuser\nphases: {build: {commands: ['true']}}\n").end(5)


def test_closed_standard_descriptors(folder):
    (folder / "b.yml").write_text("version: 0.2\nphases: {build: {commands: ['echo visible; cat']}}\n")
    for redirection, status in (("<&-", 0), ("2>&-", 0), (">&-", 1), (">&- 2>&- <&-", 1)):
        done = subprocess.run(["sh", "-c", f'exec "$0" buildspec run b.yml {redirection}', PROGRAM], cwd=folder, timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        assert done.returncode == status, f"{redirection}: exit status {done.returncode}: {done.stderr}"
        assert (b"\nvisible\n" in done.stdout) == (">&-" not in redirection.replace("2>&-", "")), redirection


def test_much_output_takes_no_memory(folder):
    # A sanitizer needs memory of its own: there only the bytes count.
    most = (1 << 30 if b"__asan_init" in pathlib.Path(PROGRAM).read_bytes() else 64) << 10
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    run = Run(folder, "phases: {build: {commands: ['head -c 300000000 /dev/zero']}}\n")
    assert run.process.stderr is not None
    size = 0
    while piece := run.process.stderr.read(1 << 20):
        size += len(piece)
    assert size > 300_000_000 and run.process.wait() == 0
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - before < most


def main():
    failed = 0
    for name, test in sorted(globals().items()):
        if not name.startswith("test_") or (sys.argv[2:] and name not in sys.argv[2:]):
            continue
        with tempfile.TemporaryDirectory() as directory:
            try:
                folder = pathlib.Path(os.path.realpath(directory)) / "case"
                folder.mkdir()
                test(folder)
                print(f"passed: {name}")
            except Skipped as why:
                print(f"skipped: {name}: {why}")
            except AssertionError as problem:
                print(f"FAILED: {name}: {problem}")
                failed += 1
    return 1 if failed else 0


sys.exit(main())
