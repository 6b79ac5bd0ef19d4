#!/usr/bin/env bash
# kill -9 in the middle of a build: nothing of it is left, status says so, and the next deploy goes through.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

repository=$work/killed
make_repository "$repository" hello
tinystacks init -C "$repository" >/dev/null 2>&1
sed -i "s/8001/$(free_port)/; s/8002/$(free_port)/" "$repository/tinystacks.yml"
cp "$repository/build.yml" "$work/build.yml"
# Three that outlive their command: in the background, in a session of its own, and forked twice.
cat >"$repository/linger.sh" <<'SH'
#!/bin/sh
sleep 4711 &
setsid sleep 4712 </dev/null >/dev/null 2>&1 &
(setsid sh -c 'sleep 4713 & exit' </dev/null >/dev/null 2>&1 &)
SH
sed -i '0,/^ *commands:/s//&\n      - sh linger.sh\n      - echo lingering; sleep 4714/' "$repository/build.yml"
commit_all "$repository" 'Linger in the build'
projects+=("$repository tinystacks.yml")

sleepers() { pgrep -f '^sleep 471[1-4]$'; }
four_sleepers() { [ "$(sleepers | wc -l)" -eq 4 ]; }
none_left() { ! sleepers >/dev/null; }

"$program" deploy -C "$repository" >"$work/deploy.out" 2>&1 </dev/null &
deploy=$!
started+=("$deploy")
wait_for 60 four_sleepers || fail "the build never came as far: $(tail -n 20 "$work/deploy.out")"
kill -KILL "$deploy"
wait "$deploy" 2>/dev/null || true
wait_for 10 none_left || fail "left running: $(pgrep -af '^sleep 471[1-4]$')"

expect_status 0 tinystacks status -C "$repository" --json
expect_status 0 tinystacks logs build -C "$repository"
expect_contains "$(cat "$work/out")" lingering 'the build log of the killed run'

cp "$work/build.yml" "$repository/build.yml"
commit_all "$repository" 'Build as before'
expect_status 0 tinystacks deploy -C "$repository"

echo 'Ctrl-C once: a gentle stop, exit 130, and nothing left'
sed -i '0,/^ *commands:/s//&\n      - sh linger.sh\n      - echo lingering; sleep 4714/' "$repository/build.yml"
commit_all "$repository" 'Linger again'
# In a background job of a script SIGINT is ignored from the start; setsid alone would not change that.
python3 - "$program" "$repository" "$work/deploy.out" <<'PY' &
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
out = os.open(sys.argv[3], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
os.dup2(out, 1)
os.dup2(out, 2)
os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
os.execv(sys.argv[1], [sys.argv[1], "deploy", "-C", sys.argv[2]])
PY
deploy=$!
started+=("$deploy")
wait_for 60 four_sleepers || fail "the build never came as far: $(tail -n 20 "$work/deploy.out")"
kill -INT "$deploy"
status=0
wait "$deploy" || status=$?
expect_equal "$status" 130 'exit status after Ctrl-C'
wait_for 10 none_left || fail "left running: $(pgrep -af '^sleep 471[1-4]$')"
