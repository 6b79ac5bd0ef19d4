#!/usr/bin/env bash
# Ten thousand seeds of three machines that share a ledger by a bucket whose answers are lost, late or in conflict.
# A seed that fails is printed; TINYSTACKS_SEED=N TINYSTACKS_SEEDS=1 plays it again.
cd "$(dirname "$0")/../.." || exit 1
TINYSTACKS_SEEDS=${TINYSTACKS_SEEDS:-10000} exec build/release/tests/unit_tests 'three machines*'
