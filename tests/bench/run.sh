#!/usr/bin/env bash
# Deploys examples/hello and measures; prints a table of ratios.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/../e2e/support.sh"

repository=$work/hello
make_repository "$repository" hello
projects+=("$repository tinystacks.yml")
expect_status 0 tinystacks init -C "$repository"
sed -i "s/8001/$(free_port)/; s/8002/$(free_port)/" "$repository/tinystacks.yml"
commit_all "$repository" 'Deploy with tinystacks'
expect_status 0 tinystacks deploy -C "$repository"
python3 "$root/tests/bench/bench.py" "$program" --deployed "$repository"
