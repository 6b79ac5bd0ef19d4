#!/usr/bin/env bash
# `buildspec run` as a program among others: signals, kill -9, closed and full outputs, what reaches a command.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

cd "$work"
# spec COMMAND...: a buildspec of these commands, each as a block.
spec() {
    printf 'version: 0.2\nphases:\n  build:\n    commands:\n'
    printf '      - |\n        %s\n' "$@"
}

echo 'kill -9: nothing is left, also what left its session and what forked twice'
# The lingering shell has the others as its descendants only until it ends.
spec 'sleep 4801 &' 'setsid sleep 4802 </dev/null >/dev/null 2>&1 &' \
    '(setsid sh -c "sleep 4803 & exit" </dev/null >/dev/null 2>&1 &)' 'sleep 4804' >linger.yml
sleepers() { pgrep -f '^sleep 480[1-4]$'; }
four_sleepers() { [ "$(sleepers | wc -l)" -eq 4 ]; }
none_left() { ! sleepers >/dev/null; }
# start OUT FILE...: runs a buildspec in the background, with SIGINT as a terminal would leave it; sets $pid.
start() {
    local out=$1
    shift
    env --default-signal=INT "$program" buildspec run "$@" >"$out" 2>&1 </dev/null &
    pid=$!
    started+=("$pid")
}
start out linger.yml
wait_for 30 four_sleepers || fail "not as far: $(cat out)"
kill -KILL "$pid"
wait "$pid" || true
wait_for 10 none_left || fail "left running: $(pgrep -af '^sleep 480')"

for signal in INT:130 TERM:143; do
    echo "${signal%:*} once: a gentle end, exit ${signal#*:}"
    start out linger.yml
    wait_for 30 four_sleepers || fail "not as far: $(cat out)"
    kill -"${signal%:*}" "$pid"
    status=0
    wait "$pid" || status=$?
    expect_equal "$status" "${signal#*:}" "exit status after ${signal%:*}"
    none_left || fail "left running: $(pgrep -af '^sleep 480')"
done

echo 'INT twice: at once, although the command does not hear TERM'
spec "trap '' TERM" 'trap "" TERM; sleep 4801; sleep 4802' >deaf.yml
start out deaf.yml
one_sleeper() { sleepers >/dev/null; }
wait_for 30 one_sleeper || fail "not as far: $(cat out)"
began=$SECONDS
kill -INT "$pid"
stopping() { kill -INT "$pid" 2>/dev/null; ! kill -0 "$pid" 2>/dev/null; }
wait_for 8 stopping || fail 'still there 8 s after the second INT'
status=0
wait "$pid" || status=$?
expect_equal "$status" 130 'exit status after INT twice'
[ $((SECONDS - began)) -lt 9 ] || fail "took $((SECONDS - began)) s"
none_left || fail "left running: $(pgrep -af '^sleep 480')"

echo 'the end of a run does not wait for what it left in the background, and ends it'
spec 'sleep 4801 & echo started' >background.yml
began=$SECONDS
expect_status 0 tinystacks buildspec run background.yml
[ $((SECONDS - began)) -lt 5 ] || fail "took $((SECONDS - began)) s"
none_left || fail "left running: $(pgrep -af '^sleep 480')"

echo 'a timeout'
spec 'sleep 4801' >slow.yml
expect_status 10 tinystacks buildspec run slow.yml --timeout 1s --json
expect_equal "$(jq -r '.status, (.phases[] | select(.name == "BUILD") | .status)' out | tr '\n' ' ')" 'TIMED_OUT TIMED_OUT ' status
none_left || fail "left running: $(pgrep -af '^sleep 480')"

echo 'a reader that leaves early, and a full disk'
spec 'seq 1 300000' >long.yml
status=0
set +o pipefail
{ tinystacks buildspec run long.yml || echo $? >early; } 2>err | head -n 1 >/dev/null
set -o pipefail
[ ! -e early ] || fail "a stdout closed by its reader: exit $(cat early): $(cat err)"
tinystacks buildspec run long.yml >/dev/full 2>err || status=$?
expect_equal "$status" 1 'exit status with a full stdout'

echo 'what reaches a command'
spec 'env' 'cat; echo "stdin: $?"' >env.yml
TINYSTACKS_TOKEN=tell-nobody-1234 TINYSTACKS_OTHER=x CODEBUILD_BUILD_ID=another:build MY_API_TOKEN=hide-me-please \
    expect_status 0 tinystacks buildspec run env.yml --env GIVEN='with = and blank'
text=$(cat out err)
for absent in tell-nobody TINYSTACKS_ another:build hide-me-please; do
    [[ $text != *"$absent"* ]] || fail "'$absent' is in the output"
done
expect_contains "$text" 'GIVEN=with = and blank' 'the environment'
expect_contains "$text" 'MY_API_TOKEN=***' 'the environment'
expect_contains "$text" 'stdin: 0' 'the output'

echo 'parameters: from a file of variables, else a clear refusal'
cat >parameters.yml <<'YAML'
version: 0.2
env: { parameter-store: { SETTING: /app/setting } }
phases: { build: { commands: ['echo "setting=$SETTING ${#SETTING}"'] } }
YAML
printf '# a remark\n\nSETTING=maple-syrup\n' >given.env
expect_status 0 tinystacks buildspec run parameters.yml --env-file given.env
expect_contains "$(cat out)" 'setting=*** 11' 'the output'
AWS_ENDPOINT_URL=http://127.0.0.1:9 AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=yyyyyyyy AWS_DEFAULT_REGION=us-east-1 AWS_MAX_ATTEMPTS=1 \
    expect_status 5 tinystacks buildspec run parameters.yml
expect_contains "$(cat err)" SETTING 'the refusal'

echo 'any bytes'
spec 'head -c 300000 /dev/zero | tr "\000" x; echo; printf "a\000b\377c\n"' >bytes.yml
expect_status 0 tinystacks buildspec run bytes.yml
LC_ALL=C grep -qaP 'a\x00b\xffc' out || fail 'NUL and a byte that is no UTF-8 did not pass'
LC_ALL=C awk 'length($0) == 300000 { found = 1 } END { exit !found }' out || fail 'the long line did not pass'
expect_status 0 tinystacks buildspec run bytes.yml --json
jq -e '.status == "SUCCEEDED"' out >/dev/null || fail 'the JSON'
