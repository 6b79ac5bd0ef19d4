#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tinystacks::dockerfile {

/// Files that come into a stage. Several sources need a `to` that ends in `/`.
struct Copy {
    std::vector<std::string> sources;  ///< of the build context; of the stage or image `from` when that is not empty
    std::string to;
    std::string from;
    std::string reason;  ///< a comment above it; empty for what needs none
    bool operator==(const Copy&) const = default;
};

/// One RUN: commands of a POSIX shell, joined by &&. What they take from the repository must be quoted for the shell.
struct Run {
    std::vector<std::string> commands;
    std::vector<std::string>
        caches;  ///< directories that BuildKit keeps between builds; nothing of them is in the image
    std::string reason;
    std::string unlinted = {};  ///< the rule of hadolint that does not hold here, "SC2016"; why is in `reason`
    bool operator==(const Run&) const = default;
};

/// ENV, in effect for the instructions behind it.
struct Environment {
    std::vector<std::pair<std::string, std::string>> variables;
    bool operator==(const Environment&) const = default;
};

/// ARG without a default: a build variable that is no secret, since it ends up in what browsers load.
struct Argument {
    std::string name;
    std::string reason;
    bool operator==(const Argument&) const = default;
};

using Step = std::variant<Copy, Run, Environment, Argument>;

struct Stage {
    std::string name;   ///< empty for the last one
    std::string image;  ///< "node:22.14-slim" of REGISTRY, or with its registry: "mcr.microsoft.com/dotnet/sdk:8.0"
    std::vector<std::string> packages;  ///< of Debian; the writer sorts them
    std::string directory = "/app";     ///< WORKDIR
    std::vector<Step> steps;            ///< behind WORKDIR, in order
    bool operator==(const Stage&) const = default;
};

/// How the image tells that it works: the argv of HEALTHCHECK.
struct Health {
    std::vector<std::string> command;  ///< empty when there is none
    int start_period = 10;             ///< seconds
    std::string reason;                ///< why there is none
    bool operator==(const Health&) const = default;
};

/// All that a Dockerfile of ours says. The texts are plain: the writer quotes them where they land.
struct Recipe {
    std::vector<Stage> stages;  ///< the last one runs
    /// Directories the application writes to, made before USER and given to it; everything else belongs to root.
    std::vector<std::string> writable;
    std::string user = "10001:10001";  ///< numeric, with its group
    int port = 0;                      ///< 0 for what does not listen
    Health health;
    /// What asks it to end, when that is not SIGTERM: process 1 without a handler of its own ignores SIGTERM.
    std::string stop_signal;
    std::vector<std::string> entrypoint;  ///< usually empty
    std::vector<std::string> command;     ///< argv: the application is process 1
    std::vector<std::string> ignored;     ///< lines of .dockerignore beyond those that every project gets
    bool operator==(const Recipe&) const = default;
};

/// Makes a recipe whose paths are relative to `directory` one for a build context above it.
void move_context(Recipe& recipe, const std::string& directory);

/// Health commands for what an image has; each fails on a status of 500 or more, and without an answer, and reads PORT.
[[nodiscard]] Health node_health(int port, const std::string& path = "/");
[[nodiscard]] Health python_health(int port, const std::string& path = "/");
[[nodiscard]] Health ruby_health(int port, const std::string& path = "/");
[[nodiscard]] Health php_health(int port, const std::string& path = "/");
/// For every Debian image: bash's /dev/tcp.
[[nodiscard]] Health bash_health(int port, const std::string& path = "/");
/// For Alpine: busybox wget, which also fails on 404.
[[nodiscard]] Health wget_health(int port, const std::string& path = "/");

}  // namespace tinystacks::dockerfile
