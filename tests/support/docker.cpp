#include "tests/support/docker.hpp"

#include "base/error.hpp"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace tinystacks::support {
namespace {

constexpr const char* make_image = R"SH(
root=$(mktemp -d); trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/bin "$root"/www/cgi-bin "$root"/tmp
cp "$(command -v busybox)" "$root"/bin/busybox
for name in sh httpd sleep echo env cat tr; do ln -s busybox "$root/bin/$name"; done
echo hello > "$root"/www/index.html
printf '#!/bin/sh\necho Content-Type: text/plain\necho\ntr "\\0" "\\n" < /proc/1/environ\n' > "$root"/www/cgi-bin/env
chmod -R a+rX "$root"; chmod 755 "$root"/www/cgi-bin/env
tar -C "$root" -c . | docker import -c 'CMD ["sh", "-c", "echo started; echo problem >&2; exec httpd -f -p 8080 -h /www"]' \
  -c 'EXPOSE 8080' -c 'EXPOSE 53/udp' -c 'EXPOSE 443' - "$1"
)SH";

constexpr const char* make_registry = R"SH(
root=$(mktemp -d); trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/etc "$root"/tmp
program=$(command -v docker-registry)
cp "$program" "$root"/registry
for file in $(ldd "$program" | grep -o '/[^ ]*'); do mkdir -p "$root$(dirname "$file")"; cp -L "$file" "$root$file"; done
echo '{"version": "0.1", "storage": {"filesystem": {"rootdirectory": "/var/lib/registry"}},
       "http": {"addr": ":5000"}}' > "$root"/etc/config.yml
chmod -R a+rX "$root"
tar -C "$root" -c . | docker import -c 'CMD ["/registry", "serve", "/etc/config.yml"]' - registry:2
)SH";

process::Finished shell(process::Launcher& launcher, const std::string& script, const std::string& argument)
{
    process::Command command;
    command.argv = {"/bin/sh", "-ec", script, "sh", argument};
    command.environment = docker_environment();
    command.timeout = std::chrono::minutes(2);
    return process::run_and_keep(launcher, command);
}

}  // namespace

process::Environment docker_environment()
{
    process::Environment environment;
    for (const auto* name : {"PATH", "HOME", "DOCKER_HOST"}) {
        if (const auto* value = std::getenv(name)) {
            environment[name] = value;
        }
    }
    return environment;
}

bool has_docker(const docker::Engine& engine, process::Launcher& launcher)
{
    try {
        engine.require();
    } catch (const Error& error) {
        std::cerr << "skipped: " << error.what() << '\n';
        return false;
    }
    if (!shell(launcher, "file=$(command -v busybox) && ! ldd \"$file\" >/dev/null 2>&1", "").succeeded()) {
        std::cerr << "skipped: no static busybox (apt-get install busybox-static)\n";
        return false;
    }
    return true;
}

BusyboxImage::BusyboxImage(process::Launcher& launcher, std::string name) : launcher_(launcher), name_(std::move(name))
{
    if (const auto made = shell(launcher_, make_image, name_); !made.succeeded()) {
        throw std::runtime_error("cannot make a busybox image: " + made.err);
    }
}

BusyboxImage::~BusyboxImage()
{
    (void)shell(launcher_, "docker rmi --force \"$1\"", name_);
}

RegistryImage::RegistryImage(process::Launcher& launcher) : launcher_(launcher)
{
    if (const auto made = shell(launcher_, make_registry, ""); !made.succeeded()) {
        throw std::runtime_error("cannot make a registry image: " + made.err);
    }
}

RegistryImage::~RegistryImage()
{
    (void)shell(launcher_, "docker rmi --force registry:2", "");
}

}  // namespace tinystacks::support
