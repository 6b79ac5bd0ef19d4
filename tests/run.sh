#!/usr/bin/env bash
# usage: tests/run.sh [--all]
#
# Installs what the tests need, builds, and runs every test; with --all also the slow ones. Prints one line per test
# group and ends with `N passed, N failed, N skipped`. What it starts it ends.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
root=$PWD
# shellcheck source=examples/machine.sh
. examples/machine.sh

all=false
case ${1-} in
    '') ;;
    --all) all=true ;;
    *)
        sed -n 's/^# \(usage.*\)/\1/p' "$0" >&2
        exit 2
        ;;
esac

# Another clone's objects are as good as ours: paths below the repository are relative for ccache.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
logs=$root/build/test-logs
rm -rf "$logs"
mkdir -p "$logs"
passed=0 failed=0 skipped=0
failures=()

# count PASSED FAILED SKIPPED
count() {
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

report() { printf '%-7s %-34s %4ss  %s\n' "$1" "$2" "$3" "${4-}"; }

# run_script NAME COMMAND...: one test; exit status 77 is a skip, whose last line says why.
run_script() {
    local name=$1 began=$SECONDS status=0 why
    shift
    "$@" >"$logs/$name.log" 2>&1 </dev/null || status=$?
    why=$(tail -n 1 "$logs/$name.log")
    if [ "$status" -eq 0 ]; then
        count 1 0 0
        report passed "$name" $((SECONDS - began))
    elif [ "$status" -eq 77 ] && [ "${CI-}" != true ]; then
        count 0 0 1
        report skipped "$name" $((SECONDS - began)) "$why"
    else
        count 0 1 0
        failures+=("$name")
        report FAILED "$name" $((SECONDS - began)) "exit status $status"
        tail -n 40 "$logs/$name.log" | sed 's/^/    /'
    fi
}

# run_ctest PRESET: every test of CTest, each counted by itself.
run_ctest() {
    local preset=$1 began=$SECONDS good bad skips
    ctest --preset "$preset" --output-junit "$logs/ctest-$preset.xml" >"$logs/ctest-$preset.log" 2>&1 </dev/null
    if ! read -r good bad skips < <(python3 tests/support/tally.py "$logs/ctest-$preset.xml" 2>"$logs/ctest-$preset.bad"); then
        good=0 bad=1 skips=0
        tail -n 40 "$logs/ctest-$preset.log" | sed 's/^/    /'
    fi
    count "$good" "$bad" "$skips"
    if [ "$bad" -eq 0 ]; then
        report passed "ctest-$preset" $((SECONDS - began)) "$good tests"
    else
        failures+=("ctest-$preset")
        report FAILED "ctest-$preset" $((SECONDS - began)) "$bad of $((good + bad)) tests, see $logs/ctest-$preset.log"
        head -c 20000 "$logs/ctest-$preset.bad" | sed 's/^/    /'
    fi
    grep '^skipped' "$logs/ctest-$preset.bad" | sort | uniq -c
}

build() {
    # The quickstart may have configured release without tests.
    cmake --preset "$1" -DBUILD_TESTING=ON && cmake --build --preset "$1"
}

# Python packages come into a folder of ours: Debian refuses to have its own Python changed.
venv() {
    local done=build/venv/requirements.done
    cmp -s tests/requirements.txt "$done" && return
    rm -rf build/venv
    python3 -m venv build/venv && build/venv/bin/pip install -q -r tests/requirements.txt &&
        cp tests/requirements.txt "$done"
}

state=$(mktemp -d)
finish() {
    local pid
    pid=$(cat "$state/dockerd.pid" 2>/dev/null) || pid=
    if [ -n "$pid" ]; then
        as_root kill "$pid"
        wait_for 20 test ! -e "/proc/$pid" || say "dockerd ($pid) is still ending"
    fi
    as_root rm -rf "$state"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

install_packages examples/packages.txt tests/packages.txt || die 'the packages could not be installed'
# With data of its own: a container that an earlier session left, and that restarts with the engine, takes no port here.
start_engine "$state" --data-root "$state/docker" || exit 1
base_image || die 'there is no base image'
run_script python-packages venv
export PATH=$root/build/venv/bin:$PATH
# With some builds of node npm is there already, and Debian's package of it would not go with them.
command -v npm >/dev/null || install_packages <(printf '%s\n' nodejs npm) || say 'npm cannot be installed'
run_script prism python3 tests/support/prism.py --install

for preset in release asan; do
    run_script "build-$preset" build "$preset"
done
if [ "$failed" -eq 0 ]; then
    run_ctest asan
    run_ctest release
    shopt -s nullglob
    for script in tests/e2e/*.sh; do
        name=$(basename "$script" .sh)
        case $name in
            support) continue ;;
            slow-*)
                if ! $all; then
                    report deferred "$name" 0 'tests/run.sh --all runs it'
                    continue
                fi
                ;;
        esac
        run_script "$name" bash "$script"
    done
    if $all; then
        run_script bench tests/bench/run.sh
    else
        report deferred bench 0 'tests/run.sh --all runs it'
    fi
fi
run_script shellcheck tests/support/shellcheck.sh
run_script clang-format tests/support/format.sh

echo
[ "${#failures[@]}" -eq 0 ] || echo "failed: ${failures[*]} (logs in $logs)"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
