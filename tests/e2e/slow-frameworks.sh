#!/usr/bin/env bash
# usage: tests/e2e/slow-frameworks.sh [APPLICATION...]
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

if [ $# -ne 1 ]; then
    # Each in a process of its own, so that one that fails hides no other.
    failed=()
    if [ $# -eq 0 ]; then
        # shellcheck disable=SC2046  # one word each
        set -- $(cd "$applications" && printf '%s\n' *)
    fi
    for application; do
        status=0
        bash "$0" "$application" || status=$?
        case $status in
            0) ;;
            77) [[ " ${may_be_skipped[*]} " == *" $application "* ]] || failed+=("$application was skipped, and no list allows it") ;;
            *) failed+=("$application") ;;
        esac
    done
    [ ${#failed[@]} -eq 0 ] || fail "$(printf '%s; ' "${failed[@]}")"
    exit 0
fi
application=$1
tag=tinystacks-frameworks-$$:$application
container=

remove_ours() {
    local status=$?
    set +e
    [ -z "$container" ] || docker rm -f "$container" >/dev/null 2>&1
    docker rmi -f "$tag" >/dev/null 2>&1
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
    mkdir "$2"
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
    # /tmp is anybody's. `find -writable` asks the file system, which is read only here; the modes say what the image gives away.
    inside sh -c 'id=$(id -u) group=$(id -g)
        find "$1" -xdev ! -type l ! -path /tmp \( -user "$id" -perm -200 -o -group "$group" -perm -020 -o -perm -002 \)' sh "$1"
}

# is_declared FILE: it lies in a directory that the Dockerfile gives to its user.
is_declared() {
    local directory
    # shellcheck disable=SC2013  # no name of a directory of ours has a blank
    for directory in $(sed -nE "s/.*chown (-R |--recursive )?[0-9]+:[0-9]+ (.*)\$/\2/p" "$dockerfile" | tr -d "\\\\'"); do
        case $1 in
            "$directory" | "$directory"/* | "/app/${directory#./}" | "/app/${directory#./}"/*) return 0 ;;
        esac
    done
    return 1
}

answers() { curl -fsS -m 5 "http://127.0.0.1:$port/" >"$work/answer" 2>/dev/null; }
is_healthy() { [ "$(docker inspect -f '{{.State.Health.Status}}' "$container")" = healthy ]; }

becomes_healthy() {
    local check
    docker inspect -f '{{json .Config.Healthcheck}}' "$container" >"$work/healthcheck"
    check=$(jq -r '.Test // [] | .[0] // ""' "$work/healthcheck")
    [ "$check" = CMD ] || fail "its check of health is '$check', not an exec form"
    wait_for 60 is_healthy || {
        docker inspect -f '{{json .State.Health}}' "$container"
        fail "it does not become healthy"
    }
}

has_no_secret() {
    # The image's layers, with all that a later one hides.
    docker save "$tag" >"$work/image.tar"
    if python3 "$root/tests/support/image_holds.py" "$work/image.tar" "$MARKER"; then
        fail "the secret of .env is in the image"
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
    [ "$took" -lt 2000 ] || fail "it takes $took ms to stop"
    case $code in
        0 | 143) ;;
        *) fail "it ends with $code when it is stopped" ;;
    esac
}

# write_dockerfile: by `tinystacks init`, and hadolint has nothing to say about it.
write_dockerfile() {
    expect_status 0 tinystacks init -C "$folder"
    [ -f "$dockerfile" ] || fail 'init writes no Dockerfile'
    [ -f "$folder/.dockerignore" ] || fail 'init writes no .dockerignore'
    if ! hadolint "$dockerfile"; then
        cat "$dockerfile"
        fail 'hadolint finds something in the Dockerfile'
    fi
}

make_bases() {
    local status=0 images
    mapfile -t images < <(bases "$dockerfile")
    bash "$root/tests/support/base_images.sh" "${images[@]}" 2>"$work/bases" || status=$?
    case $status in
        0) ;;
        77) skip "$application: $(grep '^cannot be made here' "$work/bases" | head -n 1)" ;;
        *)
            cat "$work/bases"
            fail 'a base image'
            ;;
    esac
}

build_image() {
    local began=$SECONDS
    if ! docker build --force-rm -t "$tag" "$folder" >"$work/build.log" 2>&1; then
        cat "$dockerfile"
        tail -n 60 "$work/build.log"
        fail 'docker build'
    fi
    built=$((SECONDS - began))
}

start_container() {
    local wanted="hello from ${application//-/ }"
    port=$(free_port)
    # The image's own check of health, only oftener than suits production.
    container=$(docker run -d --health-interval 1s --read-only --tmpfs /tmp --cap-drop ALL \
        --security-opt no-new-privileges -e PORT=$PORT_INSIDE -e SECRET_KEY_BASE=only-for-this-test \
        -p "127.0.0.1:$port:$PORT_INSIDE" "$tag")
    if ! wait_for 90 answers; then
        cat "$dockerfile"
        docker logs "$container" 2>&1 | tail -n 40
        docker inspect -f '{{json .State}}' "$container"
        fail 'no answer on its port'
    fi
    expect_contains "$(cat "$work/answer")" "$wanted" 'its answer'
}

is_not_root() {
    local user file
    user=$(docker inspect -f '{{.Config.User}}' "$tag")
    [[ $user =~ ^[1-9][0-9]*(:[0-9]+)?$ ]] || fail "its user is '$user', not a number other than 0"
    # Not every image has a shell.
    inside sh -c : 2>/dev/null || return 0
    [ "$(inside id -u)" != 0 ] || fail 'it runs as root'
    writable_files "$(docker inspect -f '{{.Config.WorkingDir}}' "$tag")" | while read -r file; do
        is_declared "$file" || fail "its user can write $file"
    done
}

PATH=$root/build/venv/bin:$PATH
command -v hadolint >/dev/null || fail 'hadolint is missing: tests/run.sh installs it into build/venv'
echo "== $application"
folder=$work/$application
dockerfile=$folder/Dockerfile
prepare "$application" "$folder"
write_dockerfile
make_bases
build_image
start_container
becomes_healthy
is_not_root
stops_in_time
has_no_secret
echo "passed: built in $built s, $(docker image inspect -f '{{.Size}}' "$tag" | awk '{ printf "%d MB", $1 / 1000000 }'), stopped in $took ms"
