#!/usr/bin/env bash
# The quickstart, twice; the second time it is quick and changes nothing.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

folder=$work/quickstart/hello
projects+=("$folder tinystacks.yml")
quickstart() { "$root/examples/quickstart.sh" "$folder"; }

expect_status 0 quickstart
expect_contains "$(cat "$work/out")" 'hello, version 1.0.0' 'what the quickstart shows'
for port in 8001 8002; do
    expect_contains "$(curl -fsS "http://127.0.0.1:$port/")" 'hello, version 1.0.0' "port $port"
    expect_equal "$(curl -fsS "http://127.0.0.1:$port/ping")" pong "port $port: /ping"
done
expect_equal "$(git -C "$folder" status --porcelain)" '' 'git status'
commits=$(git -C "$folder" rev-parse HEAD)
running=$(docker ps -q | sort)

began=$SECONDS
expect_status 0 quickstart
[ $((SECONDS - began)) -lt 60 ] || fail "the second run took $((SECONDS - began)) s"
expect_equal "$(git -C "$folder" rev-parse HEAD)" "$commits" 'HEAD after the second run'
expect_equal "$(docker ps -q | sort)" "$running" 'the running containers after the second run'

expect_status 0 tinystacks down --all --yes -C "$folder"
if curl -fsS -m 2 http://127.0.0.1:8002/ >/dev/null 2>&1; then
    fail 'prod still answers after down --all'
fi
