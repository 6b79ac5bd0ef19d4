#!/usr/bin/env bash
# A whole deployment under strace: no value of a variable is in the arguments of a process, docker's included.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"
strace -o /dev/null true 2>/dev/null || skip 'strace is not installed, or may not trace'

repository=$work/hello
make_repository "$repository" hello
tinystacks init -C "$repository" >/dev/null 2>&1
port=$(free_port)
cat >"$repository/tinystacks.yml" <<YAML
version: 1
stack: arguments-$$
stages:
  - name: dev
    target: { docker: { port: $port, container_port: 8080 } }
    runtime: { API_TOKEN: runtime-maple-syrup }
YAML
# shellcheck disable=SC2016  # for the build's shell
sed -i '0,/^ *commands:/s//&\n      - test "$BUILD_TOKEN" = build-maple-syrup/' "$repository/build.yml"
projects+=("$repository tinystacks.yml")
commit_all "$repository" 'Deploy with tinystacks'

export BUILD_TOKEN=build-maple-syrup
# The machine's registry outlives us: strace, which waits for all that it follows, may not see it start.
expect_status 0 tinystacks build -C "$repository"
expect_status 0 timeout 120 strace -f -qq -e trace=execve -s 9999 -o "$work/calls" "$program" deploy -C "$repository" --rebuild
expect_contains "$(docker inspect "$(docker ps -q --filter "publish=$port")")" API_TOKEN=runtime-maple-syrup 'the container'
for program_seen in '"--env-file"' '"build"' '"push"'; do
    expect_contains "$(cat "$work/calls")" "$program_seen" 'what strace saw'
done
if grep maple-syrup "$work/calls"; then
    fail 'a secret is in the arguments of a process'
fi
