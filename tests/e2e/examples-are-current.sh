#!/usr/bin/env bash
# The buildspecs of the examples are what init writes.
set -euo pipefail
cd "$(dirname "$0")/../.."
cmp templates/build.yml examples/monorepo/build.yml
cmp templates/release.yml examples/monorepo/release.yml
cmp templates/build.yml examples/failing-release/build.yml
# That one has a command more, which fails in prod.
added=$(diff templates/release.yml examples/failing-release/release.yml | grep -c '^>' || true)
removed=$(diff templates/release.yml examples/failing-release/release.yml | grep -c '^<' || true)
[ "$added" -eq 6 ] && [ "$removed" -eq 0 ]
