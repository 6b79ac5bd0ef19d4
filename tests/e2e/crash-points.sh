#!/usr/bin/env bash
# kill -9 at every moment after which something outside has changed: what is deployed next ends as if nothing had been.
# Arguments go to crash_points.py.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"
# Where nothing outlives the machine a rollback is refused under CI.
unset CI
# Only this build can be killed at such a moment; what recovers is the one that users have.
mortal=${TINYSTACKS_MORTAL:-$root/build/asan/app/tinystacks}
[ -x "$mortal" ] || fail "$mortal is not built"
export LSAN_OPTIONS=suppressions=$root/tests/support/lsan.txt:print_suppressions=0

stack=crash-$$
port=$(free_port)
repository=$work/crash
mkdir "$repository"
git -C "$repository" init -q
# What changes comes last, so that the engine has the other steps in its cache.
cat >"$repository/Dockerfile" <<DOCKER
FROM $BASE_IMAGE
EXPOSE 8080
STOPSIGNAL SIGKILL
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
COPY index.html /www/
DOCKER
echo 0 >"$repository/index.html"
tinystacks init -C "$repository" >/dev/null 2>&1
for phase in build release; do
    sed -i "0,/^ *commands:/s||&\n      - echo \"$phase \$(git rev-parse HEAD)\" >>'$work/ran'|" "$repository/$phase.yml"
done
cat >"$repository/smoke.yml" <<'YAML'
version: 0.2
phases:
  build:
    commands:
      - curl -fsS "$STAGE_URL/"
YAML
cat >"$repository/tinystacks.yml" <<YAML
version: 1
stack: $stack
stages:
  - name: dev
    target: { docker: { port: $port, container_port: 8080 } }
    health: /
    test: smoke.yml
YAML
projects+=("$repository tinystacks.yml")
commit_all "$repository" 'Version 0'
expect_status 0 tinystacks deploy -C "$repository"

status=0
python3 "$root/tests/e2e/crash_points.py" "$program" "$mortal" "$repository" "$stack" "$port" "$work/ran" "$@" ||
    status=$?
images=$(docker images -q "127.0.0.1:$TINYSTACKS_REGISTRY_PORT/$stack" | sort -u)
expect_status 0 tinystacks down -C "$repository" --all --yes
# shellcheck disable=SC2086  # one word each
docker image rm -f $images >/dev/null
exit "$status"
