#!/usr/bin/env bash
# A release that fails in prod: dev runs the commit, prod does not, and everybody is told.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

repository=$work/failing
make_repository "$repository" failing-release
projects+=("$repository tinystacks.yml")

expect_status 10 tinystacks deploy -C "$repository" --json
cp "$work/out" "$work/deploy.json"
jq -e '.exit_code == 10 and .error == null' "$work/deploy.json" || fail "exit code or error: $(cat "$work/deploy.json")"
expect_equal "$(jq -r '.deployments | map("\(.stage) \(.verdict.outcome)") | join(", ")' "$work/deploy.json")" \
    'dev succeeded, prod failed' 'outcomes'
curl -fsS http://127.0.0.1:8031/ >/dev/null || fail 'dev does not answer'
if curl -fsS -m 2 http://127.0.0.1:8032/ >/dev/null 2>&1; then
    fail 'prod answers although its release failed'
fi

expect_status 0 tinystacks logs release -C "$repository" --stage prod
expect_contains "$(cat "$work/out")" 'this example fails in prod on purpose' 'the release log of prod'
expect_status 0 tinystacks status -C "$repository" --json
expect_equal "$(jq -r '.stages | map(.name) | join(" ")' "$work/out")" 'dev prod' 'the stages of status'

# In GitHub Actions the failure is an annotation, and outputs are written.
export GITHUB_ACTIONS=true GITHUB_OUTPUT=$work/output GITHUB_STEP_SUMMARY=$work/summary
touch "$GITHUB_OUTPUT" "$GITHUB_STEP_SUMMARY"
expect_status 10 tinystacks deploy -C "$repository" --force
expect_contains "$(cat "$work/err")" '::error' 'stderr in GitHub Actions'
expect_contains "$(cat "$work/err")" '::group::' 'stderr in GitHub Actions'
expect_contains "$(cat "$GITHUB_OUTPUT")" 'verdict=failed' 'GITHUB_OUTPUT'
[ -s "$GITHUB_STEP_SUMMARY" ] || fail 'GITHUB_STEP_SUMMARY is empty'
