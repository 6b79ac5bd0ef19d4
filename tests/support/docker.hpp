#pragma once

#include "docker/engine.hpp"
#include "process/launcher.hpp"

#include <string>

namespace tinystacks::support {

/// What the docker program needs to run.
[[nodiscard]] process::Environment docker_environment();

/// Whether a Docker engine answers; says "skipped: why" on stderr where none does.
[[nodiscard]] bool has_docker(const docker::Engine& engine, process::Launcher& launcher);

/// An image of busybox-static, made on this machine and removed with this object. It prints "started", and
/// "problem" on its standard error, and serves "hello" on port 8080, its environment as /cgi-bin/env.
class BusyboxImage {
public:
    BusyboxImage(process::Launcher& launcher, std::string name);
    BusyboxImage(const BusyboxImage&) = delete;
    BusyboxImage& operator=(const BusyboxImage&) = delete;
    ~BusyboxImage();

    [[nodiscard]] const std::string& name() const { return name_; }

private:
    process::Launcher& launcher_;
    std::string name_;
};

/// registry:2, made of this machine's docker-registry and removed with this object.
class RegistryImage {
public:
    explicit RegistryImage(process::Launcher& launcher);
    RegistryImage(const RegistryImage&) = delete;
    RegistryImage& operator=(const RegistryImage&) = delete;
    ~RegistryImage();

private:
    process::Launcher& launcher_;
};

}  // namespace tinystacks::support
