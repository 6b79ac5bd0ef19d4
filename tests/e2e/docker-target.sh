#!/usr/bin/env bash
# The docker target: variables, tests of a stage, rollback, older commits, and what is refused.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

repository=$work/hello
make_repository "$repository" hello
tinystacks init -C "$repository" >/dev/null 2>&1
stack=target-$$
dev=$(free_port)
prod=$(free_port)
cat >"$repository/tinystacks.yml" <<YAML
version: 1
stack: $stack
variables:
  runtime: { LOG_LEVEL: warning }
stages:
  - name: dev
    target: { docker: { port: $dev, container_port: 8080 } }
    health: /ping
    test: smoke.yml
    runtime: { LOG_LEVEL: debug }
  - name: prod
    target: { docker: { port: $prod, container_port: 8080 } }
    health: /ping
YAML
cat >"$repository/smoke.yml" <<'YAML'
version: 0.2
phases:
  build:
    commands:
      - test "$(curl -fsS "$STAGE_URL/ping")" = pong
      - test ! -e www/fails
YAML
projects+=("$repository tinystacks.yml")
commit_all "$repository" 'Deploy with tinystacks'
first=$(git -C "$repository" rev-parse HEAD)
answer() { curl -fsS -m 5 "http://127.0.0.1:$1/"; }
outcomes() { jq -r '.deployments | map("\(.stage) \(.verdict.outcome)") | join(", ")' "$work/out"; }

echo 'a first deployment that does not become healthy: exit 10, nothing runs'
mv "$repository/www/ping" "$work/ping"
commit_all "$repository" 'Break /ping'
expect_status 10 tinystacks deploy -C "$repository" --json
expect_equal "$(outcomes)" 'dev failed' 'outcomes'
if answer "$dev" >/dev/null 2>&1; then
    fail 'dev answers although its deployment failed'
fi

echo 'an older commit; runtime variables of project and stage'
expect_status 0 tinystacks deploy -C "$repository" --commit "$first" --json
expect_equal "$(outcomes)" 'dev succeeded, prod succeeded' 'outcomes'
expect_equal "$(answer "$dev")" 'hello, version 1.0.0, log level debug' 'dev'
expect_equal "$(answer "$prod")" 'hello, version 1.0.0, log level warning' 'prod'

echo 'an unhealthy successor: exit 11, the old one runs again, prod is not touched'
before=$(docker ps -q --filter "publish=$prod")
expect_status 11 tinystacks deploy -C "$repository" --json
expect_equal "$(outcomes)" 'dev rolled_back' 'outcomes'
expect_equal "$(answer "$dev")" 'hello, version 1.0.0, log level debug' 'dev after the rollback'
expect_equal "$(docker ps -q --filter "publish=$prod")" "$before" "prod's container"
expect_equal "$(docker ps -aq --filter "publish=$dev" | wc -l)" 1 'containers of dev'

echo 'the working tree is not deployed; an uncommitted file changes nothing'
cp "$work/ping" "$repository/www/ping"
echo 2.0.0 >"$repository/www/version"
commit_all "$repository" 'Mend /ping, version 2.0.0'
echo uncommitted >"$repository/www/version"
expect_status 0 tinystacks deploy -C "$repository"
expect_equal "$(answer "$prod")" 'hello, version 2.0.0, log level warning' 'prod'
git -C "$repository" checkout -q .

echo 'a failing test: exit 11, dev gets back what it ran, and the next stage can still get that'
touch "$repository/www/fails"
commit_all "$repository" 'Fail the test'
expect_status 11 tinystacks deploy -C "$repository" --json
expect_equal "$(outcomes)" 'dev rolled_back' 'outcomes'
expect_equal "$(answer "$dev")" 'hello, version 2.0.0, log level debug' 'dev'
expect_equal "$(answer "$prod")" 'hello, version 2.0.0, log level warning' 'prod'
expect_status 0 tinystacks deploy -C "$repository" --stage prod --force
rm "$repository/www/fails"

echo 'one stage gets what the stage before it runs'
echo 3.0.0 >"$repository/www/version"
commit_all "$repository" 'Version 3.0.0'
expect_status 0 tinystacks deploy -C "$repository" --stage dev
expect_equal "$(answer "$dev")" 'hello, version 3.0.0, log level debug' 'dev'
echo 4.0.0 >"$repository/www/version"
commit_all "$repository" 'Version 4.0.0'
expect_status 0 tinystacks deploy -C "$repository" --stage prod
expect_equal "$(answer "$prod")" 'hello, version 3.0.0, log level warning' 'prod'
expect_status 6 tinystacks deploy -C "$repository" --stage prod --commit HEAD
expect_status 2 tinystacks deploy -C "$repository" --stage prod --rebuild

echo 'what a failed build has pushed is not taken for an image'
cp "$repository/build.yml" "$work/build.yml"
printf '  post_build:\n    commands:\n      - exit 3\n' >>"$repository/build.yml"
commit_all "$repository" 'Fail after the push'
expect_status 10 tinystacks deploy -C "$repository"
expect_status 10 tinystacks deploy -C "$repository"
expect_equal "$(answer "$dev")" 'hello, version 3.0.0, log level debug' 'dev'
cp "$work/build.yml" "$repository/build.yml"

echo 'a tag named like a stage, an immutable variable, a stage that does not exist'
cp "$repository/build.yml" "$work/build.yml"
cat >>"$repository/build.yml" <<'YAML'
  post_build:
    commands:
      - docker tag "$ECR_IMAGE_URL:latest" "$ECR_IMAGE_URL:prod"
YAML
commit_all "$repository" 'Tag like a stage'
expect_status 3 tinystacks deploy -C "$repository"
expect_contains "$(cat "$work/err")" prod 'the refusal'
cp "$work/build.yml" "$repository/build.yml"
sed 's/^  variables:/&\n    ECR_IMAGE_URL: elsewhere/' "$work/build.yml" >"$repository/build.yml"
line=$(grep -n 'ECR_IMAGE_URL: elsewhere' "$repository/build.yml" | cut -d : -f 1)
commit_all "$repository" 'Declare an immutable variable'
expect_status 3 tinystacks deploy -C "$repository"
expect_contains "$(cat "$work/err")" ECR_IMAGE_URL 'the refusal'
expect_contains "$(cat "$work/err")" "build.yml:$line:" 'the refusal'
cp "$work/build.yml" "$repository/build.yml"
commit_all "$repository" 'Build as before'
expect_status 5 tinystacks deploy -C "$repository" --stage prd
expect_contains "$(cat "$work/err")" '--stage prod' 'the suggestion'

echo 'down'
expect_status 0 tinystacks down -C "$repository" --all --yes
expect_equal "$(docker ps -aq --filter "publish=$dev" --filter "publish=$prod" | wc -l)" 0 'containers after down'
