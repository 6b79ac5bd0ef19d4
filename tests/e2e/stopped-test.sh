#!/usr/bin/env bash
# Ctrl-C while `test:` runs takes the new container back: `deploy --resume` brings it anew, and tests that one, not the
# container of before.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

repository=$work/shop
make_repository "$repository" hello
port=$(free_port)
cat >"$repository/tinystacks.yml" <<YAML
version: 1
stack: stopped-$$
stages:
  - name: dev
    target: { docker: { port: $port, container_port: 8080 } }
    health: /
    test: smoke.yml
YAML
cat >"$repository/smoke.yml" <<'YAML'
version: 0.2
phases:
  build:
    commands:
      - eval "${IN_TEST:-true}"
YAML
expect_status 0 tinystacks init -C "$repository"
projects+=("$repository tinystacks.yml")
commit_all "$repository" 'Version 1'
runs() { curl -fsS "http://127.0.0.1:$port/version"; }

expect_status 0 tinystacks deploy -C "$repository"
expect_equal "$(runs)" 1.0.0 'what runs'
echo 2.0.0 >"$repository/www/version"
commit_all "$repository" 'Version 2'
IN_TEST='sleep 60' "$program" deploy -C "$repository" >"$work/stopped" 2>&1 </dev/null &
victim=$!
started+=("$victim")
tests() { grep -q '==> dev: test' "$work/stopped"; }
wait_for 60 tests || fail "no test begins: $(tail -n 5 "$work/stopped")"
kill -INT "$victim"
status=0
wait "$victim" || status=$?
expect_equal "$status" 130 'exit status after Ctrl-C'
expect_equal "$(runs)" 1.0.0 'what runs after Ctrl-C'

expect_status 0 tinystacks deploy -C "$repository" --resume --json
expect_equal "$(jq -r '.deployments[0].verdict.outcome' "$work/out")" succeeded 'the outcome of --resume'
expect_equal "$(runs)" 2.0.0 'what runs after --resume'
