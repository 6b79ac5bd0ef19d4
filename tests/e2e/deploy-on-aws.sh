#!/usr/bin/env bash
# The whole of `deploy` to a service on ECS, in an account that is entered by a role with an external id, with a bucket
# and a repository of ECR's own name: whose keys do what, what is stored, what nobody may find, and Ctrl-C.
# moto checks signatures and policies, docker-registry wants ECR's password, tests/support/rollouts plays the rollout.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

for needed in docker-registry:docker-registry htpasswd:apache2-utils openssl:openssl jq:jq; do
    command -v "${needed%%:*}" >/dev/null || skip "${needed%%:*} is missing: apt-get install ${needed##*:}"
done

account=123456789012  # moto's, and ECR's constant password
password=$account-auth-token
unset CURL_CA_BUNDLE

# --- the outside world

start_moto
role=$(sed -n 's/^role //p' "$work/moto")
bucket=shop-artifacts
# The role may log in to ECR besides, and only there, on ECS and in S3.
python3 - "$moto" "$bucket" <<'PY'
import sys
import boto3
url, bucket = sys.argv[1:]
policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ecr:*"], "Resource": "*"}]}'
boto3.client("iam", endpoint_url=url).put_role_policy(RoleName="deploy", PolicyName="ecr", PolicyDocument=policy)
boto3.client("s3", endpoint_url=url).create_bucket(Bucket=bucket)
PY

# play NAME SECONDS: an AWS of its own, in which a new task takes so long to start; its address is in $AWS_ENDPOINT_URL.
play() {
    cat >"$work/$1.json" <<JSON
{"story": "$1",
 "truth": {"outcome": ["succeeded"], "exit": [0], "cause": null, "owner": [], "certain": "over"},
 "service": {"desired": 1, "settle": 0.5}, "new": [{"start": $2}]}
JSON
    start_python "$work/$1" -m rollouts.server --story "$work/$1.json" --moto "$moto" --image "$image"
    AWS_ENDPOINT_URL=$(line_of "$work/$1" 1)
    export AWS_ENDPOINT_URL
}
told() { curl -fsS "$AWS_ENDPOINT_URL/_rollouts$1"; }

# The repository has ECR's name where this machine can be made to know it: a line in /etc/hosts, a certificate, port 443.
host=$account.dkr.ecr.us-east-1.amazonaws.com
certificates=/etc/docker/certs.d/$host
mark="# tinystacks deploy-on-aws.sh $$"
why_no_ecr_name() {
    if [ ! -w /etc/hosts ] || [ "$(id -u)" -ne 0 ]; then
        echo 'only root may change /etc/hosts'
    elif [ -e "$certificates" ] || grep -q "$host" /etc/hosts; then
        echo "this machine has a $host of its own"
    elif ! python3 -c 'import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 443))' 2>/dev/null; then
        echo 'port 443 of this machine is taken'
    fi
}
no_ecr_name=$(why_no_ecr_name)
restore_machine() {
    local status=$?
    set +e
    # shellcheck disable=SC2046  # one id each
    [ -z "${image-}" ] || docker rmi --force $(docker images --quiet "$image" | sort -u) >/dev/null 2>&1
    if [ -z "$no_ecr_name" ]; then
        rm -rf "$certificates"
        rmdir /etc/docker/certs.d 2>/dev/null
        # Written, not moved: in a container /etc/hosts is mounted.
        grep -v -F "$mark" /etc/hosts >"$work/hosts" && cat "$work/hosts" >/etc/hosts
    fi
    return "$status"
}
trap 'restore_machine; clean_up' EXIT

htpasswd -Bbn AWS "$password" >"$work/htpasswd"
tls='' address=127.0.0.1:$(free_port)
if [ -z "$no_ecr_name" ]; then
    address=127.0.0.1:443
    {
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=tinystacks-test-ca -keyout "$work/ca.key" -out "$work/ca.crt"
        openssl req -newkey rsa:2048 -nodes -subj "/CN=registry" -keyout "$work/host.key" -out "$work/host.csr"
        openssl x509 -req -in "$work/host.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -days 2 \
            -extfile <(echo "subjectAltName=DNS:$host") -out "$work/host.crt"
    } 2>"$work/openssl" || fail "openssl: $(cat "$work/openssl")"
    tls=", tls: { certificate: $work/host.crt, key: $work/host.key }"
    mkdir -p "$certificates"
    cp "$work/ca.crt" "$certificates/ca.crt"
    echo "127.0.0.1 $host $mark" >>/etc/hosts
    export SSL_CERT_FILE=$work/ca.crt NO_PROXY=$host no_proxy=$host
else
    echo "skipped: the part with ECR's own host name: $no_ecr_name"
    host=$address
fi
image=$host/shop
cat >"$work/registry.yml" <<YAML
version: 0.1
storage: { filesystem: { rootdirectory: $work/registry } }
http: { addr: $address$tls }
auth: { htpasswd: { realm: ecr, path: $work/htpasswd } }
YAML
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
started+=($!)
registry_answers() { [ "$(curl -s -o "$work/answer" -w '%{http_code}' ${tls:+--cacert "$work/ca.crt"} "http${tls:+s}://$host/v2/")" = 401 ]; }
wait_for 30 registry_answers || fail "the registry does not ask for a password: $(tail -n 5 "$work/registry.log")"
# To any other registry than ECR a person logs in.
[ -z "$no_ecr_name" ] || docker login -u AWS --password-stdin "$host" <<<"$password" >/dev/null 2>&1

# What is run with which arguments.
mkdir "$work/bin"
for name in aws docker; do
    # `aws` may be a shim of pyenv's, which looks for itself on PATH.
    real=$(command -v "$name")
    printf '#!/bin/sh\nprintf "%%s\\n" "%s $*" >>%s\nexec %s "$@"\n' "$name" "$work/arguments" "$real" >"$work/bin/$name"
    chmod +x "$work/bin/$name"
done
PATH=$work/bin:$PATH

# --- the vendor's repository

repository=$work/shop
make_repository "$repository" hello
expect_status 0 tinystacks init -C "$repository"
# Whose keys a command has is told by AWS itself. `env` shows everything that must not be shown.
export SEEN=$work/seen SHOP_TOKEN=kept-by-nobody-4711
mkdir "$SEEN"
python3 - "$repository" <<'PY'
import pathlib
import sys
for name, whose, more in (("build", "Dockerfile", []), ("release", "who.txt", [
        "aws sts get-caller-identity --query Arn --output text >who.txt"])):
    path = pathlib.Path(sys.argv[1], f"{name}.yml")
    commands = [*more, f'env >"$SEEN/{name}"', "env"]
    first = "  build:\n    commands:\n"
    text = path.read_text()
    assert text.count(first) == 1
    lines = "".join(f"      - {command}\n" for command in commands)
    path.write_text(text.replace(first, first + lines) + f"artifacts:\n  files:\n    - {whose}\n")
PY

# project ACCOUNT EXTERNAL-ID: either may be empty.
project() {
    cat >"$repository/tinystacks.yml" <<YAML
version: 1
stack: shop
image: $image
bucket: $bucket
stages:
  - name: dev
    ${1:+account: \"$1\"}
    role: $role
    ${2:+external_id: $2}
    region: us-east-1
    target: { ecs: { cluster: main, service: web } }
YAML
    commit_all "$repository" "Enter with external id '$2'"
}
secrets_of() { sed -n 's/^AWS_\(SECRET_ACCESS_KEY\|SESSION_TOKEN\)=//p' "$1"; }

# --- a role that does not let us in

play good 1
for id in shop/2 ''; do
    echo "external id '$id': refused before anything is built"
    project '' "$id"
    expect_status 4 tinystacks deploy -C "$repository" --json
    expect_equal "$(jq -r '.error.kind' "$work/out")" not_allowed 'the kind of error'
    expect_contains "$(jq -r '.error.message' "$work/out")" AssumeRole 'the error'
    expect_contains "$(jq -r '.error.hint' "$work/out")" external_id 'the hint'
done
[ ! -e "$work/arguments" ] || fail "nothing should have been run: $(cat "$work/arguments")"

# --- deployed

echo 'the role is let in, and the rollout succeeds'
project "$account" shop/1
expect_status 0 tinystacks deploy -C "$repository" --json -vv
deployment=$(jq -r '.deployments[0].id' "$work/out")
run=${deployment%-dev}
digest=$(jq -r '.deployments[0].digest' "$work/out")
jq -e '.deployments[0].verdict.outcome == "succeeded" and .build.status == "SUCCEEDED" and .error == null' "$work/out" >/dev/null ||
    fail "the JSON of deploy: $(cat "$work/out")"
told /calls >"$work/calls"

echo 'everything of the stage is done by the role, in a session named after the deployment'
arn=arn:aws:sts::$account:assumed-role/deploy/ts-$deployment
python3 - "$moto" "$bucket" "$work/s3" <<'PY'
import pathlib
import sys
import boto3
url, bucket, folder = sys.argv[1:]
s3 = boto3.client("s3", endpoint_url=url)
for found in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
    path = pathlib.Path(folder, found["Key"])
    path.parent.mkdir(parents=True, exist_ok=True)
    s3.download_file(bucket, found["Key"], str(path))
PY
stored=$work/s3/tinystacks/shop
expect_equal "$(cat "$stored/artifacts/$run/release-dev/primary/who.txt")" "$arn" 'who ran release.yml'
if grep -q -e "=$AWS_ACCESS_KEY_ID\$" -e "$AWS_SECRET_ACCESS_KEY" "$SEEN/release"; then
    fail "release.yml saw the caller's own keys: $(grep -e '^AWS' "$SEEN/release")"
fi
grep -q "^AWS_ACCESS_KEY_ID=$AWS_ACCESS_KEY_ID\$" "$SEEN/build" || fail "build.yml is no stage's and has other keys"
# AWS's own commands of release.yml, and ours that watch.
jq -r '.[] | select(.operation | test("Service|Task")) | .agent + " " + .key' "$work/calls" | sed 's/^\(aws-cli\|tinystacks\).* /\1 /' |
    sort -u >"$work/callers"
expect_contains "$(cat "$work/callers")" 'aws-cli ASIA' 'who called ECS'
expect_contains "$(cat "$work/callers")" 'tinystacks ASIA' 'who called ECS'
if grep -v ' ASIA' "$work/callers"; then
    fail 'somebody called ECS with other keys than the role has'
fi

echo 'logs and artifacts are in the bucket'
expect_equal "$(cd "$stored" && find . -type f -not -path './ledger/*' | LC_ALL=C sort | tr '\n' ' ')" \
    "./artifacts/$run/build/primary/Dockerfile ./artifacts/$run/release-dev/primary/who.txt ./logs/$run/build.log ./logs/$run/release-dev.log " \
    'what is in the bucket beside the ledger'
cmp -s "$stored/artifacts/$run/build/primary/Dockerfile" "$repository/Dockerfile" || fail 'the artifact is not the file'
expect_contains "$(cat "$stored/logs/$run/build.log")" 'docker push' 'the build log in the bucket'
expect_contains "$(cat "$stored/logs/$run/release-dev.log")" 'Service web is to run' 'the release log in the bucket'

echo 'no secret is in the bucket, a log, an argument, or the login that docker keeps'
{
    secrets_of "$SEEN/build"
    secrets_of "$SEEN/release"
    printf '%s\n' "$SHOP_TOKEN" "$password" "$(printf 'AWS:%s' "$password" | base64 -w 0)"
} >"$work/secrets"
expect_equal "$(wc -l <"$work/secrets")" 6 'the number of secrets'
expect_contains "$(cat "$stored/logs/$run/release-dev.log")" 'SHOP_TOKEN=***' 'the release log in the bucket'
for place in "$work/s3" "$XDG_STATE_HOME" "$work/arguments" "$work/err" "$work/out" ${tls:+"$DOCKER_CONFIG"}; do
    if grep -r -l -F -f "$work/secrets" -- "$place"; then
        fail "a secret is in $place"
    fi
done
grep -q '^docker login --username AWS --password-stdin' "$work/arguments" || [ -z "$tls" ] || fail 'nobody logged in to ECR'
expect_equal "$(find "$XDG_STATE_HOME/tinystacks/work" -mindepth 1 | wc -l)" 0 'the number of files that outlive the run'

# --- Ctrl-C

# deploy_and_interrupt TIMES PAUSE: SIGINT to the whole group, as a terminal sends it, once the rollout is watched.
deploy_and_interrupt() {
    python3 - "$program" "$repository" "$work/out" "$work/err" "$@" <<'PY'
import os, re, signal, subprocess, sys, time
program, repository, out, err, times, pause = sys.argv[1:]
signal.signal(signal.SIGINT, signal.SIG_DFL)
with open(out, "wb") as stdout, open(err, "wb") as stderr:
    child = subprocess.Popen([program, "deploy", "--json", "-C", repository], stdin=subprocess.DEVNULL, stdout=stdout,
                             stderr=stderr, start_new_session=True)
    watching = re.compile("dev: deployment")
    until = time.monotonic() + 60
    while child.poll() is None and not watching.search(open(err, encoding="utf-8", errors="replace").read()):
        if time.monotonic() > until:
            os.killpg(child.pid, signal.SIGKILL)
        time.sleep(0.05)
    time.sleep(1)  # a look or two
    began = time.monotonic()
    for _ in range(int(times)):
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGINT)
            time.sleep(float(pause))
    status = child.wait(30)
    took = time.monotonic() - began
    if took > 3:
        sys.exit(f"ended {took:.1f} s after Ctrl-C")
    sys.exit(status if status >= 0 else f"was killed by signal {-status}")
PY
}
interrupted() {
    local status=0
    deploy_and_interrupt "$@" || status=$?
    expect_equal "$status" 130 "exit status after Ctrl-C: $(tail -n 5 "$work/err")"
    expect_contains "$(cat "$work/err")" 'the rollout goes on in AWS' 'what is said at Ctrl-C'
    expect_contains "$(cat "$work/err")" 'try: tinystacks status --watch' 'what is said at Ctrl-C'
    expect_equal "$(jq -r '.exit_code' "$work/out")" 130 'exit_code in the JSON'
}

for times in 1 5; do
    echo "Ctrl-C while the rollout is watched, $times times"
    play "slow-$times" 8
    interrupted "$times" 0.01
    grep -q 'SKIPPED' "$work/err" || fail "the image was built again: $(cat "$work/err")"
    expect_status 0 tinystacks status -C "$repository"
    expect_contains "$(cat "$work/out")" 'rolling out' 'status during the rollout'
    expect_contains "$(cat "$work/out")" 'stopped watching' 'status during the rollout'
done
echo 'AWS went on by itself, and status says so'
is_over() { [ "$(told '' | jq -r .truth.rollout)" = COMPLETED ]; }
wait_for 30 is_over || fail "the rollout did not end: $(told '')"
expect_status 0 tinystacks status -C "$repository"
expect_contains "$(cat "$work/out")" '1 of 1 running' 'status after the rollout'
[[ $(cat "$work/out") != *'rolling out'* ]] || fail "status after the rollout: $(cat "$work/out")"
expect_status 0 tinystacks status -C "$repository" --json
expect_equal "$(jq -r '.stages[0].last.verdict.outcome' "$work/out")" uncertain 'the outcome that is kept'
expect_equal "$(jq -r '.stages[0].last.digest' "$work/out")" "$digest" 'the digest that is kept'

echo 'whoever looks again is told how it ended'
expect_status 0 tinystacks status -C "$repository" --watch
expect_status 0 tinystacks status -C "$repository" --json
expect_equal "$(jq -r '.stages[0].last | .verdict.outcome + " " + .digest' "$work/out")" "succeeded $digest" 'what is kept of it'

# --- variables, rollback, kill -9

# What the service runs, and what its container finds in its environment.
running() {
    python3 - "$AWS_ENDPOINT_URL" <<'PY'
import sys
import boto3
ecs = boto3.client("ecs", endpoint_url=sys.argv[1])
service = ecs.describe_services(cluster="main", services=["web"])["services"][0]
definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
container = definition["containerDefinitions"][0]
print(definition["taskDefinitionArn"].rsplit("/", 1)[1], container["image"].rsplit("@", 1)[-1],
      " ".join(f"{each['name']}={each['value']}" for each in container.get("environment", [])),
      " ".join(f"{each['name']}<{each['valueFrom']}" for each in container.get("secrets", [])))
PY
}
last_version() { jq -r '.deployments[-1] | .version | split("/")[-1]' "$work/out"; }

echo 'a variable makes a revision, and is kept by the next release'
play flow 0.5
expect_status 0 tinystacks deploy -C "$repository" --force --json
expect_status 0 tinystacks variable set COLOUR=blue -C "$repository" --json
expect_contains "$(running)" 'COLOUR=blue' 'what runs after variable set'
expect_equal "$(last_version)" "$(running | cut -d ' ' -f 1)" 'the version that is recorded'
expect_status 0 tinystacks variable set --secret DB_PASSWORD=/shop/db -C "$repository" --json
expect_contains "$(running)" 'DB_PASSWORD</shop/db' 'what runs after variable set --secret'
before=$(running)
expect_status 0 tinystacks variable set COLOUR=blue -C "$repository" --json
expect_equal "$(jq -c .unchanged "$work/out")" '["dev"]' 'what is left alone where nothing changes'
expect_equal "$(running)" "$before" 'what runs where nothing changes'
expect_status 0 tinystacks deploy -C "$repository" --json
expect_equal "$(jq -c .unchanged "$work/out")" '["dev"]' 'what a deploy of what runs leaves alone'
expect_equal "$(running)" "$before" 'what runs where nothing changes'
echo 2.0.0 >"$repository/www/version"
commit_all "$repository" 'Version 2'
expect_status 0 tinystacks deploy -C "$repository" --json
newer=$(running)
expect_contains "$newer" 'COLOUR=blue DB_PASSWORD</shop/db' 'what runs after the next release'
[[ $newer != *"$digest"* ]] || fail "the new image does not run: $newer"

echo 'a rollback starts the revision of then, and moves the tag'
expect_status 0 tinystacks rollback -C "$repository" --stage dev --json
expect_contains "$(running)" "$digest" 'what runs after the rollback'
expect_equal "$(last_version)" "$(running | cut -d ' ' -f 1)" 'the version that is recorded'
tagged=$(curl -s -u "AWS:$password" ${tls:+--cacert "$work/ca.crt"} -o "$work/answer" -D - -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
    "http${tls:+s}://$host/v2/shop/manifests/dev" | tr -d '\r' | sed -n 's/^docker-content-digest: //ip')
expect_equal "$tagged" "$digest" 'what the tag dev names'

echo 'kill -9 while the rollout is watched: --resume watches on, and releases nothing again'
play killed 6
"$program" deploy -C "$repository" --force >"$work/killed.out" 2>"$work/killed.err" </dev/null &
victim=$!
watched() { grep -q 'dev: deployment' "$work/killed.err"; }
wait_for 60 watched || fail "the rollout is not watched: $(tail -n 5 "$work/killed.err")"
sleep 1
kill -9 "$victim"
wait "$victim" 2>/dev/null || true
released=$(running)
expect_status 0 tinystacks deploy -C "$repository" --resume --json
jq -e '.deployments | length == 1 and .[0].verdict.outcome == "succeeded"' "$work/out" >/dev/null || fail "$(cat "$work/out")"
expect_equal "$(jq -r '[.deployments[0].phases[].name] | join(" ")' "$work/out")" 'release deployment' 'the phases'
expect_equal "$(running)" "$released" 'what runs after --resume'
