#!/usr/bin/env bash
# Each starter: what init writes into an empty folder installs from its lock file, passes its own tests, answers on
# every address of $PORT, and stops at once. A starter whose toolchain is missing is left out, and said at the end.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

missing=()
# has NAME PROGRAM...: whether the programs are here that the starter needs.
has() {
    local name=$1 needed
    shift
    for needed in "$@"; do
        if ! command -v "$needed" >/dev/null; then
            missing+=("$name needs $needed")
            return 1
        fi
    done
}

# begin NAME LANGUAGE FRAMEWORK MANAGER: the starter in $folder, an empty folder before; and it is detected as that.
begin() {
    local detected
    echo "$1"
    folder=$work/$1
    mkdir "$folder"
    expect_status 0 tinystacks init --starter "$1" -C "$folder"
    for written in Dockerfile .dockerignore build.yml release.yml tinystacks.yml; do
        [ -s "$folder/$written" ] || fail "init --starter $1 wrote no $written"
    done
    diff -r -x Dockerfile -x .dockerignore -x build.yml -x release.yml -x tinystacks.yml \
        "$root/templates/starters/$1" "$folder" || fail "init --starter $1 wrote other files"

    cp -R "$root/templates/starters/$1" "$work/$1-alone"
    expect_status 0 tinystacks init --dry-run --json -C "$work/$1-alone"
    detected=$(jq -r '.detection | "\(.language) \(.framework) \(.package_manager) \(.delivery)"' "$work/out")
    expect_equal "$detected" "$2 $3 $4 process" "what is detected in the starter $1"
    cd "$folder"
}

# ended PID: whether the process is gone, or only not waited for.
ended() { ! grep -qs '^State:.[^Z]' "/proc/$1/status"; }

# serves NAME MESSAGE COMMAND...: started in the current folder, as process 1 of a container would be.
serves() {
    local name=$1 message=$2 port pid status=0
    shift 2
    port=$(free_port)
    env -u DEBUG -u SECRET_KEY -u ALLOWED_HOSTS PORT="$port" "$@" >"$work/$name.log" 2>&1 </dev/null &
    pid=$!
    started+=("$pid")
    # Who listens on 127.0.0.1 alone does not answer here, nor would it in a container.
    wait_for 60 curl -fs -m 5 -o "$work/ping" "http://127.0.0.2:$port/ping" ||
        fail "$name does not answer: $(cat "$work/$name.log")"
    expect_equal "$(jq -c . "$work/ping")" '{"message":"pong"}' "$name: /ping"
    expect_equal "$(curl -fsS -m 5 "http://127.0.0.1:$port/" | jq -c .)" "{\"message\":\"$message\"}" "$name: /"
    kill -TERM "$pid"
    wait_for 2 ended "$pid" || fail "$name runs 2 s after SIGTERM: $(cat "$work/$name.log")"
    wait "$pid" || status=$?
    # Java ends with 128 and the signal's number after an orderly stop.
    [ "$status" -eq 0 ] || [ "$status" -eq 143 ] || fail "$name ends with $status: $(cat "$work/$name.log")"
}

if has express node npm; then
    begin express node express npm
    expect_status 0 npm ci
    expect_status 0 npm test
    expect_contains "$(cat "$work/out")" 'pass 3' 'what npm test says'
    serves express 'Hello from Express' node server.js
fi

if has flask python3; then
    # Outside of the folder: a python3 that follows .python-version may not have that one.
    python3 -m venv "$work/flask-venv"
    begin flask python flask pip
    expect_status 0 "$work/flask-venv/bin/pip" install --require-hashes -r requirements-dev.txt
    expect_status 0 "$work/flask-venv/bin/pytest"
    expect_contains "$(cat "$work/out")" '3 passed' 'what pytest says'
    serves flask 'Hello from Flask' "$work/flask-venv/bin/gunicorn" app:app
fi

if has django python3; then
    python3 -m venv "$work/django-venv"
    begin django python django pip
    expect_status 0 "$work/django-venv/bin/pip" install --require-hashes -r requirements.txt
    expect_status 0 "$work/django-venv/bin/python" manage.py test
    expect_contains "$(cat "$work/err")" 'Ran 3 tests' "what Django's test runner says"
    serves django 'Hello from Django' "$work/django-venv/bin/gunicorn" hello.wsgi
fi

if has spring javac mvn; then
    begin spring java spring-boot maven
    expect_status 0 mvn --batch-mode package
    expect_contains "$(cat "$work/out")" 'Tests run: 3, Failures: 0, Errors: 0, Skipped: 0' 'what Maven says'
    serves spring 'Hello from Spring' java -jar target/hello-1.0.0.jar
fi

echo 'a folder that holds something'
mkdir "$work/taken"
echo mine >"$work/taken/app.py"
if tinystacks init --starter flask -C "$work/taken" >/dev/null 2>&1; then
    fail 'init --starter writes beside the files of others'
fi
expect_equal "$(ls -A "$work/taken")" app.py 'what is in that folder'
expect_equal "$(cat "$work/taken/app.py")" mine 'app.py'

[ "${#missing[@]}" -eq 0 ] || skip "$(printf '%s; ' "${missing[@]}" | sed 's/; $//')"
