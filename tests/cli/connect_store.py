#!/usr/bin/env python3
"""Where `connect` keeps what it is given: private files, the keyring, nothing else.

usage: connect_store.py PROGRAM [NAME...]
"""
import os
import shutil
import subprocess
import sys
import time

from checks import TIME_LIMIT, Skipped, expect, run_checks
from connections import (TOKEN, Api, api, connect, everything_kept, expect_done, folder, keyring, mode, silent_bus, stored)


def secret_file(place):
    return folder(place) / "credentials.json"


def check_private_files(place):
    """CR-01, whatever the umask says and whoever made the folder."""
    old = os.umask(0)
    try:
        with Api() as server:
            for url in (server.url, server.url.replace("127.0.0.1", "localhost")):
                expect_done(api(place, url), 0)
    finally:
        os.umask(old)
    expect(mode(folder(place)) == "700", "the folder has mode", mode(folder(place)))
    for path in folder(place).iterdir():
        expect(mode(path) == "600", path, "has mode", mode(path))
    names = {path.name for path in folder(place).iterdir()}
    expect({"connections.json", "credentials.json"} <= names and len(names) <= 3, "there lie", names)


def check_files_that_others_could_reach(place):
    with Api() as server:
        expect_done(api(place, server.url), 0)
        for name in ("connections.json", "credentials.json"):
            file = folder(place) / name
            for bits in (0o644, 0o640, 0o660, 0o604, 0o620):
                file.chmod(bits)
                expect_refused(place, server, file, "chmod 600")
            file.chmod(0o600)
        folder(place).chmod(0o777)
        done = api(place, server.url)
        expect(done.returncode == 1 or mode(folder(place)) == "700", "others may replace the files:", mode(folder(place)))


def expect_refused(place, server, path, *words):
    """Neither read nor replaced."""
    before = path.stat()
    for arguments in (["list"], ["remove", server.url]):
        done = connect(place, *arguments)
        if arguments == ["list"] and path.name == "credentials.json":
            continue  # which needs no secret
        expect_done(done, 1, str(path), *words, wanting=[TOKEN])
    expect_done(api(place, server.url), 1, str(path), *words, wanting=[TOKEN])
    after = path.stat()
    expect((before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns), path, "was written all the same")


def check_links_and_foreign_files(place):
    with Api() as server:
        for name in ("connections.json", "credentials.json"):
            shutil.rmtree(folder(place), ignore_errors=True)
            expect_done(api(place, server.url), 0)
            file, target = folder(place) / name, place.root / f"target-of-{name}"
            file.rename(target)
            file.symlink_to(target)
            before = target.read_bytes()
            expect_done(api(place, server.url), 1, str(file), "link", wanting=[TOKEN])
            expect(file.is_symlink() and target.read_bytes() == before, "the link is followed, or replaced")
            file.unlink()
            file.mkdir()
            expect_done(api(place, server.url), 1, str(file))
            file.rmdir()
            os.mkfifo(file, 0o600)
            expect_done(api(place, server.url), 1, str(file))
            file.unlink()
            if os.geteuid() == 0:
                target.rename(file)
                os.chown(file, 65534, 65534)
                expect_done(api(place, server.url), 1, str(file), "another user", wanting=[TOKEN])
        shutil.rmtree(folder(place))
        elsewhere = place.root / "elsewhere"
        elsewhere.mkdir(mode=0o700)
        folder(place).symlink_to(elsewhere)
        expect_done(api(place, server.url), 0)  # a folder may be a link: dotfiles are kept like that
        expect(mode(elsewhere / "credentials.json") == "600", "kept with mode", mode(elsewhere / "credentials.json"))


def check_broken_files(place):
    with Api() as server:
        expect_done(api(place, server.url), 0)
        for name in ("connections.json", "credentials.json"):
            file = folder(place) / name
            good = file.read_bytes()
            for bad in (b"", b"{", b"[]", b"{\"version\": 2}", b"\xff\xfe", b"[" * 100_000, good[:-3]):
                file.write_bytes(bad)
                done = api(place, server.url, token=TOKEN)
                expect(done.returncode in (1, 3), name, bad[:20], "exits", done.returncode, done.stderr[-300:])
                expect(name.encode() in done.stderr and TOKEN.encode() not in done.stderr, done.stderr[-300:])
                expect(file.read_bytes() == bad, "what may be mended is overwritten:", name, bad[:20])
            file.write_bytes(good)
        expect_done(connect(place, "list"), 0, server.url)


def check_full_disk_keeps_the_old(place):
    """A file that cannot be written whole is not written at all."""
    with Api() as server:
        expect_done(api(place, server.url), 0)
        before = everything_kept(place)
        limited = ["sh", "-c", "ulimit -f 0; exec \"$@\"", "sh", place.program, "connect", "api", server.url, "--with-token",
                   "--group", "another"]
        done = subprocess.run(limited, env=place.environment, cwd=place.work, input=TOKEN.encode(), capture_output=True,
                              timeout=TIME_LIMIT, check=False)
        expect(done.returncode == 1 and b".json" in done.stderr, done.returncode, done.stderr)
        expect(everything_kept(place) == before, "what was stored is changed")
        expect(not [path for path in folder(place).iterdir() if "tmp" in path.name or "~" in path.name], "rubbish is left")


def check_at_once(place):
    """Eight processes that store, and none loses what another stored."""
    servers = [Api() for _ in range(8)]
    children = [subprocess.Popen([place.program, "connect", "api", each.url, "--with-token"], env=place.environment,
                                 cwd=place.work, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                for each in servers]
    for child in children:
        child.stdin.write(TOKEN.encode())
        child.stdin.close()
    for child in children:
        said = child.stderr.read()
        child.stderr.close()
        expect(child.wait(TIME_LIMIT) == 0, "one fails:", said)
    expect({address for _, address in stored(place)} == {each.url for each in servers}, "stored:", list(stored(place)))
    expect(secret_file(place).read_text().count(TOKEN) == 8, "tokens are lost")
    for each in servers:
        each.__exit__()


def check_a_silent_keyring(place):
    """CR-02: three seconds at most, then the file, and it says so."""
    if not shutil.which("secret-tool"):
        raise Skipped("secret-tool is missing: tests/packages.txt names its package")

    def asked(address):
        began = time.monotonic()
        done = api(place, server.url, DBUS_SESSION_BUS_ADDRESS=address)
        expect_done(done, 0, "keyring", "credentials.json", wanting=[TOKEN])
        return time.monotonic() - began

    with Api() as server, silent_bus(place) as address:
        # What the same command takes where no keyring is waited for: a program with sanitizers starts slowly.
        at_once = asked("unix:path=/nonexistent")
        silent = asked(address)
        expect(silent - at_once < 4, "waits", silent - at_once, "s")
        expect(stored(place)["api", server.url]["kept_in"] == "file", stored(place))


def check_a_keyring_that_fails(place):
    place.program_on_path("secret-tool", "cat >/dev/null; echo 'secret-tool: locked' >&2; exit 1")
    with Api() as server:
        expect_done(api(place, server.url, DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent"), 0, "credentials.json")
        expect(stored(place)["api", server.url]["kept_in"] == "file", stored(place))


def check_the_keyring(place):
    with Api() as server, keyring(place):
        done = api(place, server.url)
        expect_done(done, 0, "keyring", wanting=[TOKEN])
        row = stored(place)["api", server.url]
        expect(row["kept_in"] == "keyring", row)
        expect(TOKEN not in "".join(path.read_text() for path in folder(place).iterdir()), "the token lies in a file too")
        expect(b"keyring" in connect(place, "list").stdout, "`list` does not say where the secret is")
        expect(TOKEN in in_keyring(place), "the keyring has not got it")
        expect_done(api(place, server.url), 0, "keyring")
        expect(in_keyring(place).count(TOKEN) == 1, "it lies there twice:", in_keyring(place).count(TOKEN))
        expect_done(connect(place, "remove", server.url), 0)
        expect(TOKEN not in in_keyring(place), "a removed token is kept")


def in_keyring(place):
    found = subprocess.run(["secret-tool", "search", "--all", "--unlock", "application", "tinystacks"], env=place.environment,
                           capture_output=True, timeout=TIME_LIMIT, check=False)
    return found.stdout.decode()


def check_from_a_file_to_the_keyring(place):
    """Stored again, a token lies in one place only."""
    with Api() as server:
        expect_done(api(place, server.url), 0, "credentials.json")
        with keyring(place):
            expect_done(api(place, server.url), 0, "keyring")
            expect(TOKEN not in secret_file(place).read_text(), "the token stays in the file")


def check_no_secret_in_arguments(place):
    """CR-04: ours or a child's, nor in an environment that we hand on."""
    with Api() as server, keyring(place):
        place.write("token", TOKEN)
        script = f"exec 0<token; exec {place.program} connect api {server.url} --with-token -vv"
        real, place.program = place.program, "/bin/sh"
        try:
            done, calls = place.traced(["-v", "-s", "9999", "-e", "trace=execve"], "-c", script)
        finally:
            place.program = real
        expect(done.returncode == 0 and b"keyring" in done.stdout + done.stderr, done.returncode, done.stderr)
        expect("secret-tool" in calls, "the keyring's program is not seen:", calls[-500:])
        expect(TOKEN not in calls, "the token is among arguments or environments")
        expect(TOKEN.encode() not in done.stdout + done.stderr, "the token is printed with -vv")


if __name__ == "__main__":
    sys.exit(run_checks(globals(), sys.argv))
