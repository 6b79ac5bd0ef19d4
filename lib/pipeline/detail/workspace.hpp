#pragma once

#include "aws/ecr.hpp"
#include "git/repository.hpp"
#include "pipeline/pipeline.hpp"
#include "process/launcher.hpp"
#include "project/project.hpp"
#include "registry/registry.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tinystacks::pipeline {

/// What a registry says of a tag. One that does not let us ask is no error where a buildspec may log in later.
struct LookUp {
    bool asked = true;
    std::optional<registry::Digest> digest;
};

/// What one run works on: a commit's project, its repository of images, a clean place for checkouts, and the means to
/// start programs and ask registries.
class Workspace {
public:
    /// Reads the project file of `source.commit`. Throws Error{not_found} and Error{invalid_input}.
    Workspace(const Source& source, World& world, const Run& run);

    [[nodiscard]] const project::Project& project() const { return project_; }
    [[nodiscard]] const git::CommitId& commit() const { return source_.commit; }
    [[nodiscard]] const Source& source() const { return source_; }
    /// Where the stack's images are; starts the machine's own registry when it is that.
    [[nodiscard]] const registry::Repository& image();
    /// The environment of programs and buildspec commands: the caller's without our own names, with a private
    /// DOCKER_CONFIG, so that a `docker login` of a build changes no file of the user's (security requirement CR-07).
    [[nodiscard]] const process::Environment& environment();
    /// A new one each time: a buildspec may have logged in since the last.
    [[nodiscard]] registry::Client client();
    [[nodiscard]] LookUp look_up(const registry::Repository& repository, const std::string& tag);
    /// A clean checkout of the commit for one buildspec: what another one did to its files is not in it.
    [[nodiscard]] std::filesystem::path checkout(const std::string& purpose);
    /// The text of a file of the commit. Throws Error{not_found} with `hint`.
    [[nodiscard]] std::string read(const std::string& file, const std::string& hint) const;
    [[nodiscard]] std::string remote_url() const { return repository_.find_remote_url().value_or(""); }

    [[nodiscard]] World& world() { return world_; }
    [[nodiscard]] const Clock& clock() const { return world_.clock; }
    [[nodiscard]] const Run& run() const { return run_; }
    void say(log::Event event) const { run_.sink.write(event); }
    void note(Severity severity, const std::string& stage, const std::string& message,
              const std::string& hint = {}) const;

private:
    /// ECR's own token, which a long build may outlive: asked for anew before it expires.
    [[nodiscard]] std::optional<registry::Credentials> find_ecr_login(const std::string& host);

    World& world_;
    const Run& run_;
    Source source_;
    git::Repository repository_;
    project::Project project_;
    std::unique_ptr<process::Launcher> launcher_;
    std::optional<registry::Repository> image_;
    process::Environment environment_;
    std::map<std::string, std::optional<aws::RegistryLogin>> ecr_logins_;  ///< by host
};

/// One step of the work, told when it begins and ends; one that is left without end() failed.
class Step {
public:
    Step(const Workspace& workspace, const Clock& clock, std::string stage, std::string name);
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step();
    void end(std::string_view status, const std::string& message = {});
    [[nodiscard]] double seconds() const;

private:
    const Workspace& workspace_;
    const Clock& clock_;
    std::string stage_;
    std::string name_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    bool ended_ = false;
};

}  // namespace tinystacks::pipeline
