# shellcheck shell=bash
# Common to the end-to-end scripts: sourced first by each. Exit status 77 means skipped; the last line says why.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=examples/machine.sh
. "$root/examples/machine.sh"

program=${TINYSTACKS:-$root/build/release/app/tinystacks}
work=$(mktemp -d)
# A state, a registry and a Docker login of this test alone.
export XDG_STATE_HOME=$work/state XDG_CONFIG_HOME=$work/config DOCKER_CONFIG=$work/docker
export GIT_CONFIG_GLOBAL=$work/gitconfig NO_COLOR=1
unset GITHUB_ACTIONS TINYSTACKS_CONTROL TINYSTACKS_TOKEN
mkdir -p "$XDG_STATE_HOME" "$XDG_CONFIG_HOME" "$DOCKER_CONFIG"
git config --file "$GIT_CONFIG_GLOBAL" user.name test
git config --file "$GIT_CONFIG_GLOBAL" user.email test@localhost
git config --file "$GIT_CONFIG_GLOBAL" init.defaultBranch main

started=()   # processes that this test started
projects=()  # folder and project file of what this test deployed, with a space between them
image_names=()  # repositories of images that this test made

clean_up() {
    local status=$? pid place
    set +e
    for place in "${projects[@]}"; do
        # shellcheck disable=SC2086  # two words
        set -- $place
        "$program" down --all --yes -C "$1" --project "$2" >/dev/null 2>&1
    done
    for place in "${image_names[@]}"; do
        # By its names: one image may have several, and another test's too.
        docker images --digests --format '{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}' "$place" | xargs -n 1 |
            grep -v '<none>' | sort -u | xargs -r docker rmi >/dev/null 2>&1
    done
    for pid in "${started[@]}"; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    if [ "$status" -eq 0 ]; then
        rm -rf "$work"
    else
        echo "kept for a look: $work"
    fi
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "FAILED: $*"
    exit 1
}
skip() {
    echo "skipped: $*"
    exit 77
}

tinystacks() { "$program" "$@"; }

# expect_status STATUS COMMAND...: its stdout goes to $work/out, its stderr to $work/err.
expect_status() {
    local wanted=$1 status=0
    shift
    "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    if [ "$status" -ne "$wanted" ]; then
        echo "--- stdout"; tail -n 60 "$work/out"
        echo "--- stderr"; tail -n 60 "$work/err"
        fail "'$*' exits $status, not $wanted"
    fi
}

expect_equal() { [ "$1" = "$2" ] || fail "${3:-value} is '$1', not '$2'"; }
expect_contains() { [[ $1 == *"$2"* ]] || fail "${3:-text} lacks '$2': $1"; }

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
TINYSTACKS_REGISTRY_PORT=$(free_port)
export TINYSTACKS_REGISTRY_PORT

line_of() { sed -n "$2p" "$1" 2>/dev/null; }

# start_python FILE MODULE...: until it has printed its address or `ready` into FILE.
start_python() {
    local printed=$1
    shift
    PYTHONPATH=$root/tests/support PYTHONDONTWRITEBYTECODE=1 python3 -u "$@" >"$printed" 2>"$printed.err" &
    started+=($!)
    wait_for 60 grep -qs -e '^http' -e '^ready' "$printed" || fail "$*: $(cat "$printed.err")"
}

# start_moto: an AWS that checks signatures, policies and times; its address is in $moto, its first user's keys and a
# region are in the environment.
start_moto() {
    python3 -c 'import moto, boto3' 2>/dev/null || skip 'moto is missing: tests/run.sh installs it into build/venv'
    export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true
    unset AWS_PROFILE AWS_SESSION_TOKEN
    start_python "$work/moto" "$root/tests/support/verifying_moto.py"
    # shellcheck disable=SC2034  # for who sources this
    moto=http://127.0.0.1:$(line_of "$work/moto" 1)
    read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY < <(sed -n 's/^key //p' "$work/moto")
    export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
}

# make_repository FOLDER EXAMPLE: a Git repository with a copy of the example.
make_repository() {
    mkdir -p "$1"
    cp -R "$root/examples/$2/." "$1"
    git -C "$1" init -q
    commit_all "$1" "Start from the example $2"
}
commit_all() {
    git -C "$1" add -A
    git -C "$1" commit -q -m "$2"
}

# The containers of a stack, by the labels that tinystacks gives them.
containers_of() { docker ps -aq --filter "label=tinystacks.stack=$1"; }

[ -x "$program" ] || fail "$program is not built"
engine_answers || skip 'no Docker engine answers'
base_image
