#!/usr/bin/env bash
# The quickstart on a Debian 12 on which nothing is installed yet: a container made by mmdebstrap, on the host's network
# and with the host's Docker engine.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "$0")/support.sh"

command -v mmdebstrap >/dev/null || as_root apt-get install -qq -y --no-install-recommends mmdebstrap
image=tinystacks-test/debian:12
docker image inspect "$image" >/dev/null 2>&1 ||
    as_root mmdebstrap --variant=minbase --include=ca-certificates bookworm - 2>"$work/mmdebstrap.log" |
    docker import -c 'CMD ["bash"]' - "$image"

git clone -q "$root" "$work/source"
fresh=tinystacks-fresh-$$
docker run --name "$fresh" --network host -v "$work/source:/source:ro" -v /var/run/docker.sock:/var/run/docker.sock \
    "$image" bash -c 'cp -R /source /root/tinystacks && cd /root/tinystacks && examples/quickstart.sh' \
    >"$work/out" 2>"$work/err" </dev/null || {
    tail -n 60 "$work/err"
    docker rm -f "$fresh" >/dev/null
    fail 'the quickstart fails on a fresh Debian'
}
docker rm -f "$fresh" >/dev/null
expect_contains "$(cat "$work/out")" 'hello, version 1.0.0' 'what the quickstart shows'
for port in 8001 8002; do
    expect_contains "$(curl -fsS "http://127.0.0.1:$port/")" 'hello, version 1.0.0' "port $port"
    docker ps -q --filter "publish=$port" | xargs docker rm -f >/dev/null
done
