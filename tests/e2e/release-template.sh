#!/usr/bin/env bash
# The release.yml and build.yml that init writes, run without tinystacks, command by command under dash as AWS CodeBuild
# does, against AWS's APIs (moto), a registry and a Docker engine: above all, what must fail does, and changes nothing.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

command -v moto_server >/dev/null || skip 'moto_server is missing: tests/run.sh installs it into build/venv'
command -v docker-registry >/dev/null || skip 'docker-registry is missing: apt-get install docker-registry'
command -v dash >/dev/null || skip 'dash is missing: apt-get install dash'
python3 -c 'import yaml' || skip 'PyYAML is missing: tests/run.sh installs it into build/venv'

export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_REGION AWS_DEFAULT_REGION  # every call has to name its region

moto_port=$(free_port)
export AWS_ENDPOINT_URL=http://127.0.0.1:$moto_port
moto=$(command -v moto_server)
if [[ $moto == */shims/* ]]; then
    moto=$(pyenv which moto_server)
fi
"$moto" -H 127.0.0.1 -p "$moto_port" >"$work/moto.log" 2>&1 &
started+=($!)
registry_port=$(free_port)
cat >"$work/registry.yml" <<YAML
version: 0.1
storage: { filesystem: { rootdirectory: $work/registry } }
http: { addr: 127.0.0.1:$registry_port }
YAML
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
started+=($!)
listens() { curl -s -o "$work/answer" "http://127.0.0.1:$1/"; }
for port in "$moto_port" "$registry_port"; do
    wait_for 60 listens "$port" || fail "nothing listens on port $port"
done

image=127.0.0.1:$registry_port/app
region=eu-west-3
ecs() { aws ecs --region "$region" "$@"; }
ecs create-cluster --cluster-name main >/dev/null

# make_service NAME IMAGE...: a service with one container for each image.
make_service() {
    local name=$1 containers='' index=0
    shift
    for wanted in "$@"; do
        containers+="${containers:+,}{\"name\":\"c$index\",\"image\":\"$wanted\",\"memory\":64}"
        index=$((index + 1))
    done
    ecs register-task-definition --family "$name" --container-definitions "[$containers]" \
        --tags key=owner,value=shop >/dev/null
    ecs create-service --cluster main --service-name "$name" --task-definition "$name:1" --desired-count 1 >/dev/null
}
running() { ecs describe-services --cluster main --services "$1" --query 'services[0].taskDefinition' --output text; }
# moto tells an ARN or family:revision, as it was told.
revision_of() { running "$1" | sed 's/.*://'; }
make_service good "$image:old" example.com/sidecar:1 "${image}er:1"
make_service none example.com/other:1
make_service several "$image" "$image:1"

# run_buildspec FILE: its phases as CodeBuild runs them, with post_build after a failed build; how it ended.
run_buildspec() {
    python3 - "$1" "$work/commands" <<'PYTHON'
import pathlib, shutil, sys, yaml
folder = pathlib.Path(sys.argv[2])
shutil.rmtree(folder, ignore_errors=True)
spec = yaml.safe_load(pathlib.Path(sys.argv[1]).read_text())
for number, phase in enumerate(("pre_build", "build", "post_build")):
    for index, command in enumerate(spec["phases"].get(phase, {}).get("commands", [])):
        file = folder / f"{number}-{phase}" / f"{index:02}.sh"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(command + "\n")
PYTHON
    local phase command status=0
    for phase in "$work"/commands/*; do
        if [ "$status" -ne 0 ] && [[ $phase != *-post_build ]]; then
            break
        fi
        for command in "$phase"/*.sh; do
            env CODEBUILD_BUILD_SUCCEEDING=$((status == 0)) "${shell[@]}" "$command" || { status=1 && break; }
        done
    done
    return "$status"
}

release() { run_buildspec "$root/templates/release.yml"; }
shell=(dash)
repository=$work/repository
make_repository "$repository" hello
cd "$repository"
commit=$(git rev-parse HEAD)

export ECR_ENDPOINT=${image%/*} ECR_IMAGE_URL=$image S3_BUCKET=''
expect_status 0 run_buildspec "$root/templates/build.yml"
shellcheck --shell=sh "$work"/commands/*/*.sh || fail 'shellcheck finds something in build.yml'
digest_of() {
    curl -fsSI -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
        -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://${image%%/*}/v2/app/manifests/$1" |
        tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p'
}
digest=$(digest_of latest)
[ -n "$digest" ] || fail 'the image was not pushed'
expect_equal "$(digest_of "$commit")" "$digest" "the commit's tag"

export STAGE_NAME=dev PREVIOUS_STAGE_NAME=latest STAGE_REGION=$region CLUSTER_ARN=main

for words in 'dash' 'bash --posix' 'sh'; do
    read -ra shell <<<"$words"
    before=$(running good)
    SERVICE_NAME=good IMAGE_DIGEST=$digest expect_status 0 release
    after=$(running good)
    [ "$after" != "$before" ] || fail "nothing was deployed under ${shell[*]}"
    ecs describe-task-definition --task-definition "$after" --include TAGS >"$work/after.json"
    expect_equal "$(jq -c '[.taskDefinition.containerDefinitions[].image], .tags' "$work/after.json" | tr '\n' ' ')" \
        "[\"$image@$digest\",\"example.com/sidecar:1\",\"${image}er:1\"] [{\"key\":\"owner\",\"value\":\"shop\"}] " 'images and tags'
done
shell=(dash)
expect_equal "$(digest_of dev)" "$digest" "the stage's tag"
shellcheck --shell=sh "$work"/commands/*/*.sh || fail 'shellcheck finds something in release.yml'

before=$after
SERVICE_NAME=good expect_status 0 release  # without IMAGE_DIGEST the previous stage's tag counts
[ "$(running good)" != "$before" ] || fail 'nothing was deployed without IMAGE_DIGEST'
expect_equal "$(ecs describe-task-definition --task-definition "$(running good)" \
    --query 'taskDefinition.containerDefinitions[0].image' --output text)" "$image@$digest" 'the image without IMAGE_DIGEST'

role=$(aws iam create-role --role-name app --assume-role-policy-document '{}' --region "$region" \
    --query Role.Arn --output text)
aws lambda create-function --region "$region" --function-name app --package-type Image --code "ImageUri=$image:old" \
    --role "$role" >/dev/null
LAMBDA_FUNCTION_NAME=app IMAGE_DIGEST=$digest expect_status 0 release
aws lambda get-function --region "$region" --function-name app >"$work/function.json"
expect_equal "$(jq -r '"\(.Code.ImageUri) \(.Tags.IMAGE_SHA)"' "$work/function.json")" "$image@$digest $digest" \
    "the function's image and tag"

# What must fail, and change nothing.
before=$(running good)
SERVICE_NAME=missing expect_status 1 release
expect_contains "$(cat "$work/err")" 'no active service missing' 'stderr without the service'
SERVICE_NAME=none expect_status 1 release
expect_contains "$(cat "$work/err")" '0 containers' 'stderr without our container'
expect_equal "$(revision_of none)" 1 'the service without our container'
SERVICE_NAME=several expect_status 1 release
expect_contains "$(cat "$work/err")" '2 containers' 'stderr with two of our containers'
expect_equal "$(revision_of several)" 1 'the service with two of our containers'
SERVICE_NAME=good CLUSTER_ARN=elsewhere expect_status 1 release
SERVICE_NAME=good PREVIOUS_STAGE_NAME=never expect_status 1 release
expect_contains "$(cat "$work/err")" 'nothing is deployed' 'stderr without the image'
SERVICE_NAME=good IMAGE_DIGEST=sha256:$(printf '0%.0s' {1..64}) expect_status 1 release
LAMBDA_FUNCTION_NAME=missing expect_status 1 release
expect_equal "$(running good)" "$before" 'the service after what failed'

# Nothing to deploy to is said.
SERVICE_NAME=placeholder expect_status 0 release
expect_contains "$(cat "$work/out")" 'placeholder' 'stdout with a placeholder'
LAMBDA_FUNCTION_NAME=placeholder expect_status 0 release
expect_contains "$(cat "$work/out")" 'placeholder' 'stdout with a placeholder function'
expect_status 0 release
expect_contains "$(cat "$work/out")" 'no service on AWS' 'stdout of the docker target'

# The login: only where the host is Amazon's, with its region, and the password on stdin alone.
mkdir "$work/bin"
printf '#!/bin/sh\necho "aws $*" >>"%s/calls"\necho s3cret\n' "$work" >"$work/bin/aws"
# shellcheck disable=SC2016  # for the fake to expand
printf '#!/bin/sh\necho "docker $* <$(cat)>" >>"%s/calls"\nexit 1\n' "$work" >"$work/bin/docker"
chmod +x "$work/bin/aws" "$work/bin/docker"
export PATH=$work/bin:$PATH
ECR_ENDPOINT=123456789012.dkr.ecr.eu-west-3.amazonaws.com expect_status 1 run_buildspec "$root/templates/build.yml"
expect_equal "$(tr '\n' ' ' <"$work/calls")" "aws ecr get-login-password --region eu-west-3 \
docker login --username AWS --password-stdin 123456789012.dkr.ecr.eu-west-3.amazonaws.com <s3cret> " 'the login'
