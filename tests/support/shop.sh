# shellcheck shell=bash
# A shop with two stages on this machine, its registry, and a bucket of moto's: sourced first by the end-to-end scripts of
# the flow.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/support.sh"

unset CI
for needed in docker-registry jq; do
    command -v "$needed" >/dev/null || skip "$needed is missing: apt-get install $needed"
done
start_moto
export AWS_ENDPOINT_URL=$moto
bucket=shop-ledger
python3 -c 'import sys, boto3; boto3.client("s3", endpoint_url=sys.argv[1]).create_bucket(Bucket=sys.argv[2])' "$moto" "$bucket"

registry=127.0.0.1:$(free_port)
cat >"$work/registry.yml" <<YAML
version: 0.1
storage: { filesystem: { rootdirectory: $work/registry } }
http: { addr: $registry }
YAML
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
started+=($!)
wait_for 30 curl -fs -o "$work/answer" "http://$registry/v2/" || fail "the registry does not answer: $(tail -n 5 "$work/registry.log")"

# digest_of IMAGE TAG: what the registry says the tag names.
digest_of() {
    curl -fsS -o "$work/answer" -D - -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
        "http://$registry/v2/${1#*/}/manifests/$2" | tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p'
}

# make_shop FOLDER STACK BUCKET: its repository; without a bucket the ledger is this machine's. Sets $stack, $image, $dev
# and $prod.
make_shop() {
    # shellcheck disable=SC2034  # for who sources this
    stack=$2
    image=$registry/$2
    dev=$(free_port) prod=$(free_port)
    make_repository "$1" hello
    cat >"$1/tinystacks.yml" <<YAML
version: 1
stack: $2
image: $image
${3:+bucket: $3}
stages:
  - name: dev
    target: { docker: { port: $dev, container_port: 8080 } }
    health: /
  - name: prod
    approval: required
    target: { docker: { port: $prod, container_port: 8080 } }
    health: /
YAML
    echo '<h1>shop</h1>' >"$1/www/index.html"
    # A test says in $IN_BUILD and $IN_RELEASE what else a build and a release do.
    cat >"$1/build.yml" <<'YAML'
version: 0.2
phases:
  build:
    commands:
      - docker build -q --label "log_level=${LOG_LEVEL:-none}" -t "$ECR_IMAGE_URL:latest" .
      - docker tag "$ECR_IMAGE_URL:latest" "$ECR_IMAGE_URL:$(git rev-parse HEAD)"
      - docker push -q "$ECR_IMAGE_URL:$(git rev-parse HEAD)" && docker push -q "$ECR_IMAGE_URL:latest"
      - eval "${IN_BUILD:-}"
YAML
    cat >"$1/release.yml" <<'YAML'
version: 0.2
phases:
  build:
    commands:
      - echo "releasing to $STAGE_NAME" && eval "${IN_RELEASE:-}"
      - docker pull -q "$ECR_IMAGE_URL@$IMAGE_DIGEST"
      - docker tag "$ECR_IMAGE_URL@$IMAGE_DIGEST" "$ECR_IMAGE_URL:$STAGE_NAME"
      - docker push -q "$ECR_IMAGE_URL:$STAGE_NAME"
YAML
    projects+=("$1 tinystacks.yml")
    image_names+=("$image")
    commit_all "$1" 'Deploy with tinystacks'
}

# change FOLDER VERSION: a commit whose image is another one.
change() {
    echo "$2" >"$1/www/version"
    commit_all "$1" "Version $2"
}

# runs PORT: the version that answers there.
runs() { curl -fsS -m 5 "http://127.0.0.1:$1/version" 2>/dev/null || echo nothing; }

# with_terminal COMMAND...: on a terminal of its own, for a minute at most.
with_terminal() {
    timeout 60 python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@" </dev/null
}

# in_background COMMAND...: its status goes to $work/started.status, what it says to $work/started.
in_background() {
    : >"$work/started"
    {
        local status=0
        "$@" >"$work/started" 2>&1 </dev/null || status=$?
        echo "$status" >"$work/started.status"
    } &
    background=$!
}
says() { wait_for 30 grep -q -F "$1" "$work/started" || fail "'$1' was never said: $(tail -n 20 "$work/started")"; }
ended_with() {
    wait "$background" || true
    [ "$(cat "$work/started.status")" = "$1" ] || fail "exit status $(cat "$work/started.status"), not $1: $(cat "$work/started")"
}

# held COMMAND...: in the background; its release.yml does not end until let_go. let_go SECONDS: so much later.
held() {
    rm -f "$work/go"
    IN_RELEASE="until [ -e '$work/go' ]; do sleep 0.1; done" in_background "$@"
    says 'releasing to dev'
}
let_go() {
    {
        sleep "$1"
        touch "$work/go"
    } &
}

# killed_in_release COMMAND...: kill -9 once its release.yml runs.
killed_in_release() {
    : >"$work/started"
    IN_RELEASE='sleep 60' "$@" >"$work/started" 2>&1 </dev/null &
    background=$!
    says 'releasing to dev'
    kill -KILL "$background"
    wait "$background" 2>/dev/null || true
}
