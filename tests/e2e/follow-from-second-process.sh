#!/usr/bin/env bash
# Other processes follow a deployment: one from its beginning, one that starts late, one that goes and comes again.
# All see the same build log, and it is the one kept.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

repository=$work/follow
make_repository "$repository" hello
projects+=("$repository tinystacks.yml")
tinystacks init -C "$repository" >/dev/null 2>&1
# Ports of this test alone, and a build that takes its time and says so.
sed -i "s/8001/$(free_port)/; s/8002/$(free_port)/" "$repository/tinystacks.yml"
sed -i '0,/^ *commands:/s//&\n      - for i in $(seq 1 30); do echo "line $i of the build"; sleep 0.1; done/' "$repository/build.yml"
commit_all "$repository" 'Deploy with tinystacks'

tinystacks deploy -C "$repository" >"$work/deploy.out" 2>"$work/deploy.err" </dev/null &
deploy=$!
started+=("$deploy")
deployment_exists() { tinystacks logs build -C "$repository" 2>/dev/null | grep -q 'line 3 of the build'; }
wait_for 60 deployment_exists || fail 'the build log of the running deployment never showed up'

tinystacks logs build -C "$repository" --follow >"$work/first" 2>"$work/first.err" </dev/null &
first=$!
timeout 1 "$program" logs build -C "$repository" --follow >"$work/interrupted" 2>/dev/null </dev/null || true
tinystacks logs build -C "$repository" --follow >"$work/late" 2>"$work/late.err" </dev/null &
late=$!
started+=("$first" "$late")
wait "$first" || fail "the first follower exits $?: $(cat "$work/first.err")"
wait "$late" || fail "the late follower exits $?: $(cat "$work/late.err")"
wait "$deploy" || fail "deploy exits $?: $(tail -n 20 "$work/deploy.err")"

tinystacks logs build -C "$repository" >"$work/kept" 2>/dev/null
cmp "$work/first" "$work/kept" || fail 'the first follower saw another log than the one kept'
cmp "$work/late" "$work/kept" || fail 'the late follower saw another log than the one kept'
# What an interrupted follower saw is the beginning of it.
cmp -n "$(stat -c %s "$work/interrupted")" "$work/interrupted" "$work/kept" || fail 'the interrupted follower saw another log'
expect_equal "$(grep -c '^line [0-9]* of the build' "$work/kept")" 30 'the number of lines'
