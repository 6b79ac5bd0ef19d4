#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tinystacks::project {

/// What `tinystacks init` knows of the application.
struct InitRequest {
    std::string directory_name;        ///< the stack's name is made of it
    std::filesystem::path dockerfile;  ///< relative to the repository's root
    int container_port = 0;            ///< what the application listens on
    std::vector<std::string> stages = {"dev", "prod"};
    int first_port = 8001;  ///< of this machine; each stage gets the next one
    /// Where editors find the schema of tinystacks.yml: a path or URL. The installed file's absolute path by default
    /// of the command, so that the repository gets no copy that grows old.
    std::string schema;
};

struct PlannedFile {
    std::filesystem::path path;  ///< relative to the repository's root
    std::string text;
    bool operator==(const PlannedFile&) const = default;
};

/// The files that set a project up for the Docker engine of this machine: tinystacks.yml, build.yml, release.yml and
/// .dockerignore. Touches nothing. Throws Error{invalid_input} for a port outside 1 to 65535.
[[nodiscard]] std::vector<PlannedFile> plan_init(const InitRequest& request);

}  // namespace tinystacks::project
