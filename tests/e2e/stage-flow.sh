#!/usr/bin/env bash
# Approvals, rollback, variables, queues and resuming, on two stages of this machine: the same story with the ledger of
# the machine and with one in a bucket, told in the same words.
# shellcheck source=tests/support/shop.sh
. "$(dirname "$0")/../support/shop.sh"

# told STATUS ARGUMENTS...: tinystacks in the story's repository; what it says is added to the transcript.
told() {
    local wanted=$1
    shift
    expect_status "$wanted" "$program" "$@" -C "$repository"
    {
        echo "\$ tinystacks $*"
        cat "$work/out" "$work/err"
        echo "exit $wanted"
    } >>"$work/transcript"
}
said() { expect_contains "$(cat "$work/out" "$work/err")" "$1" 'what was said'; }
expect_runs() { expect_equal "$(runs "$dev") $(runs "$prod")" "$1 $2" 'what dev and prod run'; }
container() { docker inspect --format "$2" "$(docker ps -q --filter "publish=$1")"; }
has_variable() { container "$dev" '{{.Config.Env}}' | grep -q -F "$1"; }

approvals() {
    echo 'nothing runs yet, so nothing can be brought back'
    told 5 rollback --stage prod
    said 'runs nothing yet'

    echo 'prod waits for an approval'
    told 8 deploy
    expect_runs 1.0.0 nothing
    told 0 status
    said 'try: tinystacks approve --stage prod'
    told 0 deploy --waiting-ok
    told 0 approve --json
    jq -e '.approval.decision == "approved" and .approval.digest == .deployments[0].digest and .waiter == null and
        (.deployments | map(.stage + " " + .verdict.outcome)) == ["prod succeeded"]' "$work/out" >/dev/null ||
        fail "the JSON of approve: $(cat "$work/out")"
    first=$(jq -r '.deployments[0].digest' "$work/out")
    first_deployment=$(jq -r '.deployments[0].id' "$work/out")
    expect_runs 1.0.0 1.0.0
    expect_equal "$(container "$prod" '{{.Config.Image}}')" "$image@$first" "prod's image"
    told 5 approve
    said 'nothing waits'

    echo 'a newer commit takes the place of one that waits'
    change "$repository" 2
    told 8 deploy --json
    local second
    second=$(jq -r '.deployments[-1].id' "$work/out")
    change "$repository" 3
    told 8 deploy
    told 6 rollback --stage prod --to "$second"
    said superseded

    echo 'rejected'
    told 0 approve --reject --message 'not on Friday'
    told 0 status
    said 'not on Friday'
    told 5 approve
    expect_runs 3 1.0.0

    echo 'who waits on a terminal goes on there; a rejected image waits for another word'
    in_background with_terminal "$program" deploy -C "$repository"
    says 'try: tinystacks approve'
    told 0 approve
    said 'waited for this word and goes on'
    ended_with 0
    expect_runs 3 3
}

variables() {
    echo 'for the application'
    told 0 variable set OTHER=later --no-deploy
    ! has_variable OTHER=later || fail '--no-deploy deployed'
    told 0 variable set LOG_LEVEL=debug --stage dev
    has_variable LOG_LEVEL=debug || fail "dev's container lacks a variable"
    has_variable OTHER=later || fail 'what was left to the next deployment is not there'
    told 0 variable list
    said 'LOG_LEVEL=debug'
    told 0 variable unset LOG_LEVEL --stage dev
    ! has_variable LOG_LEVEL=debug || fail "dev's container still has a variable"
    told 5 variable unset LOG_LEVEL --stage dev

    echo 'a secret is refused, and nowhere'
    told 2 variable set DB_PASSWORD=hunter-4711
    if grep -rl hunter-4711 "$work" --exclude transcript; then
        fail 'a refused secret was written'
    fi

    echo 'for build.yml: built again, so prod is asked again'
    told 8 variable set LOG_LEVEL=loud --build
    expect_equal "$(container "$dev" '{{.Config.Labels.log_level}}')" loud 'what build.yml got'
}

moved_tag() {
    echo "somebody moves the tag 'dev' while prod waits"
    local recorded
    recorded=$(digest_of "$image" dev)
    docker pull -q "$image@$first" >"$work/pulled"
    docker tag "$image@$first" "$image:dev"
    docker push -q "$image:dev" >"$work/pushed"
    told 6 approve
    said "$image:dev names $first, not the $recorded that was recorded"
    expect_runs 3 3
    expect_equal "$(container "$prod" '{{.Config.Labels.log_level}}')" none "prod's image"

    echo 'what the error suggests helps'
    # shellcheck disable=SC2046  # words
    expect_status 0 tinystacks $(sed -n 's/^ *try: tinystacks //p' "$work/err")
    told 0 deploy --stage prod
    expect_equal "$(container "$prod" '{{.Config.Labels.log_level}}')" loud "prod's image"
}

rollbacks() {
    echo 'rollback, and nothing is built for it'
    told 0 rollback --stage prod
    expect_equal "$(container "$prod" '{{.Config.Labels.log_level}}')" none "prod's image"
    expect_runs 3 3
    ! grep '==> build' "$work/err" || fail 'a rollback built something'
    told 5 rollback --stage prod --to 20260101-000000-abcdef-prod
    said 'has no deployment'
    told 0 rollback --stage prod --to "$first_deployment"
    expect_equal "$(digest_of "$image" prod)" "$first" "what the tag 'prod' names"
    expect_runs 3 1.0.0
    echo 'what was approved before that wants another word'
    told 8 deploy
    expect_runs 3 1.0.0
}

two_at_once() {
    echo 'of two deploys at once one is told who is busy, or waits'
    change "$repository" 4
    held "$program" deploy -C "$repository" --stage dev
    told 6 deploy --stage dev
    said "is being deployed to stage 'dev' by $(id -un)@"
    said ', since '
    said '--queue'
    let_go 2
    told 8 deploy --queue
    ended_with 0
    expect_runs 4 1.0.0

    echo 'a change of variables that waits is one of what runs by then'
    change "$repository" 5
    held "$program" deploy -C "$repository" --stage dev
    let_go 2
    told 0 variable set LOG_LEVEL=info --stage dev --queue
    ended_with 0
    has_variable LOG_LEVEL=info || fail "dev's container lacks a variable"
    expect_runs 5 1.0.0
}

killed_release() {
    echo 'kill -9 in the middle of release.yml: --resume goes on, and builds nothing'
    change "$repository" 6
    killed_in_release "$program" deploy -C "$repository" --stage dev
    told 0 status
    told 0 deploy --resume
    expect_runs 6 1.0.0
    ! grep '==> build' "$work/err" || fail 'it was built again'
    told 5 deploy --resume
    said 'was left unfinished'
}

# play STORY BUCKET: in a folder of its own.
play() {
    work=$work/$1
    repository=$work/shop
    export XDG_STATE_HOME=$work/state
    approvals
    variables
    moved_tag
    rollbacks
    two_at_once
    killed_release
}

# in_words FILE: what differs from one story to the next by a word for it; what build.yml and release.yml say left out.
in_words() {
    python3 - "$1" "${1%/*}/shop=REPOSITORY" "$image=IMAGE" "$stack=STACK" ":$dev=:DEV" ":$prod=:PROD" <<'PY'
import re
import sys
text = open(sys.argv[1], encoding="utf-8").read()
for pair in sys.argv[2:]:
    text = text.replace(*pair.rsplit("=", 1))
ours = re.compile(r"\$ |exit |==> |<== | {2,4}(dev|prod|build|try): |(dev|prod|build): |tinystacks: |embedded: |next: |nobody |\{")
kept, inside = [], False
for line in text.splitlines():
    inside = line.startswith("==> ") or inside and not line.startswith(("<== ", "$ ", "exit "))
    if not inside or ours.match(line):
        kept.append(line)
text = "\n".join(kept) + "\n"
words = {}


def word(kind, length=None):
    def of(found):
        return words.setdefault((kind, found.group()[:length]), f"<{kind} {len(words)}>")
    return of


for pattern, by in (
        (r"sha256:[0-9a-f]{64}", word("digest")),
        (r"\b\d{8}-\d{6}-[0-9a-f]{6}\b", word("run")),
        (r"arn:aws:iam::\d+:[\w/]+|[\w-]+@[\w.-]+(, pid \d+)?( \(not verified\))?", "<who>"),
        (r"\b[0-9a-f]{40}\b|\b[0-9a-f]{12}\b", word("commit", 12)),
        (r"\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d\d:\d\d:\d\d\b", "<time>"),
        (r'"seconds":[\d.e-]+|\bin [\d.]+(ms|s)\b', "<duration>"),
        (r"127\.0\.0\.1:\d+", "<address>"),
        (r'"verified":\w+', '"verified":<whether>')):
    text = re.sub(pattern, by, text)
print(text, end="")
PY
}

make_shop "$work/machine/shop" "machine-$$" ''
machine=("$stack" "$image" "$dev" "$prod")
make_shop "$work/bucket/shop" "bucket-$$" "$bucket"
in_bucket=("$stack" "$image" "$dev" "$prod")

# story NAME STACK IMAGE DEV PROD
story() {
    local name=$1
    stack=$2 image=$3 dev=$4 prod=$5
    (play "$name") >"$work/$name.log" 2>&1 || return 1
    in_words "$work/$name/transcript" >"$work/$name.words"
}
story bucket "${in_bucket[@]}" &
other=$!
told=true
story machine "${machine[@]}" || told=false
wait "$other" || told=false
$told || fail "$(tail -n 40 "$work/machine.log" "$work/bucket.log")"
diff -u "$work/machine.words" "$work/bucket.words" || fail 'the two ledgers do not tell the same story'
lines=$(wc -l <"$work/machine.words")
[ "$lines" -gt 150 ] || fail "the transcript has $lines lines only"

echo 'in CI the ledger of a machine that ends is none'
export CI=true
for refused in deploy 'approve' 'rollback --stage prod' 'variable set LOG_LEVEL=debug'; do
    # shellcheck disable=SC2086  # words
    expect_status 1 tinystacks -C "$work/machine/shop" $refused
    expect_contains "$(cat "$work/err")" 'bucket:' "what '$refused' says"
done
repository=$work/bucket/shop
expect_status 8 tinystacks deploy -C "$repository"
expect_status 0 tinystacks approve -C "$repository" --reject
expect_status 0 tinystacks rollback -C "$repository" --stage dev
expect_status 0 tinystacks variable set LOG_LEVEL=debug --no-deploy -C "$repository"
