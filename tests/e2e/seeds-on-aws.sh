#!/usr/bin/env bash
# build.yml and release.yml against AWS's APIs (moto), registries that want ECR's password, and a Docker engine:
# the seeds' files byte for byte, then the ones init writes; one region, then a second one, which only ours get right.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

command -v moto_server >/dev/null || skip 'moto_server is missing: tests/run.sh installs it into build/venv'
command -v docker-registry >/dev/null || skip 'docker-registry is missing: apt-get install docker-registry'
command -v htpasswd >/dev/null || skip 'htpasswd is missing: apt-get install apache2-utils'

account=123456789012  # moto's
export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
export AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true
unset AWS_PROFILE AWS_SESSION_TOKEN

# --- the outside world

moto_port=$(free_port)
export AWS_ENDPOINT_URL=http://127.0.0.1:$moto_port
# By the real path where it is a pyenv shim, so that the process we end is the server.
moto=$(command -v moto_server)
if [[ $moto == */shims/* ]]; then
    moto=$(pyenv which moto_server)
fi
"$moto" -H 127.0.0.1 -p "$moto_port" >"$work/moto.log" 2>&1 &
started+=($!)

# start_registry PORT: one that demands what `aws ecr get-login-password` prints.
htpasswd -Bbn AWS "$account-auth-token" >"$work/htpasswd"
start_registry() {
    mkdir -p "$work/registry-$1"
    cat >"$work/registry-$1.yml" <<YAML
version: 0.1
storage: { filesystem: { rootdirectory: $work/registry-$1 } }
http: { addr: 127.0.0.1:$1 }
auth: { htpasswd: { realm: ecr, path: $work/htpasswd } }
YAML
    docker-registry serve "$work/registry-$1.yml" >"$work/registry-$1.log" 2>&1 &
    started+=($!)
}
home_port=$(free_port)
start_registry "$home_port"
away_port=$(free_port)
start_registry "$away_port"
home_image=127.0.0.1:$home_port/app
away_image=127.0.0.1:$away_port/app

listens() { curl -s -o "$work/answer" "http://127.0.0.1:$1/"; }
for port in "$moto_port" "$home_port" "$away_port"; do
    wait_for 60 listens "$port" || fail "nothing listens on port $port"
done

# make_world REGION IMAGE: a cluster with a service of two containers, and a function, that run IMAGE.
make_world() {
    local region=$1 image=$2 role
    export AWS_DEFAULT_REGION=$region
    aws ecs create-cluster --cluster-name main >/dev/null
    aws ecs register-task-definition --family app --requires-compatibilities FARGATE --cpu 256 --memory 512 \
        --network-mode awsvpc --container-definitions "[
            {\"name\":\"sidecar\",\"image\":\"example.com/sidecar:1\",\"memory\":128},
            {\"name\":\"app\",\"image\":\"$image:old\",\"memory\":256}]" >/dev/null
    aws ecs create-service --cluster main --service-name app --task-definition app:1 --desired-count 1 >/dev/null
    role=$(aws iam create-role --role-name "app-$region" --assume-role-policy-document '{}' --query Role.Arn --output text)
    aws lambda create-function --function-name app --package-type Image --code "ImageUri=$image:old" --role "$role" >/dev/null
    export AWS_DEFAULT_REGION=us-east-1
}
make_world us-east-1 "$home_image"
make_world eu-west-1 "$away_image"

# --- what the world looks like afterwards

task_definition() {
    aws ecs describe-services --region "$1" --cluster main --services app --query 'services[0].taskDefinition' --output text
}
image_of() {
    aws ecs describe-task-definition --region "$1" --task-definition "$2" \
        --query "taskDefinition.containerDefinitions[?name=='$3'].image | [0]" --output text
}
function_image() {
    aws lambda get-function --region "$1" --function-name app --query Code.ImageUri --output text
}
function_tag() {
    aws lambda list-tags --region "$1" --resource "arn:aws:lambda:$1:$account:function:app" --query Tags.IMAGE_SHA --output text
}
# revision_of TASK_DEFINITION: moto tells it as it was given, an ARN or family:revision.
revision_of() { echo "${1##*:}"; }

# digest_of IMAGE TAG: what the registry says the tag names.
digest_of() {
    curl -fsS -o "$work/answer" -D - -u "AWS:$account-auth-token" \
        -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
        "http://${1%%/*}/v2/${1#*/}/manifests/$2" | tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p'
}

# release STAGES...: of a new task definition moto makes no deployment, so nobody can know what became of it.
release() {
    local stage
    for stage in "$@"; do
        expect_status 0 tinystacks release -C "$repository" --stage "$stage" --timeout 5s --json
        jq -e --arg stage "$stage" '.exit_code == 0 and .error == null and .deployments[0].stage == $stage and .deployments[0].verdict.outcome == (if .deployments[0].target == "ecs" then "uncertain" else "succeeded" end)' "$work/out" >/dev/null ||
            fail "the JSON of release --stage $stage: $(cat "$work/out")"
    done
}

write_project() {
    cat >"$repository/tinystacks.yml" <<YAML
version: 1
stack: $1
image: $home_image
stages:
  - name: dev
    account: "$account"
    region: us-east-1
    target: { ecs: { cluster: main, service: app } }
  - name: prod
    account: "$account"
    region: us-east-1
    target: { lambda: { function: app } }
  - name: eu-service
    account: "$account"
    region: eu-west-1
    image: $away_image
    target: { ecs: { cluster: main, service: app } }
  - name: eu-function
    account: "$account"
    region: eu-west-1
    image: $away_image
    target: { lambda: { function: app } }
YAML
}

# --- the seeds' files

echo 'the seeds: build'
repository=$work/seeds
make_repository "$repository" hello
cp "$root"/tests/fixtures/seeds/*.yml "$repository"
write_project seeds
commit_all "$repository" 'Deploy with the seeds'
commit=$(git -C "$repository" rev-parse HEAD)

expect_status 0 tinystacks build -C "$repository"
digest=$(digest_of "$home_image" "$commit")
[ -n "$digest" ] || fail "the registry has no image of commit $commit"
expect_equal "$(digest_of "$home_image" latest)" "$digest" 'the digest of latest'
expect_contains "$(cat "$work/out")" "$digest" 'what build prints'

echo 'the seeds: release to ECS'
release dev
expect_equal "$(digest_of "$home_image" dev)" "$digest" 'the digest of tag dev'
expect_equal "$(revision_of "$(task_definition us-east-1)")" 2 "the service's revision"
expect_equal "$(image_of us-east-1 app:2 app)" "$home_image:$commit" "the container's image"
expect_equal "$(image_of us-east-1 app:2 sidecar)" example.com/sidecar:1 "the sidecar's image"

echo 'the seeds: release to Lambda'
release prod
expect_equal "$(digest_of "$home_image" prod)" "$digest" 'the digest of tag prod'
expect_equal "$(function_image us-east-1)" "$home_image:prod" "the function's image"
expect_equal "$(function_tag us-east-1)" "$(docker images --no-trunc --quiet "$home_image:prod")" 'tag IMAGE_SHA'

# --- our files

echo 'ours: build'
# Our files log in to ECR only, by the host's name; to any other registry a person does.
for port in "$home_port" "$away_port"; do
    docker login -u AWS --password-stdin "127.0.0.1:$port" <<<"$account-auth-token" >/dev/null 2>&1
done
repository=$work/ours
make_repository "$repository" hello
expect_status 0 tinystacks init -C "$repository"
write_project ours
echo 2.0.0 >"$repository/www/version"
commit_all "$repository" 'Deploy with what init writes'
commit=$(git -C "$repository" rev-parse HEAD)
expect_status 0 tinystacks build -C "$repository"
digest=$(digest_of "$home_image" "$commit")
[ -n "$digest" ] || fail "the registry has no image of commit $commit"

echo 'ours: release to ECS'
release dev
expect_equal "$(digest_of "$home_image" dev)" "$digest" 'the digest of tag dev'
expect_equal "$(revision_of "$(task_definition us-east-1)")" 3 "the service's revision"
expect_equal "$(image_of us-east-1 app:3 app)" "$home_image@$digest" "the container's image"
expect_equal "$(image_of us-east-1 app:3 sidecar)" example.com/sidecar:1 "the sidecar's image"

echo 'ours: release to Lambda'
release prod
expect_equal "$(function_image us-east-1)" "$home_image@$digest" "the function's image"
expect_equal "$(function_tag us-east-1)" "$digest" 'tag IMAGE_SHA'

echo 'ours: release to the other region'
release eu-service eu-function
expect_equal "$(digest_of "$away_image" eu-service)" "$digest" 'the digest of tag eu-service in the other region'
expect_equal "$(revision_of "$(task_definition eu-west-1)")" 2 "the other region's revision"
expect_equal "$(image_of eu-west-1 app:2 app)" "$away_image@$digest" "the other region's container image"
expect_equal "$(function_image eu-west-1)" "$away_image@$digest" "the other region's function"
expect_equal "$(function_tag eu-west-1)" "$digest" "tag IMAGE_SHA in the other region"
expect_equal "$(revision_of "$(task_definition us-east-1)")" 3 "the home region's revision afterwards"

echo 'ours: deploy ends uncertain when the time given is over'
expect_status 9 tinystacks deploy -C "$repository" --timeout 5s --stage dev --force --json
expect_equal "$(jq -r '.deployments[0].verdict.outcome' "$work/out")" uncertain 'the outcome'

echo "a stage's role: its session is all that commands have"
repository=$work/role
make_repository "$repository" hello
cat >"$repository/tinystacks.yml" <<YAML
version: 1
stack: role
image: $home_image
stages:
  - name: far
    account: "$account"
    role: arn:aws:iam::$account:role/deploy
    external_id: shop/1
    region: eu-west-1
    target: { lambda: { function: app } }
YAML
cp "$root/templates/build.yml" "$repository"
# shellcheck disable=SC2016  # for the command to expand
echo '      - env | grep ^AWS_ >"$WITNESS/build"' >>"$repository/build.yml"
cat >"$repository/release.yml" <<'YAML'
version: 0.2
phases:
  build:
    commands:
      - env | grep ^AWS_ >"$WITNESS/environment"
      - aws configure list >"$WITNESS/list"
      - aws sts get-caller-identity --query Arn --output text >"$WITNESS/arn"
      - docker pull "$ECR_IMAGE_URL@$IMAGE_DIGEST"
      - docker tag "$ECR_IMAGE_URL@$IMAGE_DIGEST" "$ECR_IMAGE_URL:$STAGE_NAME"
      - docker push "$ECR_IMAGE_URL:$STAGE_NAME"
      - aws lambda update-function-code --function-name "$LAMBDA_FUNCTION_NAME" --image-uri "$ECR_IMAGE_URL@$IMAGE_DIGEST" >/dev/null
YAML
commit_all "$repository" 'Deploy with a role'
mkdir "$work/witness"
WITNESS=$work/witness AWS_MAX_ATTEMPTS=7 expect_status 0 tinystacks build -C "$repository"
digest=$(digest_of "$home_image" "$(git -C "$repository" rev-parse HEAD)")
expect_equal "$(grep -E '^AWS_(ACCESS_KEY_ID|RETRY_MODE|MAX_ATTEMPTS)=' "$work/witness/build" | sort | tr '\n' ' ')" \
    'AWS_ACCESS_KEY_ID=testing AWS_MAX_ATTEMPTS=7 AWS_RETRY_MODE=standard ' 'the credentials and the retries in build.yml'
printf '[default]\nregion = us-west-2\n[profile other]\nregion = us-west-1\n' >"$work/aws-config"
printf '[other]\naws_access_key_id = OTHER\naws_secret_access_key = other\n' >"$work/aws-credentials"
WITNESS=$work/witness AWS_CONFIG_FILE=$work/aws-config AWS_SHARED_CREDENTIALS_FILE=$work/aws-credentials AWS_PROFILE=other \
    AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:1/ expect_status 0 \
    tinystacks release -C "$repository" --stage far --timeout 20s --json
value_of() { sed -n "s/^$1=//p" "$work/witness/environment"; }
[[ $(value_of AWS_ACCESS_KEY_ID) == ASIA* ]] || fail "release.yml had key $(value_of AWS_ACCESS_KEY_ID)"
[ -n "$(value_of AWS_SESSION_TOKEN)" ] || fail 'release.yml had no session token'
for name in AWS_PROFILE AWS_CONTAINER_CREDENTIALS_FULL_URI; do
    expect_equal "$(value_of $name)" '' "$name in release.yml"
done
expect_equal "$(value_of AWS_CONFIG_FILE) $(value_of AWS_SHARED_CREDENTIALS_FILE) $(value_of AWS_EC2_METADATA_DISABLED)" \
    '/dev/null /dev/null true' 'what could lead to other credentials'
expect_equal "$(value_of AWS_REGION) $(value_of AWS_DEFAULT_REGION)" 'eu-west-1 eu-west-1' 'the regions in release.yml'
expect_equal "$(value_of AWS_RETRY_MODE) $(value_of AWS_MAX_ATTEMPTS)" 'standard 3' 'the retries in release.yml'
expect_contains "$(grep access_key "$work/witness/list")" ' env ' 'aws configure list'
[[ $(cat "$work/witness/arn") == arn:aws:sts::$account:assumed-role/deploy/ts-* ]] || fail "release.yml was $(cat "$work/witness/arn")"
expect_equal "$(function_image eu-west-1)" "$home_image@$digest" "the other region's function"

# The password was in no argument and no log.
if grep -r -l -- "$account-auth-token" "$XDG_STATE_HOME" >/dev/null 2>&1; then
    fail "the registry's password is in $(grep -r -l -- "$account-auth-token" "$XDG_STATE_HOME")"
fi
