#!/usr/bin/env bash
# Every command that the README shows, in order, with the output it shows.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

# The quickstart's folder and what git remembers are below a home of this test; what was compiled is not compiled again.
export CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache} HOME=$work/home
mkdir -p "$HOME"
# The tour is one at a desk: a CI system with no bucket may neither roll back nor set variables.
unset CI
projects+=("$HOME/tinystacks-quickstart/hello tinystacks.yml")
python3 "$root/tests/e2e/readme.py" "$root/README.md" "$@"
