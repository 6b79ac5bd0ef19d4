#!/usr/bin/env bash
# usage: examples/quickstart.sh [FOLDER]
#
# From a fresh Debian 12 to an application that runs in two stages on this machine: installs what is needed, builds
# tinystacks, starts a Docker engine if none answers, and deploys a copy of examples/hello in FOLDER
# (~/tinystacks-quickstart/hello). Run again it does no harm and is quick. Explanations go to stderr.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=examples/machine.sh
. "$here/machine.sh"

step() { say "==> $*"; }
# Shows a command as it would be typed, and runs it.
run() {
    say "\$ $*"
    "$@"
}

folder=${1:-$HOME/tinystacks-quickstart/hello}
state=${XDG_STATE_HOME:-$HOME/.local/state}/tinystacks
program=$here/../build/release/app/tinystacks

step 'Install what builds and runs tinystacks (Debian packages, those that are missing)'
install_packages "$here/packages.txt"

step 'Build tinystacks (preset release)'
(
    cd "$here/.."
    [ -f build/release/build.ninja ] || cmake --preset release -DBUILD_TESTING=OFF
    cmake --build --preset release --target tinystacks
) >&2

step 'Make sure that a Docker engine answers'
start_engine "$state"
if ! engine_answers; then
    # The engine is there, but its socket belongs to a group we are not in (yet): come back as a member.
    say "adding $(id -un) to the group docker"
    as_root usermod -aG docker "$(id -un)"
    exec sg docker -c "$(printf '%q ' "$here/quickstart.sh" "$folder")"
fi

step 'Have the base image of the example'
base_image

step "Copy examples/hello to $folder and make it a Git repository"
if [ ! -e "$folder/.git" ]; then
    mkdir -p "$folder"
    cp -R "$here/hello/." "$folder"
    git -C "$folder" init -q -b main
    # For whom Git does not know yet; of this repository alone.
    git -C "$folder" config user.name >/dev/null || git -C "$folder" config user.name quickstart
    git -C "$folder" config user.email >/dev/null || git -C "$folder" config user.email quickstart@localhost
fi
cd "$folder"
commit() {
    git add -A
    git diff --cached --quiet 2>/dev/null ||
        git commit -q -m "$1"
}
git rev-parse -q --verify HEAD >/dev/null || commit 'Say hello'
PATH=$(dirname "$program"):$PATH

step 'Write build.yml, release.yml and tinystacks.yml, and commit them'
if [ ! -e tinystacks.yml ]; then
    run tinystacks init
    commit 'Deploy with tinystacks'
fi

step 'Build the image once, and release it to dev and prod on this machine'
run tinystacks deploy

step 'Ask both stages'
run curl -fsS http://127.0.0.1:8001/
run curl -fsS http://127.0.0.1:8002/

step 'Every stage at a glance, and what prod has logged'
run tinystacks status
run tinystacks logs runtime --stage prod

step "Done. The project is in $folder; to go on with it, or to remove what runs:"
say "    export PATH=$(cd "$(dirname "$program")" && pwd):\$PATH"
say "    tinystacks down -C $folder --all --yes"
