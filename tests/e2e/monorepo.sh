#!/usr/bin/env bash
# Two services of one repository, each with a project file and a Dockerfile of its own.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

repository=$work/monorepo
make_repository "$repository" monorepo
for service in api web; do
    projects+=("$repository services/$service/tinystacks.yml")
    expect_status 0 tinystacks validate -C "$repository" --project "services/$service/tinystacks.yml"
    expect_status 0 tinystacks deploy -C "$repository" --project "services/$service/tinystacks.yml"
done
for port in 8011 8012; do
    expect_contains "$(curl -fsS "http://127.0.0.1:$port/")" '{"service":"api","shop":"Small Shop"}' "port $port"
done
for port in 8021 8022; do
    expect_contains "$(curl -fsS "http://127.0.0.1:$port/")" 'Welcome to Small Shop' "port $port"
done

# A new commit of one service leaves the other alone.
web=$(docker ps -q --filter publish=8022)
echo 2.0.0 >"$repository/services/api/www/version"
commit_all "$repository" 'Give the API a version'
# From a folder below the root the project file is still named from where the user stands.
expect_status 0 tinystacks deploy -C "$repository" --project services/api/tinystacks.yml --json
jq -e '.exit_code == 0 and ([.deployments[].verdict.outcome] | length == 2 and all(. == "succeeded"))' "$work/out" ||
    fail "the JSON of deploy: $(cat "$work/out")"
expect_equal "$(curl -fsS http://127.0.0.1:8012/version)" 2.0.0 'the version of the API in prod'
expect_equal "$(docker ps -q --filter publish=8022)" "$web" "the web service's container"
