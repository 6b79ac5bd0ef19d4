# shellcheck shell=sh
# What a machine needs before tinystacks can work on it: packages, a Docker engine, a base image.
# Sourced by quickstart.sh and tests/run.sh. Everything here may be called again and then does nothing. Functions in
# parentheses are subshells: their variables are their own.

BASE_IMAGE=public.ecr.aws/docker/library/busybox:1.36

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# Runs a command as root.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "'$1' needs root, and there is no sudo: run this script as root"
    fi
}

# install_packages FILE...: the Debian packages listed in the files, those that are missing.
install_packages() (
    missing=
    # shellcheck disable=SC2013  # one word a line
    for package in $(sed 's/#.*//' "$@"); do
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
            'install ok installed') ;;
            *) missing="$missing $package" ;;
        esac
    done
    if [ -n "$missing" ]; then
        say "installing$missing"
        # update-rc.d's policy may start the services of docker.io and docker-registry; that does no harm.
        as_root apt-get update -qq >&2 || say 'apt-get update failed; going on with the lists that are here'
        # shellcheck disable=SC2086  # one word each
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >&2
    fi
)

engine_answers() { docker version >/dev/null 2>&1; }
# Also for a user who may not talk to it.
engine_runs() { engine_answers || { [ -S /var/run/docker.sock ] && as_root docker version >/dev/null 2>&1; }; }

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
    left=$(($1 * 5))
    shift
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep 0.2
    done
}

# start_engine FOLDER [FLAG...]: a Docker engine, if none answers. FOLDER gets its pid file and log when we start it
# ourselves, with these flags.
start_engine() (
    engine_state=$1
    shift
    engine_runs && return
    if [ -d /run/systemd/system ]; then
        say 'starting the Docker engine (systemctl start docker)'
        as_root systemctl start docker
    else
        say "starting the Docker engine (dockerd, log in $engine_state/dockerd.log)"
        mkdir -p "$engine_state"
        old=$(cat "$engine_state/dockerd.pid" 2>/dev/null) || old=
        # A pid file whose process is another program by now would keep dockerd from starting.
        if [ -n "$old" ] && [ "$(cat "/proc/$old/comm" 2>/dev/null)" != dockerd ]; then
            as_root rm -f "$engine_state/dockerd.pid"
        fi
        as_root setsid --fork dockerd --pidfile "$engine_state/dockerd.pid" "$@" >"$engine_state/dockerd.log" 2>&1 </dev/null
    fi
    if ! wait_for 60 engine_runs; then
        [ ! -f "$engine_state/dockerd.log" ] || tail -n 5 "$engine_state/dockerd.log" >&2
        docker version >&2 || true
        die "no Docker engine answers"
    fi
)

# base_image: $BASE_IMAGE, pulled; where it cannot be pulled, Debian's busybox-static under that name.
base_image() (
    docker image inspect "$BASE_IMAGE" >/dev/null 2>&1 && return
    if timeout 30 docker pull -q "$BASE_IMAGE" >/dev/null 2>&1; then
        say "pulled $BASE_IMAGE"
        return
    fi
    say "$BASE_IMAGE cannot be pulled here: importing Debian's busybox-static under that name"
    system=$(mktemp -d)
    mkdir -p "$system/bin" "$system/etc" "$system/tmp" "$system/root" "$system/proc" "$system/sys" "$system/dev"
    chmod 1777 "$system/tmp"
    cp "$(command -v busybox)" "$system/bin/busybox"
    for applet in $(busybox --list); do
        [ "$applet" = busybox ] || ln -s busybox "$system/bin/$applet"
    done
    printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$system/etc/passwd"
    printf 'root:x:0:\nnobody:x:65534:\n' >"$system/etc/group"
    tar -C "$system" --owner=0 --group=0 -c . | docker import -c 'CMD ["sh"]' - "$BASE_IMAGE" >/dev/null
    rm -rf "$system"
)
