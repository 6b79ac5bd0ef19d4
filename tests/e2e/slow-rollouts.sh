#!/usr/bin/env bash
# Verdicts on every rollout of tests/fixtures/rollouts.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

BASE_IMAGE=$BASE_IMAGE python3 "$root/tests/e2e/rollouts.py" "$program" --all "$@"
