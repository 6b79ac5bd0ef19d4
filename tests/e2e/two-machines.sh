#!/usr/bin/env bash
# Two machines that share a ledger in a bucket: what one does the other sees, approves, rolls back and waits for; what
# dies, what races, whose clock is wrong, and a bucket that does not answer at once.
# shellcheck source=tests/support/shop.sh
. "$(dirname "$0")/../support/shop.sh"
command -v faketime >/dev/null || skip 'faketime is missing: apt-get install faketime'

make_shop "$work/a/shop" "machines-$$" "$bucket"
git clone -q "$work/a/shop" "$work/b/shop"

# on MACHINE ARGUMENTS...: tinystacks there. $clock_of_b is how far its clock is from the true time.
clock_of_b=
on() {
    local machine=$1 clock=()
    shift
    if [ "$machine" = b ] && [ -n "$clock_of_b" ]; then
        clock=(env FAKETIME_DONT_FAKE_MONOTONIC=1 faketime -f "$clock_of_b")
    fi
    XDG_STATE_HOME=$work/$machine/state "${clock[@]}" "$program" -C "$work/$machine/shop" "$@"
}
# push VERSION: a commit that both have.
push() {
    change "$work/a/shop" "$1"
    git -C "$work/b/shop" pull -q
}
# seen_by MACHINE: what status tells there of the ledger.
seen_by() {
    on "$1" status --json >"$work/seen.$1" 2>"$work/err" || fail "status on $1: $(cat "$work/err")"
    jq -S '.stages' "$work/seen.$1"
}
expect_same() { expect_equal "$(seen_by b)" "$(seen_by a)" 'what b sees'; }
expect_runs() { expect_equal "$(runs "$dev") $(runs "$prod")" "$1 $2" 'what dev and prod run'; }
# expect_refused MACHINE: somebody else deploys to dev.
expect_refused() {
    expect_status 6 on "$1" deploy --stage dev --force
    expect_contains "$(cat "$work/err")" "is being deployed to stage 'dev' by $(id -un)@" 'the refusal'
    expect_contains "$(cat "$work/err")" ', since ' 'the refusal'
}

echo 'what a deployed b sees, and so does a machine with nothing in CI'
expect_status 8 on a deploy
expect_same
expect_status 0 env CI=true XDG_STATE_HOME="$work/c" "$program" status --json -C "$work/a/shop"
expect_equal "$(jq -S .stages "$work/out")" "$(jq -S .stages "$work/seen.a")" 'what a fresh machine sees'

echo 'b releases what waited'
expect_status 0 on b approve
expect_contains "$(cat "$work/err")" 'it is released from here' 'what approve says'
expect_runs 1.0.0 1.0.0
expect_same

echo 'b approves what a waits for: a goes on'
push 2
in_background with_terminal env XDG_STATE_HOME="$work/a/state" "$program" deploy -C "$work/a/shop"
says 'try: tinystacks approve'
expect_status 6 on b deploy --resume
expect_status 0 on b approve --json
expect_contains "$(jq -r .waiter "$work/out")" "$(id -un)@" 'who waits'
ended_with 0
expect_runs 2 2

echo 'b rolls back what a deployed, with its clock an hour ahead'
clock_of_b=+3600
expect_status 0 on b rollback --stage prod
expect_runs 2 1.0.0
seen_by a | jq -r '.[1].last | .means + " " + .verdict.outcome, .started_at' >"$work/rollback"
expect_equal "$(line_of "$work/rollback" 1)" 'rollback succeeded' 'what a sees of it'
[[ $(line_of "$work/rollback" 2) > $(date -u -d '50 minutes' +%FT%TZ) ]] || fail "b's clock is right: $(cat "$work/rollback")"

echo "an hour ahead no lease is older, and b's own is believed"
push 3
held on a deploy --stage dev
expect_refused b
let_go 0
ended_with 0
clock_of_b=-3600
held on b deploy --stage dev --force
expect_refused a
let_go 0
ended_with 0
clock_of_b=

echo 'both at once: one wins, or the other waits'
push 4
IN_BUILD='sleep 6' in_background on a deploy
IN_BUILD='sleep 6' on b deploy >"$work/other" 2>&1 </dev/null && status=0 || status=$?
wait "$background" || true
expect_equal "$(printf '%s\n' "$status" "$(cat "$work/started.status")" | sort | xargs)" '6 8' 'how both ended'
grep -h -q "is being built by $(id -un)@.*, since " "$work/started" "$work/other" || fail "nobody was refused: $(cat "$work/other")"
push 5
in_background on a deploy --queue
expect_status 8 on b deploy --queue
ended_with 8
expect_equal "$(cat "$work/started" "$work/err" | grep -c '<== build SUCCEEDED')" 1 'how often it was built'
expect_runs 5 1.0.0
expect_same

echo 'b only says its word, a releases later'
expect_status 0 on b approve --record-only
expect_contains "$(cat "$work/err")" 'tinystacks deploy --resume' 'what approve says'
expect_runs 5 1.0.0
expect_status 0 on a deploy --resume
expect_runs 5 5
expect_same

echo 'a dies while it deploys: b does not know, a does'
push 6
killed_in_release env XDG_STATE_HOME="$work/a/state" "$program" deploy --stage dev -C "$work/a/shop"
expect_refused b
expect_equal "$(seen_by b | jq -r '.[0].last.state')" running 'what b believes'
expect_equal "$(seen_by a | jq -r '.[0].last.state')" interrupted 'what a knows'
expect_status 0 on a deploy --resume
expect_runs 6 5
expect_same

echo 'a bucket that is busy, or whose answer is lost'
answer() { curl -fsS -o "$work/answer" -X PUT -d "$1" "$moto/_wire/answers"; }
all_were_given() { expect_equal "$(curl -fsS "$moto/_wire/answers")" '' 'answers that nobody got'; }
answer '503 409 lost 503 lost 409 409 503'
expect_status 0 on a variable set FIRST=1 SECOND=2 --no-deploy
all_were_given
answer '409 lost'
expect_status 0 on b variable set THIRD=3 --no-deploy
all_were_given
expect_status 0 on b variable list
expect_equal "$(grep -o 'FIRST=1\|SECOND=2\|THIRD=3' "$work/out" | xargs)" 'FIRST=1 SECOND=2 THIRD=3' 'what was set'

echo 'both write at once, again and again: nothing is lost, nothing is double'
asked() { curl -fsS "$moto/_wire/requests"; }
before=$(asked | wc -l)
answer 'slow slow'
in_background on a variable set FOURTH=4 --no-deploy
expect_status 0 on b variable set FIFTH=5 --no-deploy
ended_with 0
asked | tail -n +$((before + 1)) >"$work/asked"
expect_equal "$(grep -c '^PUT' "$work/asked")" 3 'puts of two writers, of whom one had to write again'
write() {
    for number in 1 2 3 4 5 6; do
        on "$1" variable set "${1^^}_$number=$1" --no-deploy || return 1
    done
}
in_background write a
write b >"$work/other" 2>&1 || fail "b: $(cat "$work/other")"
ended_with 0
expect_status 0 on a variable list
expect_equal "$(grep -c '[AB]_[1-6]=[ab]' "$work/out")" 12 'how many variables there are'
expect_same

echo 'a stranger reads the ledger with four requests'
before=$(asked | wc -l)
expect_status 0 env XDG_STATE_HOME="$work/d" "$program" status -C "$work/a/shop"
asked | tail -n +$((before + 1)) >"$work/asked"
[ "$(wc -l <"$work/asked")" -le 4 ] || fail "status asks more often: $(cat "$work/asked")"
newest=$(sed -n 's/.*-0*\([0-9]*\)\.json$/\1/p' "$work/asked" | head -n 1)
[ "$newest" -gt 100 ] || fail "the ledger has only $newest entries"
