#!/usr/bin/env bash
# usage: tests/e2e/frameworks.sh [APPLICATION...]
#
# Applications of ours, one for each framework: `tinystacks init` writes the Dockerfile, Docker builds it on bases made
# locally, and what runs answers, becomes healthy, is not root and stops when it is told to.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

applications=$root/tests/fixtures/applications
export DOCKER_BUILDKIT=0  # the default Dockerfile is portable

# What may be skipped, since its base image is in no registry that a test reaches.
may_be_skipped=(dotnet)
PORT_INSIDE=18080
MARKER=planted-secret-$$
tags=() containers=() skipped=()

remove_ours() {
    local status=$?
    set +e
    [ ${#containers[@]} -eq 0 ] || docker rm -f "${containers[@]}" >/dev/null 2>&1
    [ ${#tags[@]} -eq 0 ] || docker rmi -f "${tags[@]}" >/dev/null 2>&1
    (exit "$status")
    clean_up
}
trap remove_ours EXIT

# bases DOCKERFILE: the images it starts from or copies from, its ARGs with a default filled in.
bases() {
    python3 - "$1" <<'PYTHON'
import re
import sys

text = re.sub(r"\\\n", " ", open(sys.argv[1], encoding="utf-8").read())
arguments = dict(re.findall(r"^ARG\s+(\w+)=(\S+)", text, re.M))
stages, images = set(), []
for line in text.splitlines():
    found = re.match(r"FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", line, re.I) or re.match(r"COPY\s+.*?--from=(\S+)()", line)
    if found:
        image = re.sub(r"\$\{?(\w+)\}?", lambda name: arguments.get(name[1], ""), found[1])
        if image != "scratch" and not image.isdigit() and image not in stages:
            images.append(image)
        stages.add(found[2])
print("\n".join(dict.fromkeys(images)))
PYTHON
}

# prepare APPLICATION FOLDER: a repository with the application, and a secret that must not reach the image.
prepare() {
    cp -R "$applications/$1/." "$2"
    printf '/.env\n' >"$2/.gitignore"
    if [ "$1" = fastapi ]; then
        # Made here: uv's lock names the index that it was made with.
        (cd "$2" && uv lock --quiet)
    fi
    echo "SECRET=$MARKER" >"$2/.env"
    git -C "$2" init -q
    commit_all "$2" 'An application'
}

# Runs in the container; not every image has a shell.
inside() { docker exec "$container" "$@"; }

# writable_files FOLDER: what the container's user could change in it.
writable_files() {
    # shellcheck disable=SC2016  # expanded by the container's shell
    # `find -writable` asks the file system, which is read only here; the modes say what the image gives away.
    inside sh -c 'id=$(id -u) group=$(id -g)
        find "$1" ! -type l \( -user "$id" -perm -200 -o -group "$group" -perm -020 -o -perm -002 \) 2>/dev/null' sh "$1"
}

# declared_writable DOCKERFILE: the directories that it gives to its user.
declared_writable() {
    sed -nE 's/.*chown (-R |--recursive )?[0-9]+:[0-9]+ (.*)$/\2/p' "$1" | tr -d "\\\\'" | tr ' ' '\n' | sed '/^$/d'
}

answers() { curl -fsS -m 5 "http://127.0.0.1:$port/" >"$work/answer" 2>/dev/null; }
is_healthy() { [ "$(docker inspect -f '{{.State.Health.Status}}' "$container")" = healthy ]; }

becomes_healthy() {
    local check
    docker inspect -f '{{json .Config.Healthcheck}}' "$container" >"$work/healthcheck"
    check=$(jq -r '.Test // [] | .[0] // ""' "$work/healthcheck")
    [ "$check" = CMD ] || fail "$application: its check of health is '$check'"
    wait_for 60 is_healthy || {
        docker inspect -f '{{json .State.Health}}' "$container"
        fail "$application: it does not become healthy"
    }
}

has_no_secret() {
    # The image's layers, with all that a later one hides.
    docker save "$tag" >"$work/image.tar"
    if python3 "$root/tests/support/image_holds.py" "$work/image.tar" "$MARKER"; then
        fail "$application: the secret of .env is in the image"
    fi
    rm "$work/image.tar"
}

stops_in_time() {
    local began ended code
    began=$(date +%s%N)
    docker stop "$container" >/dev/null
    ended=$(date +%s%N)
    code=$(docker inspect -f '{{.State.ExitCode}}' "$container")
    took=$(((ended - began) / 1000000))
    [ "$took" -lt 2000 ] || fail "$application: it takes $took ms to stop"
    case $code in
        0 | 143) ;;
        *) fail "$application: it ends with $code when it is stopped" ;;
    esac
}

# run_application: from its sources to its end.
run_application() {
    local folder=$work/$application dockerfile=$work/$application/Dockerfile status=0 wanted images file began built
    mkdir "$folder"
    prepare "$application" "$folder"
    if [ -n "${FRAMEWORKS_DOCKERFILES-}" ]; then
        cp "$FRAMEWORKS_DOCKERFILES/$application/Dockerfile" "$FRAMEWORKS_DOCKERFILES/$application/.dockerignore" "$folder/"
    else
        expect_status 0 tinystacks init -C "$folder"
    fi
    [ -f "$dockerfile" ] || fail "$application: init writes no Dockerfile"
    [ -f "$folder/.dockerignore" ] || fail "$application: init writes no .dockerignore"
    hadolint "$dockerfile" || fail "$application: hadolint finds something in its Dockerfile"

    mapfile -t images < <(bases "$dockerfile")
    bash "$root/tests/support/base_images.sh" "${images[@]}" 2>"$work/bases" || status=$?
    if [ "$status" -eq 77 ]; then
        echo "skipped: $application: $(grep '^cannot be made here' "$work/bases" | head -n 1)"
        skipped+=("$application")
        return
    elif [ "$status" -ne 0 ]; then
        cat "$work/bases"
        fail "$application: its base images"
    fi
    tag=tinystacks-frameworks-$$:$application
    tags+=("$tag")
    began=$SECONDS
    if ! docker build --force-rm -t "$tag" "$folder" >"$work/build.log" 2>&1; then
        tail -n 60 "$work/build.log"
        cat "$dockerfile"
        fail "$application: docker build"
    fi
    built=$((SECONDS - began))
    port=$(free_port)
    # The image's own check, only oftener than suits production.
    container=$(docker run -d --health-interval 1s --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
        -e PORT=$PORT_INSIDE -e SECRET_KEY_BASE=only-for-this-test -p "127.0.0.1:$port:$PORT_INSIDE" "$tag")
    containers+=("$container")
    wait_for 60 answers || {
        docker logs "$container" 2>&1 | tail -n 40
        docker inspect -f '{{json .State}}' "$container"
        cat "$dockerfile"
        fail "$application: no answer on its port"
    }
    wanted="hello from ${application//-/ }"
    [ "$application" != fastapi ] || wanted='{"hello":"fastapi"}'
    expect_contains "$(cat "$work/answer")" "$wanted" "$application: answer"
    becomes_healthy
    [ "$(docker inspect -f '{{.Config.User}}' "$tag" | grep -cE '^[1-9][0-9]*(:[0-9]+)?$')" -eq 1 ] ||
        fail "$application: its user is not a number other than 0"
    if inside sh -c : 2>/dev/null; then
        [ "$(inside id -u)" != 0 ] || fail "$application: it runs as root"
        for file in $(writable_files /app); do
            declared_writable "$dockerfile" | grep -qxF -e "$file" -e "$(dirname "$file")" || fail "$application: its user can write $file"
        done
    fi
    stops_in_time
    has_no_secret
    echo "passed: $application: built in $built s, $(docker image inspect -f '{{.Size}}' "$tag" | awk '{ printf "%d MB", $1 / 1000000 }'), stopped in $took ms"
    docker rm "$container" >/dev/null
    docker rmi "$tag" >/dev/null
}

PATH=$root/build/venv/bin:$PATH
command -v hadolint >/dev/null || fail 'hadolint is missing: tests/run.sh installs it into build/venv'
if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046  # one word each
    set -- $(cd "$applications" && printf '%s\n' *)
fi
for application; do
    echo "== $application"
    run_application
done
for application in "${skipped[@]}"; do
    [[ " ${may_be_skipped[*]} " == *" $application "* ]] || fail "$application was skipped, and no list allows it"
done
