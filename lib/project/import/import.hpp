#pragma once

#include "base/error.hpp"
#include "framework/tree.hpp"
#include "project/init.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::project {

/// What `tinystacks init --from …` knows beside the files.
struct ImportRequest {
    std::string directory_name;  ///< the stack's name, where the files have none
    std::string service;         ///< which one; empty: the only one
    std::string schema;          ///< as InitRequest::schema
    std::string account;         ///< of the repository of images, and of stages of which nothing else is known
    std::string region;          ///< likewise
    std::map<std::string, std::string> ecs_services = {};  ///< ARNs by stage, which say account, region and cluster too
    int port = 0;                                          ///< what the application listens on; 0: as the files say
};

/// What became of something that tinystacks.yml cannot say.
enum class Fate {
    fill_in,  ///< only AWS or a person knows it: to be filled in before the first deployment
    stays,    ///< stays as it is in AWS, as long as the existing service is kept
    left,     ///< not carried over
};
[[nodiscard]] std::string_view to_string(Fate fate);

struct Remark {
    Fate fate = Fate::left;
    Position where;    ///< in the file it was read from
    std::string rule;  ///< "copilot.cluster", "compose.volumes"
    std::string what;
    std::string instead;  ///< what to do; may be several commands in one line each
    bool operator==(const Remark&) const = default;
};

/// A project made of what others wrote. Values of secrets are in none of its texts.
struct Imported {
    std::string service;
    std::string type;                ///< "Backend Service", "compose"
    std::string dockerfile;          ///< relative to the repository; empty when the image is built elsewhere
    std::string context;             ///< of the build, relative to the repository; "" for the repository itself
    std::string start;               ///< the command the files give the container; empty: the image's own
    int port = 0;                    ///< what the application listens on; 0: nothing, or not known
    std::vector<PlannedFile> files;  ///< tinystacks.yml first, then build.yml, release.yml, tests of stages
    std::vector<Remark> remarks;     ///< by fate, then in the order of the files
};

/// Reads AWS Copilot's files: copilot/.workspace, a service's or job's manifest.yml, those of the environments and
/// pipelines. The existing cluster, service and repository become the targets: as far as the files tell them, else
/// the word `placeholder` (to which nothing is deployed) and a remark with the command of the AWS CLI that tells them.
///
/// Throws Error{not_found} when there is no such folder or service, Error{usage} naming --service when there are
/// several, Error{invalid_input} with file and line for what cannot be read or would lead out of the repository.
/// Source: AWS Copilot CLI documentation, "Manifest"; names of resources: its CloudFormation templates.
[[nodiscard]] Imported import_copilot(const framework::Tree& tree, const ImportRequest& request);

/// Reads the Compose file in the repository's root: one service of it, for the Docker engine of this machine. A
/// service that has `build` is preferred when it is the only one. Throws as import_copilot(), and Error{usage} naming
/// --port when nothing says which port the application listens on.
/// Source: the Compose Specification.
[[nodiscard]] Imported import_compose(const framework::Tree& tree, const ImportRequest& request);

}  // namespace tinystacks::project
