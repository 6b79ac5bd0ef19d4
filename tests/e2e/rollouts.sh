#!/usr/bin/env bash
# Verdicts on rollouts that go wrong, heal, or only look wrong: the short ones of tests/fixtures/rollouts.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

BASE_IMAGE=$BASE_IMAGE python3 "$root/tests/e2e/rollouts.py" "$program" "$@"
# What was left is judged as it would have been.
if (($# == 0)); then
    BASE_IMAGE=$BASE_IMAGE python3 "$root/tests/e2e/rollouts.py" "$program" --leave --only ecs-good-plain \
        --only ecs-image-tag-missing --only ecs-rolled-back-in-a-blink --only lambda-good
fi
